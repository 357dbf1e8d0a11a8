"""The library's clips over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.api.access import Caller, require_scopes
from app.api.dependencies import library_of, receive_upload, store_of, upload_form
from app.api.openapi import refusals
from app.api.problem_json import problem
from app.api.schemas.clip_context import ClipDetailOut
from app.api.schemas.clips import AddedOut, ClipOut, ClipsOut
from app.api.submit import accept, wait_until_final
from app.api.uploads import Upload
from app.errors import UsageError
from app.library.context_csv import DATED, SOURCE, TEXTS, context_from_columns
from app.library.errors import ContextUnreadable
from app.library.listing import Filter
from app.messages import wire
from app.store import checks
from app.store.audited_changes import record_change
from app.store.checks import Check, Submission
from app.store.data_folder import Store, delete_upload
from hashing.message import Message, verbatim

MAX_PAGE = 500
CONTEXT_FIELDS = (*TEXTS, *SOURCE, *DATED)

READ = [Depends(require_scopes("library:read"))]
WRITER = require_scopes("library:write")

router = APIRouter(prefix="/v1/clips", tags=["clips"], responses=refusals())


@router.post(
    "",
    status_code=201,
    response_model=AddedOut,
    responses={200: {"model": AddedOut}, **refusals(408, 409, 507)},
    openapi_extra=upload_form(*CONTEXT_FIELDS),
)
async def add_clip(request: Request, caller: Annotated[Caller, Depends(WRITER)]) -> Response:
    """Upload one file into the library with its context; answers when it is durable."""
    upload = await receive_upload(request, caller.key_id)
    try:
        submission = _submission(upload, caller)
    except (UsageError, ContextUnreadable):
        delete_upload(store_of(request), upload.path.name)
        raise
    check, _ = await accept(request, submission)
    done = await wait_until_final(request, check.id)
    await run_in_threadpool(_delete_row, store_of(request), check.id)
    if done.outcome is None:
        return _problem_of(done)
    clip = await run_in_threadpool(library_of(request).clip, done.outcome["clip"])
    content = AddedOut(clip=ClipOut.from_clip(clip), new=done.outcome["new"]).model_dump()
    where = {"Location": f"/v1/clips/{clip.id}"}
    return JSONResponse(content, 201 if done.outcome["new"] else 200, headers=where)


def _submission(upload: Upload, caller: Caller) -> Submission:
    """Raises UsageError and ContextUnreadable."""
    upload.expect_fields(CONTEXT_FIELDS)
    context = {name: text for name, text in upload.fields.items() if text.strip()}
    context["entered_by"] = caller.name  # whatever was sent
    context_from_columns(context, Message("context-form"))
    return Submission(
        key=caller.key_id,
        task="add",
        kind="upload",
        name=upload.name,
        bytes=upload.bytes,
        sha256=upload.sha256,
        upload=upload.path.name,
        context=dict(context),
    )


def _problem_of(done: Check) -> Response:
    failed = done.problem
    if failed is None:
        return problem(409, Message("error-addition-cancelled"))
    # the row of a service of before has no id
    message = wire.from_json(failed) if "id" in failed else verbatim(failed["detail"])
    return problem(failed["status"], message)


def _delete_row(store: Store, identifier: str) -> None:
    """Delete the row of an addition: the caller has the answer."""
    with store.writing() as connection:
        before = checks.delete(connection, identifier)
    delete_upload(store, before.upload)


@router.get("", dependencies=READ, responses=refusals(404))
async def list_clips(
    request: Request,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
    q: Annotated[str | None, Query(max_length=200)] = None,
    year: Annotated[int | None, Query(ge=1, le=9999)] = None,
    place: Annotated[str | None, Query(max_length=200)] = None,
) -> ClipsOut:
    """Clips in the order of their ids; `next` is the `after` of the next page.

    q: part of a name, a text or a source. year: of an appearance other than `ingested`.
    """
    filters = Filter(q, year, place)
    clips = await run_in_threadpool(library_of(request).page, filters, after, limit + 1)
    shown = [ClipOut.from_clip(clip) for clip in clips[:limit]]
    return ClipsOut(clips=shown, next=shown[-1].id if len(clips) > limit else None)


@router.get("/{clip_id}", dependencies=READ, responses=refusals(404))
async def show_clip(request: Request, clip_id: str) -> ClipDetailOut:
    """One clip, and every change of what is known of it."""
    library = library_of(request)
    clip = await run_in_threadpool(library.clip, clip_id)
    return ClipDetailOut.of(clip, await run_in_threadpool(library.context_changes, clip_id))


@router.delete("/{clip_id}", status_code=204, responses=refusals(404))
async def remove_clip(
    request: Request, clip_id: str, caller: Annotated[Caller, Depends(WRITER)]
) -> Response:
    await run_in_threadpool(_remove, request, clip_id, caller.key_id)
    return Response(status_code=204)


def _remove(request: Request, clip_id: str, key: str) -> None:
    library = library_of(request)
    library.clip(clip_id)  # a clip that never existed leaves no entry in the log
    with record_change(store_of(request), key, "clip.remove", clip_id) as done:
        library.clip(clip_id)  # someone else may have removed it meanwhile
        library.remove(clip_id)
        done.append(("clip.remove", clip_id))
