"""Checksums of stored rows, so that damage on a disk is found before it becomes a wrong answer.

A row's checksum covers its table's blobs and the columns that are marked SEALED. It is CRC-32,
which finds every change of up to 32 neighbouring bits; it is no protection from a person.
A row of an older version has none (NULL) until `verify` gives it one.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from app.database.column_types import Integer

type Row = Mapping[str, Any] | sa.RowMapping

SEALED = {"sealed": True}  # for `info` of a column


def checksum_column() -> sa.Column[int]:
    """The column that a sealed table ends with."""
    return sa.Column("checksum", Integer)


def sealed(
    table: sa.Table, row: Mapping[str, Any], beside: Iterable[object] = ()
) -> dict[str, Any]:
    """A row to store, with its checksum. beside: values of other rows that it covers too."""
    return {**row, "checksum": checksum(table, row, beside)}


def is_intact(table: sa.Table, row: Row, beside: Iterable[object] = ()) -> bool:
    """False where a stored row does not agree with its checksum; True where it has none."""
    stored = row["checksum"]
    return stored is None or stored == checksum(table, row, beside)


def checksum(table: sa.Table, row: Row, beside: Iterable[object] = ()) -> int:
    """CRC-32 of the covered columns of a row, absent ones as None, and of further values."""
    crc = 0
    for value in (*(row.get(name) for name in _covered(table)), *beside):
        kind, data = _as_bytes(value)
        crc = zlib.crc32(data, zlib.crc32(kind + struct.pack(">Q", len(data)), crc))
    return crc


def _covered(table: sa.Table) -> tuple[str, ...]:
    return tuple(
        column.name
        for column in table.columns
        if column.info.get("sealed") or isinstance(column.type, sa.LargeBinary)
    )


def _as_bytes(value: object) -> tuple[bytes, bytes]:
    match value:
        case None:
            return b"n", b""
        case bytes():
            return b"b", value
        case str():
            return b"s", value.encode("utf-8", "surrogatepass")
        case int() | float():  # a whole REAL may come back as either
            return b"f", struct.pack(">d", value)
        case _:
            raise TypeError(f"no checksum of a {type(value).__name__}")
