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


def _value(param: Param) -> Any:
    if isinstance(param, Message):
        return to_json(param)
    if isinstance(param, tuple):
        return [_value(part) for part in param]
    return param
