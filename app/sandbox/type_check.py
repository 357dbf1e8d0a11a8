"""Check values against annotations, for records from a process that we do not trust."""

import types
import typing
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from functools import cache
from typing import Any, Literal, TypeAliasType, Union, cast, get_args, get_origin

import numpy as np

MAX_DEPTH = 64  # of one value; recursive aliases (JSON-like fields) stop here


def check_fields(kind: type[Any], values: Mapping[str, object]) -> None:
    """Raises ValueError unless `values` are the fields of `kind`, each of its type.

    Fields with a default may be absent: a record that was stored before they were thought of.
    """
    hints = _hints(cast(Hashable, kind))
    if not _required(cast(Hashable, kind)) <= values.keys() <= hints.keys():
        raise ValueError(f"{kind.__name__} has the fields {sorted(hints)}, got {sorted(values)}")
    for name, value in values.items():
        if not fits(value, hints[name]):
            raise ValueError(f"{kind.__name__}.{name} is no {hints[name]}: {type(value).__name__}")


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    assert isinstance(kind, type)
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


@cache
def _required(kind: Hashable) -> frozenset[str]:
    assert isinstance(kind, type)
    return frozenset(
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    )


def fits(
    value: object, annotation: Any, depth: int = 0, alias: TypeAliasType | None = None
) -> bool:
    """True where `value` is of the type that `annotation` names, all the way down.

    Knows the annotations that our records use; raises TypeError on one that it does not know.
    alias: the alias that the annotation stands in, which may name itself.
    """
    if depth > MAX_DEPTH:
        return False
    if alias is not None and annotation == alias.__name__:
        annotation = alias
    if isinstance(annotation, TypeAliasType):
        return fits(value, annotation.__value__, depth + 1, annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is not None and isinstance(origin, TypeAliasType):  # NDArray[np.uint8]
        return _fits_array(value, arguments[0])
    if annotation is Any or annotation is object:
        return True
    if origin in (Union, types.UnionType):
        return any(fits(value, argument, depth + 1, alias) for argument in arguments)
    if origin is Literal:
        return any(type(value) is type(literal) and value == literal for literal in arguments)
    if origin is np.ndarray:
        return _fits_array(value, get_args(arguments[1])[0])
    if origin in (tuple, list, dict):
        return _fits_container(value, origin, arguments, depth, alias)
    if annotation is None or annotation is types.NoneType:
        return value is None
    if annotation is float:
        return type(value) in (int, float)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return isinstance(value, str) and value in annotation  # its record makes it one of these
    if isinstance(annotation, type):
        return type(value) is annotation
    raise TypeError(f"no rule for the annotation {annotation!r}")


def _fits_array(value: object, scalar: Any) -> bool:
    return isinstance(value, np.ndarray) and (
        scalar is Any or bool(np.issubdtype(value.dtype, scalar))
    )


def _fits_container(
    value: object, kind: type, arguments: tuple[Any, ...], depth: int, alias: TypeAliasType | None
) -> bool:
    if type(value) is not kind:
        return False

    def fits_inside(item: object, annotation: Any) -> bool:
        return fits(item, annotation, depth + 1, alias)

    if isinstance(value, dict):
        keys, values = arguments
        return all(
            fits_inside(key, keys) and fits_inside(item, values) for key, item in value.items()
        )
    assert isinstance(value, tuple | list)
    if kind is list or arguments[1:] == (...,):
        return all(fits_inside(item, arguments[0]) for item in value)
    return len(value) == len(arguments) and all(map(fits_inside, value, arguments))
