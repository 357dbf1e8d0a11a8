"""A finished check with report, frames and a decision, in a store of its own."""

import hashlib
from pathlib import Path
from typing import Any

from app.evidence.evidence_sheet import EvidenceSheet
from app.report.report_json import to_json
from app.store import checks, decisions, evidence_sheets, keys, reports
from app.store.checks import Submission
from app.store.data_folder import open_store
from app.store.timestamps import now
from tests.app.report.reports_made import full_report

BYTES = b"the very bytes"


def stored_check(
    folder: Path,
    report: dict[str, Any] | None = None,
    sheets: dict[str, EvidenceSheet] | None = None,
) -> str:
    """Its id. The upload stays, as for a day after a check."""
    store = open_store(folder)
    try:
        with store.writing() as connection:
            key = keys.create(connection, "Ana", ["check"], "cli", now())[0]
            (store.uploads / "u1").write_bytes(BYTES)
            complete = report or to_json(full_report())
            if complete["item"]["sha256"] is not None:
                complete["item"]["sha256"] = hashlib.sha256(BYTES).hexdigest()
            sha256 = complete["item"]["sha256"]
            asked = Submission(
                key.id, "check", "upload", "clip.mp4", len(BYTES), sha256, upload="u1",
                claimed_date="2022-11-27", claimed_place="Shanghai",
            )  # fmt: skip
            check, _ = checks.accept(connection, asked, 10)
            reports.store(connection, check.id, complete, "check", 3)
            evidence_sheets.store(connection, check.id, sheets or {})
            if sha256:
                pair = decisions.Pair(check.id, sha256, "R000001", "1" * 64)
                choice = decisions.Choice.SAME_FOOTAGE
                decisions.add(connection, pair, key.id, "Ana", choice, "", now())
            return check.id
    finally:
        store.close()
