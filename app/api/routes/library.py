"""What is known of the library's clips over HTTP: read, corrected, shown, and what matched them."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.api.access import Caller, may, visible_key
from app.api.dependencies import library_of, resources_of, settings_of, store_of
from app.api.openapi import refusals
from app.api.schemas.clips import AddedOut, ClipOut
from app.api.schemas.review import (
    AppearanceIn,
    ClipCheckOut,
    ClipChecksOut,
    ClipDetailOut,
    ContextIn,
    LibraryOut,
    NewClip,
)
from app.library.context_csv import entered
from app.library.library import Context, FileFacts, Library
from app.library.records import Added
from app.settings import Settings
from app.store import checks, descriptors, matches_of_clip
from app.store.audited_changes import addition_entries, record_change
from app.store.data_folder import Store
from app.store.errors import NotKept

MOST_CHECKS: Final = 100
WHERE: Final = "the request"  # what an error names

type Reading = Annotated[Caller, Depends(may("library:read"))]
type Writing = Annotated[Caller, Depends(may("library:write"))]
type ReadingChecks = Annotated[Caller, Depends(may("library:read", "check"))]
type Adding = Annotated[Caller, Depends(may("library:write", "check"))]
type Identifier = Annotated[str, Path(max_length=64)]
type Number = Annotated[int, Path(ge=1, le=2**53)]

router = APIRouter(prefix="/v1", tags=["library"], responses=refusals())


@router.get("/library")
async def show_library(request: Request, caller: Reading) -> LibraryOut:
    """How many clips, of what length and age, and in which descriptor spaces."""
    return LibraryOut.of(await run_in_threadpool(library_of(request).stats))


@router.patch("/clips/{clip_id}", responses=refusals(404))
async def change_clip(
    request: Request, clip_id: Identifier, caller: Writing, texts: ContextIn
) -> ClipDetailOut:
    """Write texts anew. Who did, when, and what stood there before is kept."""
    return await run_in_threadpool(
        _changed, store_of(request), library_of(request), clip_id, caller, texts.given()
    )


@router.post("/clips/{clip_id}/appearances", status_code=201, responses=refusals(404))
async def add_appearance(
    request: Request, clip_id: Identifier, caller: Writing, seen: AppearanceIn
) -> ClipDetailOut:
    """Enter that the clip was seen: where, when, and under this key's name."""
    columns = seen.columns() | {"entered_by": caller.name}
    context = entered(columns, WHERE)
    return await run_in_threadpool(
        _seen, store_of(request), library_of(request), clip_id, caller, context
    )


@router.delete("/clips/{clip_id}/appearances/{n}", status_code=204, responses=refusals(404, 409))
async def remove_appearance(
    request: Request, clip_id: Identifier, n: Number, caller: Writing
) -> Response:
    """Take an appearance back, by its `n`. That it was there stays among the clip's edits."""
    await run_in_threadpool(_unseen, store_of(request), library_of(request), clip_id, n, caller)
    return Response(status_code=204)


@router.get(
    "/clips/{clip_id}/picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **refusals(404)},
)
async def show_clip_picture(request: Request, clip_id: Identifier, caller: Reading) -> Response:
    """One small JPEG of the clip, with faces destroyed."""
    content = await run_in_threadpool(resources_of(request).clip_thumbnails.picture, clip_id)
    return Response(content, media_type="image/jpeg")


@router.get("/clips/{clip_id}/checks", responses=refusals(404))
async def list_clip_checks(
    request: Request, clip_id: Identifier, caller: ReadingChecks
) -> ClipChecksOut:
    """Checks that matched the clip and that the caller may see, newest first."""
    await run_in_threadpool(library_of(request).clip, clip_id)
    found = await run_in_threadpool(_matching, store_of(request), clip_id, visible_key(caller))
    return ClipChecksOut(checks=found)


@router.post(
    "/checks/{check_id}/clip",
    status_code=201,
    response_model=AddedOut,
    responses={200: {"model": AddedOut}, **refusals(404, 409)},
)
async def add_checked(
    request: Request, check_id: Identifier, caller: Adding, known: NewClip
) -> Response:
    """Make a checked item known footage. What someone claimed of it does not come along."""
    columns = {n: t.strip() for n, t in known.model_dump().items() if t is not None and t.strip()}
    context = entered(columns | {"entered_by": caller.name}, WHERE)
    store, library, settings = store_of(request), library_of(request), settings_of(request)
    added = await run_in_threadpool(_added, store, library, settings, check_id, caller, context)
    clip = await run_in_threadpool(library.clip, added.clip_id)
    content = AddedOut(clip=ClipOut.from_clip(clip), new=added.new).model_dump()
    where = {"Location": f"/v1/clips/{clip.id}"}
    return JSONResponse(content, 201 if added.new else 200, headers=where)


def detail(library: Library, clip_id: str) -> ClipDetailOut:
    """Raises ClipUnknown."""
    return ClipDetailOut.of(library.clip(clip_id), library.edits(clip_id))


def _changed(
    store: Store,
    library: Library,
    clip_id: str,
    caller: Caller,
    texts: Mapping[str, str | None],
) -> ClipDetailOut:
    library.clip(clip_id)  # what was never there is no act
    with record_change(store, caller.key_id, "clip.change", clip_id) as done:
        if library.change(clip_id, texts, caller.name):
            done.append(("clip.change", clip_id))
    return detail(library, clip_id)


def _seen(
    store: Store, library: Library, clip_id: str, caller: Caller, context: Context
) -> ClipDetailOut:
    library.clip(clip_id)
    with record_change(store, caller.key_id, "appearance.add", clip_id) as done:
        for appearance in context.appearances:
            if library.add_appearance(clip_id, appearance):
                done.append(("appearance.add", clip_id))
    return detail(library, clip_id)


def _unseen(store: Store, library: Library, clip_id: str, n: int, caller: Caller) -> None:
    library.clip(clip_id)
    with record_change(store, caller.key_id, "appearance.remove", clip_id) as done:
        library.remove_appearance(clip_id, n, caller.name)
        done.append(("appearance.remove", clip_id))


def _matching(store: Store, clip_id: str, key: str | None) -> list[ClipCheckOut]:
    with store.reading() as connection:
        found = matches_of_clip.by_clip(connection, clip_id, key, MOST_CHECKS)
    return [
        ClipCheckOut(
            id=one.check.id,
            name=one.check.name,
            created_at=one.check.created_at,
            relation=one.relation,
            headline=one.check.headline,
            score=one.score,
        )
        for one in found
    ]


def _added(
    store: Store,
    library: Library,
    settings: Settings,
    check_id: str,
    caller: Caller,
    context: Context,
) -> Added:
    """Raises CheckUnknown, NotKept where the item's description is gone."""
    # loads what a service needs for nothing else, so not at its start
    from app.pipeline.check_again import StoredItem, add_stored

    with store.reading() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        kept = descriptors.load(connection, check.id)
    if kept is None or kept.metadata is None or check.sha256 is None or check.bytes is None:
        raise NotKept("what was described of this item is not kept: add its file instead")
    facts = FileFacts(check.name, check.sha256, check.bytes)
    item = StoredItem(facts, kept.fingerprint, kept.metadata)
    with record_change(store, caller.key_id, "clip.add", check.id) as done:
        added = add_stored(item, library, settings, context)
        with store.writing() as connection:
            checks.note_made_clip(connection, check.id, added.clip_id)
        done += [*addition_entries(added), ("check.added", check.id)]
    return added
