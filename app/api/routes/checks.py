"""Checks over HTTP: start, follow, read, cancel, delete."""

import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from app.api.access import READ_ALL, Caller, require_scopes, visible_key
from app.api.dependencies import (
    queue_of,
    receive_upload,
    resources_of,
    settings_of,
    store_of,
    upload_form,
)
from app.api.openapi import refusals
from app.api.problem_json import Refusal
from app.api.schemas.checks import (
    CheckOut,
    ChecksOut,
    StateOut,
    StatusOut,
    check_out,
    listed_out,
    status_out,
)
from app.api.schemas.decisions import DecisionsOut
from app.api.submit import accept, watch_changes
from app.api.uploads import Upload
from app.dates import DateNotUnderstoodError
from app.errors import UsageError
from app.evidence.evidence_sheet import EvidenceSheet
from app.intake.provenance import parse_provenance
from app.report.check_record import CheckRecord
from app.report.html import render
from app.report.parse import report_from_json
from app.report.report import Report, Shown
from app.report.report_json import to_json
from app.report.report_redaction import for_others
from app.store import audit_log, checks, decisions, evidence_sheets, reports, reveals
from app.store.checks import Check, Submission
from app.store.data_folder import delete_upload
from app.store.errors import CheckUnknown
from app.store.record_of_check import record_of_check
from app.store.spare_room import freeing
from app.verdict.claim import ClaimNotUnderstoodError, parse_claim
from hashing.message import Message

REPORT_POLICY: Final = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "  # the page's is narrower
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FIELDS: Final = ("claimed_date", "claimed_place", "again", "context")
MAX_PAGE: Final = 200
LINES: Final = "application/x-ndjson"
HEARTBEAT_S: Final = 10.0  # so that nobody in between takes a quiet stream for a dead one

router = APIRouter(prefix="/v1/checks", tags=["checks"], responses=refusals(404))

type Asking = Annotated[Caller, Depends(require_scopes("check"))]
type Faces = Annotated[
    Literal["redacted", "shown"], Query(description="shown: only after this key revealed them.")
]
type Metadata = Annotated[
    Literal["withheld", "shown"], Query(description="shown: only after this key revealed it.")
]
type Names = Annotated[
    Literal["withheld", "kept"],
    Query(description="kept: with the names of files and pages, which may identify people."),
]
type CheckId = Annotated[str, Path(max_length=64)]


