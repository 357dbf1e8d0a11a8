"""Evidence frames as rows: redacted JPEGs apart from the sheet that describes them.

A sheet's JSON names its images, which are rows of their own, so that each can be fetched alone.
Every function works inside a transaction that its caller began.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

import sqlalchemy as sa

from app.database.checksums import is_intact, sealed
from app.evidence.evidence_sheet import EvidenceSheet, Pair, Thumbnail
from app.messages import wire
from app.messages.catalogue import checked
from app.store.errors import RowDamaged
from app.store.schema import pictures as images
from app.store.schema import sheets
from hashing.message import verbatim

type Json = dict[str, Any]

MESSAGES = "problems_messages"  # id and parameters of each of `problems`, in their order
RECORDS = {"pairs": Pair, "thumbnails": Thumbnail, "strip": Pair}
IMAGE_FIELDS = ("query", "reference", "difference", "aligned", "picture")  # fields of a JPEG each
_DEFAULTS: Json = {
    field.name: field.default for field in fields(EvidenceSheet) if field.default is not MISSING
}


def store(
    connection: sa.Connection, check: str, sheets_by_clip: Mapping[str, EvidenceSheet]
) -> None:
    """Store the sheets of a check's newest report, by clip id, in place of any before."""
    for table in (sheets, images):
        connection.execute(table.delete().where(table.c.check == check))
    for clip, sheet in sheets_by_clip.items():
        if sheet.faces != "redacted":
            raise ValueError("only redacted frames are stored")
        description, jpegs = _split_images(sheet)
        text = json.dumps(description)
        described = {"check": check, "clip": clip, "sheet": text}
        connection.execute(sheets.insert().values(sealed(sheets, described)))
        for name, jpeg in jpegs.items():
            row = {"check": check, "clip": clip, "name": name, "jpeg": jpeg}
            connection.execute(images.insert().values(sealed(images, row)))


def images_by_name(sheet: EvidenceSheet) -> dict[str, bytes]:
    """Every JPEG of a sheet under the name that it would be stored under."""
    return _split_images(sheet)[1]


def load_descriptions(connection: sa.Connection, check: str) -> dict[str, Json]:
    """Sheets by clip id, with the names of their images in place of the images.

    A field that a sheet stored before did not have has its default. Raises RowDamaged.
    """
    rows = connection.execute(sa.select(sheets).where(sheets.c.check == check))
    return {row.clip: _DEFAULTS | _description(row._mapping) for row in rows}


def _description(row: sa.RowMapping) -> Json:
    if not is_intact(sheets, row):
        raise RowDamaged("evidence", row["check"], row["clip"])
    try:
        description: Json = json.loads(row["sheet"])
    except ValueError as error:
        raise RowDamaged("evidence", row["check"], row["clip"]) from error
    return description


def load_image(connection: sa.Connection, check: str, clip: str, name: str) -> bytes | None:
    """One JPEG; None where there is none of this name. Raises RowDamaged."""
    where = (images.c.check == check) & (images.c.clip == clip) & (images.c.name == name)
    row = connection.execute(sa.select(images).where(where)).one_or_none()
    return None if row is None else _jpeg(row._mapping)


def _jpeg(row: sa.RowMapping) -> bytes:
    if not is_intact(images, row):
        raise RowDamaged("frame", row["check"], row["clip"], row["name"])
    return bytes(row["jpeg"])


def find_damage(connection: sa.Connection, check: str) -> Iterator[RowDamaged]:
    """Each sheet and each frame of a check that is damaged."""
    readers: tuple[tuple[sa.Table, Callable[[sa.RowMapping], object]], ...] = (
        (sheets, _description),
        (images, _jpeg),
    )
    for table, read in readers:
        for row in connection.execute(sa.select(table).where(table.c.check == check)):
            try:
                read(row._mapping)
            except RowDamaged as error:
                yield error


def load(connection: sa.Connection, check: str) -> dict[str, EvidenceSheet]:
    """Sheets by clip id, without their strips: no page shows these. Raises RowDamaged."""
    where = (images.c.check == check) & ~images.c.name.startswith("strip-")
    rows = connection.execute(sa.select(images).where(where))
    jpegs = {(row.clip, row.name): _jpeg(row._mapping) for row in rows}
    return {
        clip: _join_images(
            {**sheet, "strip": ()}, {name: jpeg for (of, name), jpeg in jpegs.items() if of == clip}
        )
        for clip, sheet in load_descriptions(connection, check).items()
    }


def _split_images(sheet: EvidenceSheet) -> tuple[Json, dict[str, bytes]]:
    """The sheet as JSON, and its images by the names that stand there."""
    jpegs: dict[str, bytes] = {}

    def record_json(kind: str, index: int, record: Any) -> Json:
        values = {field.name: getattr(record, field.name) for field in fields(record)}
        for name in values.keys() & set(IMAGE_FIELDS):
            if values[name] is not None:
                image_name = f"{kind}-{index}-{name}.jpg"
                jpegs[image_name], values[name] = values[name], image_name
        return values

    values = {field.name: getattr(sheet, field.name) for field in fields(sheet)}
    for kind in values.keys() & RECORDS.keys():
        values[kind] = [
            record_json(kind, index, record) for index, record in enumerate(values[kind])
        ]
    values["problems"] = [str(checked(problem)) for problem in sheet.problems]
    values[MESSAGES] = [wire.to_json(checked(problem)) for problem in sheet.problems]
    return values, jpegs


def _join_images(description: Json, jpegs: Mapping[str, bytes]) -> EvidenceSheet:
    """The inverse of `_split_images`."""

    def field_value(name: str, value: Any) -> Any:
        return jpegs[value] if name in IMAGE_FIELDS and value else value

    values = dict(description)
    for kind, record_type in RECORDS.items():
        values[kind] = tuple(
            record_type(**{name: field_value(name, value) for name, value in record.items()})
            for record in description.get(kind, ())
        )
    messages = values.pop(MESSAGES, None)
    values["problems"] = tuple(
        [wire.from_json(message) for message in messages]
        if messages is not None
        else [verbatim(problem) for problem in values["problems"]]  # a sheet stored before had none
    )
    return EvidenceSheet(**values)
