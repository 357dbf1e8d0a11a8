"""The context of clips over HTTP: read and correct it; thumbnails; checks that matched a clip."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.api.access import Caller, require_scopes, visible_key
from app.api.dependencies import library_of, resources_of, settings_of, store_of
from app.api.openapi import refusals
from app.api.schemas.clip_context import (
    AppearanceIn,
    ClipCheckOut,
    ClipChecksOut,
    ClipDetailOut,
    ContextIn,
    LibraryOut,
    NewClip,
)
from app.api.schemas.clips import AddedOut, ClipOut
from app.library.context_csv import Context, context_from_columns
from app.library.library import Library
from app.library.records import Addition, FileFacts
from app.settings import Settings
from app.store import checks, matches_of_clip, stored_fingerprints
from app.store.audited_changes import addition_entries, record_change
from app.store.data_folder import Store
from app.store.errors import NotKept
from hashing.message import Message

MAX_CHECKS: Final = 100
WHERE: Final = Message("context-request")  # the place that an error names

type Reading = Annotated[Caller, Depends(require_scopes("library:read"))]
type Writing = Annotated[Caller, Depends(require_scopes("library:write"))]
type ReadingChecks = Annotated[Caller, Depends(require_scopes("library:read", "check"))]
type Adding = Annotated[Caller, Depends(require_scopes("library:write", "check"))]
type Identifier = Annotated[str, Path(max_length=64)]
type Number = Annotated[int, Path(ge=1, le=2**53)]

router = APIRouter(prefix="/v1", tags=["library"], responses=refusals())


@router.get("/library")
async def show_library(request: Request, caller: Reading) -> LibraryOut:
    """How many clips, their total length and dates, and their descriptor spaces."""
    return LibraryOut.of(await run_in_threadpool(library_of(request).stats))


@router.patch("/clips/{clip_id}", responses=refusals(404))
async def change_clip(
    request: Request, clip_id: Identifier, caller: Writing, texts: ContextIn
) -> ClipDetailOut:
    """Change texts. Who did so, when, and the previous text are stored."""
    return await run_in_threadpool(
        _change, store_of(request), library_of(request), clip_id, caller, texts.texts_to_write()
    )


@router.post("/clips/{clip_id}/appearances", status_code=201, responses=refusals(404))
async def add_appearance(
    request: Request, clip_id: Identifier, caller: Writing, appearance_in: AppearanceIn
) -> ClipDetailOut:
    """Add an appearance of the clip: where, when, and under this key's name."""
    columns = appearance_in.columns() | {"entered_by": caller.name}
    context = context_from_columns(columns, WHERE)
    return await run_in_threadpool(
        _add_appearance, store_of(request), library_of(request), clip_id, caller, context
    )


@router.delete("/clips/{clip_id}/appearances/{n}", status_code=204, responses=refusals(404, 409))
async def remove_appearance(
    request: Request, clip_id: Identifier, n: Number, caller: Writing
) -> Response:
    """Remove an appearance, by its `n`. That it was there stays among the clip's edits."""
    await run_in_threadpool(
        _remove_appearance, store_of(request), library_of(request), clip_id, n, caller
    )
    return Response(status_code=204)


@router.get(
    "/clips/{clip_id}/picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **refusals(404)},
)
async def show_clip_picture(request: Request, clip_id: Identifier, caller: Reading) -> Response:
    """One small JPEG of the clip, with faces blacked out."""
    content = await run_in_threadpool(resources_of(request).clip_thumbnails.thumbnail, clip_id)
    return Response(content, media_type="image/jpeg")


@router.get("/clips/{clip_id}/checks", responses=refusals(404))
async def list_clip_checks(
    request: Request, clip_id: Identifier, caller: ReadingChecks
) -> ClipChecksOut:
    """Checks that matched the clip and that the caller may see, newest first."""
    await run_in_threadpool(library_of(request).clip, clip_id)
    matches = await run_in_threadpool(_find_checks, store_of(request), clip_id, visible_key(caller))
    return ClipChecksOut(checks=matches)


