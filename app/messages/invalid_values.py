"""What is wrong with a value of a setting, an option or a request, in our words.

The library that validates them says it in its own, which are English and change with it.
"""

from collections.abc import Mapping
from typing import Any, Final

from hashing.errors import ExplainedError
from hashing.message import Message, Param

# the library's kind of error -> id, and the names in its context that the entry asks for
KINDS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "missing": ("invalid-missing", ()),
    "extra_forbidden": ("invalid-unknown", ()),
    "json_invalid": ("invalid-json", ()),
    "string_type": ("invalid-text", ()),
    "string_too_short": ("invalid-too-short", ("min_length",)),
    "string_too_long": ("invalid-too-long", ("max_length",)),
    "too_short": ("invalid-too-few", ("min_length",)),
    "too_long": ("invalid-too-many", ("max_length",)),
    "int_type": ("invalid-whole", ()),
    "int_parsing": ("invalid-whole", ()),
    "int_from_float": ("invalid-whole", ()),
    "float_type": ("invalid-number", ()),
    "float_parsing": ("invalid-number", ()),
    "finite_number": ("invalid-number", ()),
    "bool_type": ("invalid-flag", ()),
    "bool_parsing": ("invalid-flag", ()),
    "list_type": ("invalid-list", ()),
    "tuple_type": ("invalid-list", ()),
    "dict_type": ("invalid-object", ()),
    "model_attributes_type": ("invalid-object", ()),
    "greater_than": ("invalid-not-above", ("gt",)),
    "greater_than_equal": ("invalid-below", ("ge",)),
    "less_than": ("invalid-not-below", ("lt",)),
    "less_than_equal": ("invalid-above", ("le",)),
    "path_not_file": ("invalid-no-file", ()),
    "path_not_directory": ("invalid-no-folder", ()),
    "literal_error": ("invalid-choice", ("expected",)),
    "enum": ("invalid-choice", ("expected",)),
}


class InvalidValueError(ExplainedError, ValueError):
    """Raised by our own checks of a value."""


def invalid_value(error: Mapping[str, Any]) -> Message:
    """What one of the library's errors says: a mapping with `type` and perhaps `ctx`."""
    context = error.get("ctx", {})
    ours = context.get("error")
    if isinstance(ours, ExplainedError):
        return ours.message
    known, names = KINDS.get(error["type"], ("invalid-other", ()))
    params: dict[str, Param] = {name: _param(context[name]) for name in names if name in context}
    return Message(known, params) if len(params) == len(names) else Message("invalid-other")


def _param(value: object) -> Param:
    """Numbers stay numbers; of a list of choices, the library writes 'a', 'b' or 'c'."""
    if isinstance(value, int | float):
        return value
    return str(value).replace(" or ", ", ").replace("'", "")
