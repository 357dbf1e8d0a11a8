"""Typed reading of parsed JSON: each value by its name, each error with its place. Pure.

A field that is absent reads as null, so that what older versions did not write is simply not
known. Fields that nobody asks for are ignored.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.metadata.types import Value
from app.report.errors import ReportNotUnderstood
from hashing.message import Message


@dataclass(frozen=True, slots=True)
class JsonNode:
    """One value of a JSON document. where: its path, for messages."""

    value: object
    where: str

    def __getitem__(self, name: str) -> "JsonNode":
        """A member of an object; null where it is absent."""
        if not isinstance(self.value, dict):
            raise self.refuse(Message("error-report-object"))
        return JsonNode(self.value.get(name), f"{self.where}.{name}")

    @property
    def is_null(self) -> bool:
        return self.value is None

    def members(self) -> dict[str, "JsonNode"]:
        if not isinstance(self.value, dict):
            raise self.refuse(Message("error-report-object"))
        return {
            str(name): JsonNode(value, f"{self.where}.{name}") for name, value in self.value.items()
        }

    def items(self) -> list["JsonNode"]:
        """The items of a list; none of null."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.refuse(Message("error-report-list"))
        return [JsonNode(value, f"{self.where}[{at}]") for at, value in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.refuse(Message("error-report-text"))
        return self.value

    def text_or_none(self) -> str | None:
        return None if self.is_null else self.text()

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.refuse(Message("error-report-number"))
        return float(self.value)

    def number_or_none(self) -> float | None:
        return None if self.is_null else self.number()

    def whole(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.refuse(Message("error-report-whole"))
        return self.value

    def whole_or_none(self) -> int | None:
        return None if self.is_null else self.whole()

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.refuse(Message("error-report-flag"))
        return self.value

    def flag_or_none(self) -> bool | None:
        return None if self.is_null else self.flag()

    def one_of[T: str](self, values: Iterable[T]) -> T:
        known = tuple(values)
        for value in known:
            if value == self.value:
                return value
        raise self.refuse(Message("error-report-one-of", {"known": ", ".join(known)}))

    def one_of_or[T: str](self, values: Iterable[T], absent: T) -> T:
        """The same of a field that older versions did not write."""
        return absent if self.is_null else self.one_of(values)

    def plain(self) -> Value:
        """Whatever stands here, as JSON has it."""
        if isinstance(self.value, list):
            return [item.plain() for item in self.items()]
        if isinstance(self.value, dict):
            return {name: member.plain() for name, member in self.members().items()}
        if self.value is None or isinstance(self.value, str | int | float | bool):
            return self.value
        raise self.refuse(Message("error-report-value"))

    def refuse(self, expected: Message) -> ReportNotUnderstood:
        """The error that says what stands here instead."""
        got = f"{self.value!r:.80}"
        return ReportNotUnderstood(
            Message("error-report-node", {"where": self.where, "expected": expected, "got": got})
        )
