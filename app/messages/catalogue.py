"""From a message to text: load a language once, fill in the parameters.

The libraries are loaded with the first message, so that what says nothing starts quickly. An entry
is parsed when it is first asked for: one run says a few dozen of the catalogue's hundreds.
"""

import re
import threading
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.text.escaping import printable
from hashing.message import Message, Param, speak_english_with, verbatim

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

ENGLISH = "en"
MAX_PARAM_CHARS = 2000  # Fluent shows "{???}" for a text of over 2,500; nobody reads on that far
FOLDER = Path(__file__).parent
# whose numbers and lists a language's texts use; a British list has no comma before "and"
LOCALES = {ENGLISH: "en-GB"}
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}  # foreign words in these need isolating marks
# an entry reaches to the next one, or to a comment
ENTRY = re.compile(r"^(-?[a-z][a-z0-9-]*) *=.*?(?=^[-a-z#]|\Z)", re.MULTILINE | re.DOTALL)
REFERENCE = re.compile(r"\{\s*(-?[a-z][a-z0-9-]*)\s*[}(]")


class CatalogueWarning(UserWarning):
    """A message that the catalogue lacks, or a parameter that its entry asks for in vain.

    A test fails on it; in use the text falls back, for a missing word must not stop a check.
    """


def languages() -> tuple[str, ...]:
    """The languages that there are files for."""
    return tuple(sorted({path.name.partition(".")[0] for path in FOLDER.glob("*.ftl")}))


def source(language: str) -> str:
    """All entries of a language: those of fr.ftl, fr.page.ftl and its other files."""
    return "\n".join(path.read_text("utf-8") for path in sorted(FOLDER.glob(f"{language}.*ftl")))


def locale(language: str) -> str:
    """Whose numbers, plurals and lists a language's texts use."""
    return LOCALES.get(language, language)


def direction(language: str) -> str:
    """Which way its lines run, as HTML says it."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def text(id: str, language: str = ENGLISH, /, **params: Param) -> str:
    """The text of an id with these parameters."""
    return render(Message(id, params), language)


def plain(id: str) -> str:
    """An English entry without parameters, as it is written; loads no library.

    For help texts, which are made at each start: loading the library takes longer than that may.
    """
    written = _catalogue(ENGLISH).entries[id].partition("=")[2]
    return " ".join(written.split())


def render(message: Message, language: str = ENGLISH) -> str:
    """A message in a language; in English where that language lacks it; else its id."""
    written, faults = attempt(message, language)
    for fault in faults:
        warnings.warn(printable(fault), CatalogueWarning, stacklevel=2)
    return written


def attempt(message: Message, language: str = ENGLISH) -> tuple[str, list[str]]:
    """The text, and what is wrong with the message: an unknown id, a parameter that is missing."""
    for catalogue in dict.fromkeys((_catalogue(language), _catalogue(ENGLISH))):
        if message.id in catalogue.entries:
            return catalogue.format(message)
    return message.id, [f"no message {message.id}"]


def checked(message: Message) -> Message:
    """The same message where the catalogue has it and it fits; else its text alone.

    For messages of a process that is not trusted.
    """
    written, faults = attempt(message)
    return verbatim(written) if faults else message


@cache
def _catalogue(language: str) -> "Catalogue":
    return Catalogue(language, source(language))


class Catalogue:
    """One language's entries, each parsed when it is first needed. Used from several threads."""

    def __init__(self, language: str, source: str) -> None:
        self.language = language
        self.locale = locale(language)
        self.entries = {match[1]: match[0] for match in ENTRY.finditer(source)}
        self._parsed: set[str] = set()
        self._bundle: FluentBundle | None = None
        self._lock = threading.RLock()  # an entry is in use only once all it refers to is parsed

    def format(self, message: Message) -> tuple[str, list[str]]:
        """The text and its faults; parameters may be messages and lists of them."""
        with self._lock:
            return self._format(message)

    def _format(self, message: Message) -> tuple[str, list[str]]:
        bundle = self._loaded()
        self._parse(message.id, bundle)
        faults: list[str] = []
        params = {name: self._param(value, faults) for name, value in message.params.items()}
        pattern = bundle.get_message(message.id).value
        if pattern is None:  # an entry of attributes alone has no text
            return message.id, [f"{message.id} has no text"]
        written, errors = bundle.format_pattern(pattern, params)
        return str(written), faults + [f"{message.id}: {error}" for error in errors]

    def _param(self, value: Param, faults: list[str]) -> str | int | float:
        if isinstance(value, Message):
            written, inner = attempt(value, self.language)
            faults += inner
            return written
        if isinstance(value, tuple):
            return self._listed([str(self._param(part, faults)) for part in value])
        return value[:MAX_PARAM_CHARS] if isinstance(value, str) else value

    def _listed(self, parts: list[str]) -> str:
        from babel.lists import format_list

        return format_list(parts, locale=self.locale.replace("-", "_"))

    def _loaded(self) -> "FluentBundle":
        if self._bundle is None:
            from fluent.runtime import FluentBundle

            from app.messages.functions import FUNCTIONS

            self._bundle = FluentBundle(
                [self.locale], FUNCTIONS, use_isolating=self.language in RIGHT_TO_LEFT
            )
        return self._bundle

    def _parse(self, name: str, bundle: "FluentBundle") -> None:
        """Parse an entry and those that it refers to."""
        if name in self._parsed or name not in self.entries:
            return
        from fluent.runtime import FluentResource

        self._parsed.add(name)
        bundle.add_resource(FluentResource(self.entries[name]))
        for reference in REFERENCE.findall(self.entries[name]):
            self._parse(reference, bundle)


speak_english_with(render)
