"""Evidence frames of a check over HTTP: redacted ones as stored, others after a reveal."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.api.access import Caller, require_scopes, visible_key
from app.api.dependencies import resources_of, store_of
from app.api.openapi import refusals
from app.api.problem_json import Refusal
from app.api.schemas.evidence import PicturesOut, RevealIn, RevealOut, SheetOut
from app.api.unredacted_evidence import UnredactedEvidence
from app.errors import UsageError
from app.store import checks, evidence_sheets, reveals
from app.store.data_folder import Store
from app.store.timestamps import now
from hashing.message import Message

SHOWN: Final = "shown"

type Asking = Annotated[Caller, Depends(require_scopes("check"))]
type Revealing = Annotated[Caller, Depends(require_scopes("check", "reveal"))]
type Identifier = Annotated[str, Path(max_length=64)]
type Faces = Annotated[
    Literal["redacted", "shown"], Query(description="shown: only after this key revealed them.")
]
type Json = dict[str, Any]

router = APIRouter(prefix="/v1/checks", tags=["pictures"], responses=refusals(404))


@router.get("/{check_id}/pictures")
async def list_pictures(
    request: Request, check_id: Identifier, caller: Asking, faces: Faces = "redacted"
) -> PicturesOut:
    """The evidence frames by clip; each image is a path."""
    unredacted = faces == SHOWN
    return await run_in_threadpool(
        _list, store_of(request), check_id, caller, unredacted=unredacted
    )


@router.get(
    "/{check_id}/pictures/{clip_id}/{name}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **refusals(404, 409)},
)
async def show_picture(
    request: Request,
    check_id: Identifier,
    clip_id: Identifier,
    name: Identifier,
    caller: Asking,
    faces: Faces = "redacted",
) -> Response:
    """One JPEG: with faces blacked out, or unredacted after a reveal by this key."""
    store = store_of(request)
    if faces == SHOWN:
        content = await run_in_threadpool(
            _make_unredacted,
            store,
            resources_of(request).unredacted_evidence,
            check_id,
            clip_id,
            name,
            caller,
        )
    else:
        content = await run_in_threadpool(_load_redacted, store, check_id, clip_id, name, caller)
    if content is None:
        raise Refusal(404, Message("error-no-such-picture"))
    return Response(content, media_type="image/jpeg")


@router.post("/{check_id}/reveal")
async def reveal(
    request: Request, check_id: Identifier, content: RevealIn, caller: Revealing
) -> RevealOut:
    """Show this key faces or identifying metadata of this item for 15 minutes; it is logged."""
    if not (content.faces or content.metadata):
        raise UsageError(Message("error-say-what-to-show"))
    if not content.reason.strip():
        raise UsageError(Message("error-reason-needed"))
    until = await run_in_threadpool(_grant, store_of(request), check_id, caller, content)
    return RevealOut(until=until)


def _list(store: Store, check_id: str, caller: Caller, *, unredacted: bool) -> PicturesOut:
    with store.reading() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        if unredacted:
            reveals.require(connection, check.id, caller.key_id, faces=True)
        descriptions = evidence_sheets.load_descriptions(connection, check.id)
    return PicturesOut(
        state=check.pictures,
        matches={
            clip: _sheet(sheet, check.id, clip, unredacted=unredacted)
            for clip, sheet in descriptions.items()
        },
    )


def _sheet(description: Json, check: str, clip: str, *, unredacted: bool) -> SheetOut:
    """The stored sheet with paths in place of names. Unredacted, no face is filled."""
    folder = f"/v1/checks/{check}/pictures/{clip}/"
    suffix = "?faces=shown" if unredacted else ""

    def row(index: int, part: Json) -> Json:
        paths = {
            field: f"{folder}{part[field]}{suffix}"
            for field in evidence_sheets.IMAGE_FIELDS
            if part.get(field) is not None
        }
        return {**part, **paths} | ({"index": index} if "picture" not in part else {})

    rows = {
        kind: [row(index, part) for index, part in enumerate(description[kind])]
        for kind in evidence_sheets.RECORDS
    }
    overrides = {"faces": "shown", "faces_filled": 0, "pictures_filled": 0} if unredacted else {}
    return {**description, **rows, **overrides}


def _load_redacted(
    store: Store, check_id: str, clip_id: str, name: str, caller: Caller
) -> bytes | None:
    with store.reading() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        return evidence_sheets.load_image(connection, check.id, clip_id, name)


def _make_unredacted(
    store: Store,
    unredacted_evidence: UnredactedEvidence,
    check_id: str,
    clip_id: str,
    name: str,
    caller: Caller,
) -> bytes | None:
    with store.reading() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        reveals.require(connection, check.id, caller.key_id, faces=True)
    return evidence_sheets.images_by_name(unredacted_evidence.sheet(check.id, clip_id)).get(name)


def _grant(store: Store, check_id: str, caller: Caller, content: RevealIn) -> str:
    with store.writing() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        return reveals.grant(
            connection,
            check.id,
            caller.key_id,
            content.reason.strip(),
            now(),
            faces=content.faces,
            metadata=content.metadata,
        )
