"""A sentence for people, before it has a language: its id in the catalogue, and what fills it in.

The science returns these; `app.messages` turns them into text.
"""

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


def verbatim(text: str) -> Message:
    """A text that comes without an id: of a file, or of a report or library made before."""
    return Message("verbatim", {"text": text})
