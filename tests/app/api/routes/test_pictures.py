"""Evidence frames as they are sent: every field of the record, which no other place lists."""

import json
from dataclasses import fields
from pathlib import Path

from app.api.routes.pictures import _sheet
from app.api.schemas.evidence import PicturesOut
from app.evidence.evidence_sheet import EvidenceSheet, Pair
from app.store import checks, evidence_sheets, keys
from app.store.checks import Submission
from app.store.data_folder import open_store
from app.store.timestamps import now
from tests.app.store.store_made import SHEET


def test_the_document_has_the_fields_of_the_records() -> None:
    sheet = PicturesOut.model_json_schema()["properties"]["matches"]["additionalProperties"]
    names = [field.name for field in fields(EvidenceSheet)]
    assert list(sheet["properties"]) == [*names, "problems_messages"]
    pair = sheet["properties"]["pairs"]["items"]["properties"]
    assert pair.keys() == {field.name for field in fields(Pair)} | {"index"}
    assert pair["query"] == {"type": "string", "description": "The path of a JPEG."}


def test_a_sheet_of_another_version_is_sent_with_what_it_has(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.writing() as connection:
        key = keys.create(connection, "Ana", ["check"], "cli", now())[0].id
        asked = Submission(key, "check", "upload", "a.mp4", 1, "ab" * 32)
        check, _ = checks.accept(connection, asked, 10)
        evidence_sheets.store(connection, check.id, {"R000001": SHEET})
        stored = evidence_sheets.load_descriptions(connection, check.id)["R000001"]
        other = {name: value for name, value in stored.items() if name != "by_hand"}
        connection.exec_driver_sql(
            "UPDATE sheets SET sheet = ?, checksum = NULL", (json.dumps(other | {"new": 1}),)
        )
        descriptions = evidence_sheets.load_descriptions(connection, check.id)
    store.close()
    sheet = _sheet(descriptions["R000001"], check.id, "R000001", unredacted=False)
    sent = PicturesOut(state="ready", matches={"R000001": sheet}).model_dump()
    assert sent["matches"]["R000001"]["new"] == 1
    assert sent["matches"]["R000001"]["by_hand"] is False
    folder = f"/v1/checks/{check.id}/pictures/R000001/"
    pair = sent["matches"]["R000001"]["pairs"][0]
    assert (pair["index"], pair["query"]) == (0, f"{folder}pairs-0-query.jpg")
