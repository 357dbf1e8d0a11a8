"""Where an item came from, where that was a link, and what a report says of it. Pure."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

from hashing.message import Message

MOST_HOSTS = 4  # that are named


@dataclass(frozen=True, slots=True)
class Origin:
    """One link that was fetched, or that could not be.

    url: as it was given. final_url: what gave the file; None where nothing did. hosts: every one
    that was connected to. videos: how many the page showed, of which the first is the item.
    """

    url: str
    final_url: str | None
    fetched_at: datetime  # when it was begun
    hosts: tuple[str, ...] = ()
    videos: int = 1

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "fetched_at": self.fetched_at.isoformat()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """What `to_json` gave."""
        at = datetime.fromisoformat(kept["fetched_at"])
        return cls(**{**kept, "fetched_at": at, "hosts": tuple(kept["hosts"])})

    @property
    def limits(self) -> tuple[Message, ...]:
        """What a report states beside its limits: where the item was fetched from, and when."""
        if not self.hosts:
            return ()
        named: list[str | Message] = [*self.hosts[:MOST_HOSTS]]
        if len(self.hosts) > MOST_HOSTS:
            named.append(Message("hosts-more", {"count": len(self.hosts) - MOST_HOSTS}))
        at = self.fetched_at.astimezone(UTC)
        return (Message("limit-fetched", {"hosts": tuple(named), "at": f"{at:%F %H:%M}"}),)

    @property
    def problems(self) -> tuple[Message, ...]:
        """What of the link is not in the item."""
        if self.videos < 2:
            return ()
        return (Message("problem-more-videos", {"count": self.videos}),)
