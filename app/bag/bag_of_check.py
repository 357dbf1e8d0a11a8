"""The files of a check's bag: report, evidence frames, audit entries, and the item's hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from app.bag.seal import Bag, Content, seal
from app.bag.signing_key import load_or_make_key
from app.evidence.evidence_sheet import EvidenceSheet
from app.report.check_record import CheckRecord
from app.report.html import render
from app.report.parse import report_from_json
from app.report.report import Report, Shown
from app.report.report_json import to_json
from app.report.report_redaction import for_others
from app.store import audit_log, checks, evidence_sheets, reports
from app.store.audit_log import Entry, Head
from app.store.checks import Check
from app.store.data_folder import Store
from app.store.errors import NotKept
from app.store.record_of_check import record_of_check
from app.store.reports import StoredReport
from app.store.timestamps import format_timestamp, now
from app.version import VERSION
from hashing.message import Message

ACTION: Final = "bag.seal"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the store has of a check, all of it as of one transaction."""

    check: Check
    report: StoredReport | None
    record: CheckRecord
    sheets: Mapping[str, EvidenceSheet]
    entries: Sequence[Entry]  # of the audit log, on this check
    head: Head


def seal_check(
    store: Store, check_id: str, actor: str, shown: Shown, key: str | None = None
) -> Bag:
    """Seal a check and log it, before anything leaves.

    shown: what the bag shows of names, and whether the item itself is in it. actor: who asked, for
    the log. key: only a check of this key. Raises CheckUnknown, RowDamaged, SigningKeyError, and
    NotKept where there is no report, or no item any more.
    """
    signing = load_or_make_key(store.folder)
    with store.writing() as connection:
        check = checks.find(connection, check_id, key)
        detail = " ".join(
            what
            for what, is_shown in (
                ("item", shown.item == "included"),
                ("names", shown.names == "kept"),
            )
            if is_shown
        )
        audit_log.append_entry(connection, actor, ACTION, check_id, detail)
        kept = _Kept(
            check,
            reports.load_newest(connection, check_id),
            record_of_check(connection, check),
            evidence_sheets.load(connection, check_id),
            [each for each in audit_log.entries(connection) if each.object == check_id],
            audit_log.head(connection),
        )
        payload = _payload(kept, store, shown)  # what cannot be sealed is not in the log
    made_at = format_timestamp(now())
    info = {
        "Bag-Software-Agent": f"firstseen {VERSION}",
        "Bagging-Date": made_at[:10],
        "External-Identifier": check_id,
        "Internal-Sender-Identifier": made_at,
    }
    return seal(f"firstseen-{check_id}", payload, info, signing)


def _payload(kept: _Kept, store: Store, shown: Shown) -> dict[str, Content]:
    check, sheets = kept.check, kept.sheets
    if kept.report is None:
        raise NotKept(Message("error-no-report-yet", {"state": check.state}))
    complete, record = report_from_json(kept.report.report), kept.record
    exported = to_json(for_others(complete, shown), record.as_shown(shown))
    files: dict[str, Content] = {
        "report.json": _json(exported),
        "report.html": render(complete, sheets, shown, record).encode(),
        "audit.jsonl": _audit(kept),
        "item.json": _json(_item(complete, shown)),
    }
    for clip, sheet in sheets.items():
        for name, jpeg in evidence_sheets.images_by_name(sheet).items():
            files[f"evidence/{clip}/{name}"] = jpeg
    if shown.item == "included":
        files["item/original" + _ending(check.name)] = _upload(store, check)
    return files


def _item(report: Report, shown: Shown) -> dict[str, Any]:
    return {
        "sha256": report.item.sha256,
        "bytes": report.item.bytes,
        "item": shown.item,
    }


def _audit(kept: _Kept) -> bytes:
    """The log's entries on the check with their hashes, then its head: a JSON line each."""
    lines = [
        {
            "number": entry.number,
            "at": entry.at,
            "actor": entry.actor,
            "action": entry.action,
            "object": entry.object,
            "detail": entry.detail,
            "hash": entry.hash.hex(),
        }
        for entry in kept.entries
    ]
    head = {"head": str(kept.head)}
    return "".join(f"{json.dumps(line)}\n" for line in [*lines, head]).encode()


def _upload(store: Store, check: Check) -> Path:
    """The file that was checked. Raises NotKept where it is not kept any more, or changed."""
    path = store.uploads / check.upload if check.upload else None
    try:
        if path is None:
            raise FileNotFoundError
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise NotKept(Message("error-item-not-kept")) from error
    if sha256 != check.sha256:
        raise NotKept(Message("error-item-changed"))
    return path


def _ending(name: str) -> str:
    """The ending of a file's name, where it is a plain one: ".mp4"."""
    ending = PurePosixPath(name).suffix
    return ending if ending[1:].isascii() and ending[1:].isalnum() else ""


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, allow_nan=False) + "\n").encode()
