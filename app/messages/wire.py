"""A message as JSON: {"id": "edit-crop", "params": {"kept": 0.64}}.

A message within a parameter has the same form, a list of them is an array. `app.report.parse`
reads it back, with the place of what is wrong.
"""

from typing import Any

from hashing.message import Message, Param


def to_json(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "params": {name: _value(param) for name, param in message.params.items()},
    }


def from_json(written: dict[str, Any]) -> Message:
    """The message that `to_json` wrote, in a file of our own."""
    params = {name: _param(value) for name, value in written["params"].items()}
    return Message(written["id"], params)


def _param(value: Any) -> Param:
    if isinstance(value, dict):
        return from_json(value)
    if isinstance(value, list):
        return tuple(from_json(part) if isinstance(part, dict) else part for part in value)
    param: str | int | float = value
    return param


def _value(param: Param) -> Any:
    if isinstance(param, Message):
        return to_json(param)
    if isinstance(param, tuple):
        return [_value(part) for part in param]
    return param
