"""A sentence for people, before it has a language: its id in the catalogue, and what fills it in.

The science returns these; `app.messages` turns them into text.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

type Param = str | int | float | Message | tuple[str | Message, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence or phrase of the catalogue.

    id: kebab-case, with the prefix of its group (`edit-crop`).
    params: by the names that the catalogue's entry uses. A message may fill a place in another
    one, and a tuple becomes a list ("a, b and c") in the reader's language.
    """

    id: str
    params: dict[str, Param] = field(default_factory=dict)

    def __str__(self) -> str:
        """The text in English, as in a traceback or a log."""
        return _english(self)


def verbatim(text: str) -> Message:
    """A text that comes without an id: of a file, or of a report or library made before."""
    return Message("verbatim", {"text": text})


def _spelled_out(message: Message) -> str:
    """What can be said without the catalogue, as in a process of the science alone."""
    if message.id == "verbatim":
        return str(message.params["text"])
    params = ", ".join(f"{name}={value}" for name, value in message.params.items())
    return f"{message.id} ({params})" if params else message.id


_english: Callable[[Message], str] = _spelled_out


def speak_english_with(render: Callable[[Message], str]) -> None:
    """Let `str` of a message be what this gives. The catalogue sets it when it is imported."""
    global _english
    _english = render
