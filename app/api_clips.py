"""The library's clips over HTTP."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.api_access import may
from app.api_problems import refusals
from app.api_rooms import discard, jobs_of, receive_upload, service_of
from app.errors import UsageError
from app.jobs import Work
from app.library_context import DATED, SOURCE, TEXTS
from app.schemas import AddedOut, ClipOut, ClipsOut
from app.service import Added

MAX_PAGE = 500
CONTEXT_FIELDS = (*TEXTS, *SOURCE, *DATED)

READ = [Depends(may("library:read"))]
WRITE = [Depends(may("library:write"))]

router = APIRouter(prefix="/v1/clips", tags=["clips"], responses=refusals())


@router.post(
    "",
    status_code=201,
    dependencies=WRITE,
    response_model=AddedOut,
    responses={200: {"model": AddedOut}, **refusals(409, 507)},
)
async def add_clip(request: Request) -> Response:
    """Upload one file into the library with its context; answers when it is durable."""
    upload = await receive_upload(request)
    forget = partial(discard, upload)
    unknown = sorted(upload.fields.keys() - set(CONTEXT_FIELDS))
    if unknown:
        forget()
        raise UsageError(f"unknown field {unknown[0]!r}; known are {', '.join(CONTEXT_FIELDS)}")
    context = {name: text for name, text in upload.fields.items() if text.strip()}
    work = partial(service_of(request).add, upload.path, upload.name, context)
    added = await _added(request, work, forget)
    content = AddedOut.from_added(added).model_dump()
    where = {"Location": f"/v1/clips/{added.clip.id}"}
    return JSONResponse(content, 201 if added.new else 200, headers=where)


async def _added(request: Request, work: Work[Added], forget: Callable[[], None]) -> Added:
    jobs = jobs_of(request)
    job = jobs.submit(work, after=forget)
    try:
        return await asyncio.wrap_future(job.future)
    finally:
        jobs.remove(job.id)


@router.get("", dependencies=READ)
async def list_clips(
    request: Request,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
) -> ClipsOut:
    """Clips in the order of their ids; `next` is the `after` of the next page."""
    clips = await run_in_threadpool(service_of(request).clips, after, limit + 1)
    shown = [ClipOut.from_clip(clip) for clip in clips[:limit]]
    return ClipsOut(clips=shown, next=shown[-1].id if len(clips) > limit else None)


@router.get("/{clip_id}", dependencies=READ, responses=refusals(404))
async def show_clip(request: Request, clip_id: str) -> ClipOut:
    return ClipOut.from_clip(await run_in_threadpool(service_of(request).clip, clip_id))


@router.delete("/{clip_id}", status_code=204, dependencies=WRITE, responses=refusals(404))
async def remove_clip(request: Request, clip_id: str) -> Response:
    await run_in_threadpool(service_of(request).remove, clip_id)
    return Response(status_code=204)
