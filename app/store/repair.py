"""Set aside what is damaged of checks: out of use, and kept as it was until its check is deleted.

An upload stays where it is until it expires.
"""

import json
import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from app.database.checksums import checksum
from app.store import reports
from app.store.errors import RowDamaged
from app.store.schema import checks, damage, descriptors, pictures, searches, sheets
from app.store.schema import reports as report_table
from app.store.timestamps import format_timestamp

type Repair = Literal["set_aside", "left"]


def record_damage(connection: sa.Connection, damaged: Iterable[RowDamaged], at: datetime) -> None:
    """Remember what is damaged now, in place of what was remembered; what is set aside stays."""
    connection.execute(damage.delete().where(damage.c.set_aside == 0))
    for each in damaged:
        row = {"check": each.check, "what": each.what, "clip": each.clip, "name": each.name}
        found_at = format_timestamp(at)
        connection.execute(damage.insert().values(row | {"found_at": found_at, "set_aside": 0}))


def count_damage(connection: sa.Connection) -> tuple[int, int]:
    """How many rows and uploads are known to be damaged, and how many rows are set aside."""
    query = sa.select(sa.func.count()).select_from(damage)
    counts = [connection.scalar(query.where(damage.c.set_aside == aside)) or 0 for aside in (0, 1)]
    return counts[0], counts[1]


def repair(connection: sa.Connection, damaged: RowDamaged, at: datetime) -> Repair:
    """Set aside what a damaged row belongs to. Returns what was done; may be done again."""
    check = damaged.check
    match damaged.what:
        case "report":
            _set_reports_aside(connection, check, at)
        case "fingerprint":
            _move(connection, descriptors, descriptors.c.check == check, "fingerprint", at)
        case "search":
            _copy(connection, searches, searches.c.check == check, "search", at)
            unknown: dict[str, Any] = {"whole": None, "parts": None}  # all later clips are compared
            values = unknown | {"checksum": checksum(searches, unknown)}
            connection.execute(searches.update().where(searches.c.check == check).values(values))
        case "evidence" | "frame":
            for table in (pictures, sheets):
                where = (table.c.check == check) & (table.c.clip == damaged.clip)
                _move(connection, table, where, damaged.what, at)
            left = sa.select(sheets.c.clip).where(sheets.c.check == check)
            if connection.execute(left).first() is None:
                connection.execute(
                    checks.update().where(checks.c.id == check).values(pictures="none")
                )
        case "upload":
            return "left"
    return "set_aside"


def _set_reports_aside(connection: sa.Connection, check: str, at: datetime) -> None:
    """The newest sound report counts from then on."""
    for number in reports.damaged_numbers(connection, check):
        _move(connection, report_table, report_table.c.number == number, "report", at)
    newest = reports.load_newest(connection, check)
    if newest is not None:
        summary = reports.summary(newest.report)
        connection.execute(checks.update().where(checks.c.id == check).values(summary))


def _move(
    connection: sa.Connection,
    table: sa.Table,
    where: sa.ColumnElement[bool],
    what: str,
    at: datetime,
) -> None:
    _copy(connection, table, where, what, at)
    connection.execute(table.delete().where(where))


def _copy(
    connection: sa.Connection,
    table: sa.Table,
    where: sa.ColumnElement[bool],
    what: str,
    at: datetime,
) -> None:
    for row in connection.execute(sa.select(table).where(where)).all():
        stored = {
            name: value.hex() if isinstance(value, bytes) else value
            for name, value in row._mapping.items()
        }
        packed = zlib.compress(json.dumps({"table": table.name, "row": stored}).encode(), 1)
        connection.execute(
            damage.insert().values(
                check=row.check,
                what=what,
                clip=stored.get("clip", ""),
                name=stored.get("name", ""),
                found_at=format_timestamp(at),
                set_aside=1,
                row=packed,
            )
        )