@router.post(
    "/checks/{check_id}/clip",
    status_code=201,
    response_model=AddedOut,
    responses={200: {"model": AddedOut}, **refusals(404, 409)},
)
async def add_checked(
    request: Request, check_id: Identifier, caller: Adding, clip_in: NewClip
) -> Response:
    """Make a checked item a clip of the library. What someone claimed about it is not copied."""
    columns = {n: t.strip() for n, t in clip_in.model_dump().items() if t is not None and t.strip()}
    context = context_from_columns(columns | {"entered_by": caller.name}, WHERE)
    store, library, settings = store_of(request), library_of(request), settings_of(request)
    added = await run_in_threadpool(
        _add_checked, store, library, settings, check_id, caller, context
    )
    clip = await run_in_threadpool(library.clip, added.clip_id)
    content = AddedOut(clip=ClipOut.from_clip(clip), new=added.new).model_dump()
    where = {"Location": f"/v1/clips/{clip.id}"}
    return JSONResponse(content, 201 if added.new else 200, headers=where)


def detail(library: Library, clip_id: str) -> ClipDetailOut:
    """Raises ClipUnknown."""
    return ClipDetailOut.of(library.clip(clip_id), library.context_changes(clip_id))


def _change(
    store: Store,
    library: Library,
    clip_id: str,
    caller: Caller,
    texts: Mapping[str, str | None],
) -> ClipDetailOut:
    library.clip(clip_id)  # a clip that never existed leaves no entry in the log
    with record_change(store, caller.key_id, "clip.change", clip_id) as changes:
        if library.change_texts(clip_id, texts, caller.name):
            changes.append(("clip.change", clip_id))
    return detail(library, clip_id)


def _add_appearance(
    store: Store, library: Library, clip_id: str, caller: Caller, context: Context
) -> ClipDetailOut:
    library.clip(clip_id)
    with record_change(store, caller.key_id, "appearance.add", clip_id) as changes:
        for appearance in context.appearances:
            if library.add_appearance(clip_id, appearance):
                changes.append(("appearance.add", clip_id))
    return detail(library, clip_id)


def _remove_appearance(
    store: Store, library: Library, clip_id: str, n: int, caller: Caller
) -> None:
    library.clip(clip_id)
    with record_change(store, caller.key_id, "appearance.remove", clip_id) as changes:
        library.remove_appearance(clip_id, n, caller.name)
        changes.append(("appearance.remove", clip_id))


def _find_checks(store: Store, clip_id: str, key: str | None) -> list[ClipCheckOut]:
    with store.reading() as connection:
        matches = matches_of_clip.find_checks(connection, clip_id, key, MAX_CHECKS)
    return [
        ClipCheckOut(
            id=match.check.id,
            name=match.check.name,
            created_at=match.check.created_at,
            relation=match.relation,
            headline=match.check.headline,
            score=match.score,
        )
        for match in matches
    ]


def _add_checked(
    store: Store,
    library: Library,
    settings: Settings,
    check_id: str,
    caller: Caller,
    context: Context,
) -> Addition:
    """Raises CheckUnknown, NotKept where the item's fingerprint is gone."""
    # loads modules that the service needs for nothing else, so not at its start
    from app.pipeline.check_again import StoredItem, add_stored

    with store.reading() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        stored_item = stored_fingerprints.load(connection, check.id)
    if (
        stored_item is None
        or stored_item.metadata is None
        or check.sha256 is None
        or check.bytes is None
    ):
        raise NotKept(Message("error-no-fingerprint"))
    facts = FileFacts(check.name, check.sha256, check.bytes)
    item = StoredItem(facts, stored_item.fingerprint, stored_item.metadata, stored_item.parts)
    with record_change(store, caller.key_id, "clip.add", check.id) as changes:
        added = add_stored(item, library, settings, context)
        with store.writing() as connection:
            checks.record_clip(connection, check.id, added.clip_id)
        changes += [*addition_entries(added), ("check.added", check.id)]
    return added
