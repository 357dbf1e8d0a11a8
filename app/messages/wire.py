"""A message as JSON, and back: {"id": "edit-crop", "params": {"kept": 0.64}}.

A message within a parameter has the same form, a list of them is an array.
"""

from collections.abc import Mapping
from typing import Any

from hashing.message import Message, Param, verbatim


def to_json(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "params": {name: _value(param) for name, param in message.params.items()},
    }


def _value(param: Param) -> Any:
    if isinstance(param, Message):
        return to_json(param)
    if isinstance(param, tuple):
        return [_value(part) for part in param]
    return param


def from_json(value: Mapping[str, Any]) -> Message:
    """Raises KeyError or TypeError for what is no message."""
    return Message(value["id"], {name: _param(v) for name, v in value["params"].items()})


def read(text: str, message: Mapping[str, Any] | None) -> Message:
    """The message beside a text of a report; the text itself where there is none."""
    return verbatim(text) if message is None else from_json(message)


def _param(value: Any) -> Param:
    if isinstance(value, Mapping):
        return from_json(value)
    if isinstance(value, list):
        return tuple(from_json(part) if isinstance(part, Mapping) else str(part) for part in value)
    if isinstance(value, (str, int, float)):
        return value
    raise TypeError(f"no parameter of a message: {value!r}")