@router.post(
    "",
    status_code=202,
    response_model=CheckOut,
    responses={200: {"model": CheckOut}, **refusals(408, 409, 507)},
    openapi_extra=upload_form(*FIELDS),
)
async def start_check(
    request: Request,
    caller: Asking,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> Response:
    """Upload one file and check it; fields: file, claimed_date, claimed_place, again, context.

    200 with the check that there is already: for the same Idempotency-Key, and for the same bytes
    with the same claim, unless `again` is 1 or the library has grown since.
    """
    upload = await receive_upload(request, caller.key_id)
    try:
        submission, again = _submission(upload, caller, idempotency_key)
    except UsageError:
        delete_upload(store_of(request), upload.path.name)
        raise
    check, new = await accept(request, submission, always_new=again)
    shown = await run_in_threadpool(read_check, request, check.id, caller)
    where = {"Location": f"/v1/checks/{check.id}"}
    return JSONResponse(shown.model_dump(), 202 if new else 200, headers=where)


@router.get("")
async def list_checks(
    request: Request,
    caller: Asking,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    state: StateOut | None = None,
    relation: Annotated[str | None, Query(max_length=40)] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    *,
    all_keys: Annotated[bool, Query(alias="all")] = False,
) -> ChecksOut:
    """Newest first. q: part of a name, headline, claim or link. all: those of every key."""
    if all_keys and not caller.has(READ_ALL):
        raise Refusal(403, Message("error-key-lacks-scope", {"scope": READ_ALL}))
    key = None if all_keys else caller.key_id
    return await run_in_threadpool(_page, request, key, after, limit, state, relation, q)


@router.get("/{check_id}")
async def show_check(
    request: Request, check_id: CheckId, caller: Asking, metadata: Metadata = "withheld"
) -> CheckOut:
    """The state, the report once there is one, and what people decided about the item."""
    shown = _requested_view(caller, metadata=metadata)
    return await run_in_threadpool(read_check, request, check_id, caller, shown)


@router.get(
    "/{check_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {LINES: {}}}},
)
async def follow_check(request: Request, check_id: CheckId, caller: Asking) -> Response:
    """A JSON line at each change, and every ten seconds. Ends with the check and its frames."""
    key = visible_key(caller)
    await run_in_threadpool(_find, request, check_id, key)  # an unknown one is a 404
    return StreamingResponse(_events(request, check_id, key), media_type=LINES)


@router.post("/{check_id}/cancel", responses=refusals(409))
async def cancel_check(request: Request, check_id: CheckId, caller: Asking) -> CheckOut:
    """Cancel a check that is queued or running. 409 where it has ended."""
    await run_in_threadpool(_cancel, request, check_id, caller.key_id)
    return await run_in_threadpool(read_check, request, check_id, caller)


@router.get("/{check_id}/report.html", response_class=HTMLResponse, responses=refusals(409))
async def show_page(
    request: Request,
    check_id: CheckId,
    caller: Asking,
    faces: Faces = "redacted",
    metadata: Metadata = "withheld",
    names: Names = "withheld",
) -> Response:
    """The report as a page for others to see: faces blacked out; names and metadata withheld."""
    shown = _requested_view(caller, faces, metadata, names)
    report, sheets = await run_in_threadpool(_report_with_frames, request, check_id, caller, shown)
    record = await run_in_threadpool(_record, request, check_id, caller)
    page = await run_in_threadpool(render, report, sheets, shown, record)
    await run_in_threadpool(_log_export, request, check_id, caller.key_id, "page", shown)
    return HTMLResponse(page, headers={"Content-Security-Policy": REPORT_POLICY})


@router.get(
    "/{check_id}/report.json",
    response_model=dict[str, Any],
    responses=refusals(409),
)
async def download_report(
    request: Request,
    check_id: CheckId,
    caller: Asking,
    metadata: Metadata = "withheld",
    names: Names = "withheld",
) -> Response:
    """The report alone, as a download; names and identifying metadata withheld."""
    shown = _requested_view(caller, metadata=metadata, names=names)
    report = await run_in_threadpool(_report, request, check_id, caller, shown)
    record = await run_in_threadpool(_record, request, check_id, caller)
    await run_in_threadpool(_log_export, request, check_id, caller.key_id, "json", shown)
    name = f'attachment; filename="firstseen-{check_id}.json"'
    exported = to_json(for_others(report, shown), record.as_shown(shown))
    return JSONResponse(exported, headers={"Content-Disposition": name})


@router.delete("/{check_id}", status_code=204)
async def delete_check(request: Request, check_id: CheckId, caller: Asking) -> Response:
    """Delete a check and everything stored of it; a running one stops."""
    await run_in_threadpool(_delete, request, check_id, caller.key_id)
    return Response(status_code=204)


# ---- submissions


def _submission(
    upload: Upload, caller: Caller, idempotency_key: str | None
) -> tuple[Submission, bool]:
    """Raises UsageError."""
    upload.expect_fields(FIELDS)
    date, place = validate_claim(
        upload.fields.get("claimed_date"), upload.fields.get("claimed_place")
    )
    again = upload.fields.get("again", "").strip()
    if again not in ("", "0", "1"):
        raise UsageError(Message("error-again"))
    submission = Submission(
        key=caller.key_id,
        task="check",
        kind="upload",
        name=upload.name,
        bytes=upload.bytes,
        sha256=upload.sha256,
        upload=upload.path.name,
        claimed_date=date,
        claimed_place=place,
        context=parse_provenance(upload.fields.get("context")),
        idempotency_key=idempotency_key,
    )
    return submission, again == "1"


def validate_claim(date: str | None, place: str | None) -> tuple[str | None, str | None]:
    """A claim's date and place, parsed and trimmed. Raises UsageError."""
    try:
        claim = parse_claim(date, place)
    except (DateNotUnderstoodError, ClaimNotUnderstoodError) as error:
        raise UsageError(error.message) from error
    if claim is None:
        return None, None
    return claim.date.text if claim.date else None, claim.place


# ---- reading, in threads


def _find(request: Request, check_id: str, key: str | None) -> Check:
    with store_of(request).reading() as connection:
        return checks.find(connection, check_id, key)


def read_check(
    request: Request, check_id: str, caller: Caller, shown: Shown | None = None
) -> CheckOut:
    """The check as its desk sees it, with names. Raises CheckUnknown, NotRevealed."""
    shown = replace(shown or Shown(), names="kept")
    with store_of(request).reading() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        reveals.require(connection, check_id, caller.key_id, **_kinds(shown))
        position = checks.queue_position(connection, check)
        stored = reports.load_newest(connection, check_id)
        earlier = reports.list_earlier(connection, check_id)
        decided = decisions.find_for_item(connection, check.sha256) if check.sha256 else []
    progress = queue_of(request).progress(check_id)
    report = (
        to_json(for_others(report_from_json(stored.report), shown)) if stored is not None else None
    )
    decisions_shown = DecisionsOut.of(decided, caller.key_id, sees=visible_key(caller) is None)
    return check_out(check, position, progress, report, earlier, decisions_shown)


def _requested_view(
    caller: Caller,
    faces: Literal["redacted", "shown"] = "redacted",
    metadata: Literal["withheld", "shown"] = "withheld",
    names: Literal["withheld", "kept"] = "withheld",
) -> Shown:
    """What to show; `by` names the caller, where that is more than others see."""
    shows_more = faces == "shown" or metadata == "shown" or names == "kept"
    return Shown(faces, metadata, caller.name if shows_more else None, names)


def _kinds(shown: Shown) -> dict[str, bool]:
    """What needs a reveal, as `reveals.require` takes it."""
    return {"faces": shown.faces == "shown", "metadata": shown.identifying_metadata == "shown"}


def _page(
    request: Request,
    key: str | None,
    after: str | None,
    limit: int,
    state: str | None,
    relation: str | None,
    text: str | None,
) -> ChecksOut:
    progress = queue_of(request).progress
    with store_of(request).reading() as connection:
        matching = checks.list_checks(connection, key, after, limit + 1, state, relation, text)
        page = matching[:limit]
        unseen = checks.count_unseen_alerts(connection, [check.id for check in page])
        lines = [
            listed_out(
                check,
                checks.queue_position(connection, check),
                progress(check.id),
                unseen.get(check.id, 0),
            )
            for check in page
        ]
    return ChecksOut(checks=lines, next=page[-1].id if len(matching) > limit else None)


async def _events(request: Request, check_id: str, key: str | None) -> AsyncIterator[str]:
    """Lines of the event stream; ends where the check is deleted."""
    previous: StatusOut | None = None
    sent_at = 0.0
    async with contextlib.aclosing(watch_changes(queue_of(request), HEARTBEAT_S)) as changes:
        async for _ in changes:
            try:
                now, complete = await run_in_threadpool(_status, request, check_id, key)
            except CheckUnknown:
                return
            if now != previous or time.monotonic() - sent_at >= HEARTBEAT_S:
                previous, sent_at = now, time.monotonic()
                yield json.dumps(now.model_dump()) + "\n"
            if complete:
                return


def _status(request: Request, check_id: str, key: str | None) -> tuple[StatusOut, bool]:
    with store_of(request).reading() as connection:
        check = checks.find(connection, check_id, key)
        position = checks.queue_position(connection, check)
    return status_out(check, position, queue_of(request).progress(check_id)), check.complete


def _report(request: Request, check_id: str, caller: Caller, shown: Shown) -> Report:
    """The complete report. Raises CheckUnknown, NotRevealed."""
    with store_of(request).reading() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        reveals.require(connection, check_id, caller.key_id, **_kinds(shown))
        stored = reports.load_newest(connection, check_id)
    if stored is None:
        raise Refusal(409, Message("error-no-report-yet", {"state": check.state}))
    return report_from_json(stored.report)


def _report_with_frames(
    request: Request, check_id: str, caller: Caller, shown: Shown
) -> tuple[Report, dict[str, EvidenceSheet]]:
    """The complete report and its evidence frames, redacted or made anew with faces shown."""
    report = _report(request, check_id, caller, shown)
    with store_of(request).reading() as connection:
        if shown.faces == "redacted":
            return report, evidence_sheets.load(connection, check_id)
        clips = evidence_sheets.load_descriptions(connection, check_id)
    return report, resources_of(request).unredacted_evidence.sheets(check_id, clips)


def _record(request: Request, check_id: str, caller: Caller) -> CheckRecord:
    """Who had the item checked when, and what people decided about it. Raises CheckUnknown."""
    with store_of(request).reading() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        return record_of_check(connection, check)


def _log_export(request: Request, check_id: str, key: str, form: str, shown: Shown) -> None:
    """Log an export before it leaves: it can be saved and passed on."""
    more = {
        "faces": shown.faces == "shown",
        "metadata": shown.identifying_metadata == "shown",
        "names": shown.names == "kept",
    }
    detail = " ".join([form, *(what for what, shows in more.items() if shows)])
    with store_of(request).writing() as connection:
        audit_log.append_entry(connection, key, "report.export", check_id, detail)


# ---- ending, in threads


def _cancel(request: Request, check_id: str, key: str) -> None:
    store, queue = store_of(request), queue_of(request)
    with freeing(store) as connection:
        check = checks.cancel(connection, check_id, settings_of(request), key)
        audit_log.append_entry(connection, key, "check.cancel", check_id)
    delete_upload(store, check.upload)
    queue.stop(check_id)


def _delete(request: Request, check_id: str, key: str) -> None:
    store, queue = store_of(request), queue_of(request)
    with freeing(store) as connection:
        check = checks.delete(connection, check_id, key)
        audit_log.append_entry(connection, key, "check.delete", check_id)
    delete_upload(store, check.upload)
    queue.stop(check_id)
    store.empty_log()
