"""What a check did not compare although it went on, and why. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.library.records import Clip
from hashing.message import Message

MOST_NAMED = 3  # in one sentence
NOT_COMPARED = "limit-not-compared"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Something that was not compared. what: names it and the cause."""

    what: Message

    @property
    def problem(self) -> Message:
        """The same as a problem of the report."""
        return Message("problem-not-compared", {"what": self.what})


def clip_shortfall(clip: Clip, cause: Message) -> Shortfall:
    """A clip that was proposed and not compared."""
    named = {"clip": clip.title or clip.name, "clip_id": clip.id}
    return Shortfall(Message("shortfall-clip", {**named, "cause": cause}))


def not_compared(shortfalls: Sequence[Shortfall]) -> list[Message]:
    """The limit that shortfalls are of a verdict; [] without any."""
    if not shortfalls:
        return []
    named: list[str | Message] = [shortfall.what for shortfall in shortfalls[:MOST_NAMED]]
    if len(shortfalls) > MOST_NAMED:
        named.append(Message("shortfall-more", {"count": len(shortfalls) - MOST_NAMED}))
    return [Message(NOT_COMPARED, {"what": tuple(named)})]
