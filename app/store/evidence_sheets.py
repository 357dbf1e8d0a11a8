"""Evidence sheets as rows, and rows as sheets: redacted pictures apart from what goes with them.

A sheet's JSON names its pictures, which are rows of their own, so that each can be fetched alone.
Every function works inside a transaction that its caller began.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from app.evidence.types import EvidenceSheet, Pair, Thumbnail
from app.store.schema import pictures, sheets

type Json = dict[str, Any]

PARTS = {"pairs": Pair, "thumbnails": Thumbnail, "strip": Pair}
PICTURES = ("query", "reference", "difference", "aligned", "picture")  # fields of a JPEG each


def store(connection: sa.Connection, check: str, made: Mapping[str, EvidenceSheet]) -> None:
    """Keep the sheets of a check's newest report, by clip, in place of any before."""
    for table in (sheets, pictures):
        connection.execute(table.delete().where(table.c.check == check))
    for clip, sheet in made.items():
        if sheet.faces != "redacted":
            raise ValueError("only redacted pictures are kept")
        told, jpegs = _apart(sheet)
        text = json.dumps(told)
        connection.execute(sheets.insert().values(check=check, clip=clip, sheet=text))
        for name, jpeg in jpegs.items():
            row = {"check": check, "clip": clip, "name": name, "jpeg": jpeg}
            connection.execute(pictures.insert().values(row))


def named(sheet: EvidenceSheet) -> dict[str, bytes]:
    """Every picture of a sheet under the name that it would be stored under."""
    return _apart(sheet)[1]


def told(connection: sa.Connection, check: str) -> dict[str, Json]:
    """By clip: the sheet with the names of its pictures in their place."""
    rows = connection.execute(sa.select(sheets).where(sheets.c.check == check))
    return {row.clip: json.loads(row.sheet) for row in rows}


def picture(connection: sa.Connection, check: str, clip: str, name: str) -> bytes | None:
    """One JPEG."""
    where = (pictures.c.check == check) & (pictures.c.clip == clip) & (pictures.c.name == name)
    found = connection.execute(sa.select(pictures.c.jpeg).where(where)).scalar_one_or_none()
    return None if found is None else bytes(found)


def load(connection: sa.Connection, check: str) -> dict[str, EvidenceSheet]:
    """By clip, for a page that shows no strips: these are left out."""
    where = (pictures.c.check == check) & ~pictures.c.name.startswith("strip-")
    rows = connection.execute(sa.select(pictures).where(where))
    jpegs = {(row.clip, row.name): bytes(row.jpeg) for row in rows}
    return {
        clip: _together(
            {**sheet, "strip": ()}, {name: jpeg for (of, name), jpeg in jpegs.items() if of == clip}
        )
        for clip, sheet in told(connection, check).items()
    }


def _apart(sheet: EvidenceSheet) -> tuple[Json, dict[str, bytes]]:
    """The sheet as JSON, and its pictures by the names that stand there."""
    jpegs: dict[str, bytes] = {}

    def part(kind: str, index: int, one: Any) -> Json:
        values = {field.name: getattr(one, field.name) for field in fields(one)}
        for name in values.keys() & set(PICTURES):
            if values[name] is not None:
                called = f"{kind}-{index}-{name}.jpg"
                jpegs[called], values[name] = values[name], called
        return values

    values = {field.name: getattr(sheet, field.name) for field in fields(sheet)}
    for kind in values.keys() & PARTS.keys():
        values[kind] = [part(kind, index, one) for index, one in enumerate(values[kind])]
    return values, jpegs


def _together(told: Json, jpegs: Mapping[str, bytes]) -> EvidenceSheet:
    values = dict(told)
    for kind, record in PARTS.items():
        values[kind] = tuple(
            record(**{n: jpegs[one] if n in PICTURES and one else one for n, one in part.items()})
            for part in told.get(kind, ())
        )
    values["problems"] = tuple(values["problems"])
    return EvidenceSheet(**values)
