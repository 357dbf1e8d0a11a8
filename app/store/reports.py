"""Reports as rows: one each time that a check is judged. The newest counts, earlier ones stay.

Every function works inside a transaction that its caller began.
"""

import json
import zlib
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from app.database.checksums import is_intact, sealed
from app.store.errors import RowDamaged
from app.store.schema import reports
from app.store.timestamps import format_timestamp, now

type Json = dict[str, Any]
type Cause = Literal["check", "library_grew"]


@dataclass(frozen=True, slots=True)
class StoredReport:
    """One complete report: redact it before others see it."""

    made_at: str
    cause: Cause
    report: Json


def store(
    connection: sa.Connection, check: str, report: Json, cause: Cause, reach: int | None
) -> None:
    """Store the complete JSON. reach: number of the library's newest clip when it was searched."""
    searched = report.get("searched") or {}
    row = {
        "check": check,
        "made_at": format_timestamp(now()),
        "cause": cause,
        "library_clips": searched.get("clips"),
        "searched_up_to": reach,
        "report": zlib.compress(json.dumps(report, separators=(",", ":")).encode(), 6),
    }
    connection.execute(reports.insert().values(sealed(reports, row)))


def load_newest(connection: sa.Connection, check: str) -> StoredReport | None:
    """The report that counts; None where there is none. Raises RowDamaged."""
    row = connection.execute(
        sa.select(reports)
        .where(reports.c.check == check)
        .order_by(reports.c.number.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return StoredReport(row.made_at, row.cause, _unpack(row._mapping, check))


def load_all(connection: sa.Connection, check: str) -> list[Json]:
    """Every report of a check. Raises RowDamaged."""
    query = sa.select(reports.c.report, reports.c.checksum).where(reports.c.check == check)
    return [_unpack(row._mapping, check) for row in connection.execute(query).all()]


def damaged_numbers(connection: sa.Connection, check: str) -> list[int]:
    """Numbers of the reports of a check that are damaged."""
    damaged = []
    for row in connection.execute(sa.select(reports).where(reports.c.check == check)).all():
        try:
            _unpack(row._mapping, check)
        except RowDamaged:
            damaged.append(row.number)
    return damaged


def _unpack(row: sa.RowMapping, check: str) -> Json:
    """The report. Raises RowDamaged."""
    if not is_intact(reports, row):
        raise RowDamaged("report", check)
    try:
        report: Json = json.loads(zlib.decompress(row["report"]))
    except (zlib.error, ValueError) as error:
        raise RowDamaged("report", check) from error
    return report


def list_earlier(connection: sa.Connection, check: str) -> list[tuple[str, Cause]]:
    """Time and cause of all reports but the newest, newest first."""
    rows = connection.execute(
        sa.select(reports.c.made_at, reports.c.cause)
        .where(reports.c.check == check)
        .order_by(reports.c.number.desc())
        .offset(1)
    )
    return [(row.made_at, row.cause) for row in rows]


def summary(report: Json) -> dict[str, str | None]:
    """The columns of a check that lists show, from its newest report."""
    verdict = report.get("verdict") or {}
    date = (report.get("claim") or {}).get("date") or {}
    return {
        "headline": verdict.get("headline"),
        "relation": verdict.get("relation"),
        "claim_finding": date.get("finding"),
        "first_seen": (report.get("first_seen") or {}).get("date"),
    }
