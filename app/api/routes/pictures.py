"""The pictures of a check over HTTP: redacted ones as stored, others for who revealed them."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.api.access import Caller, may, visible_key
from app.api.dependencies import resources_of, store_of
from app.api.openapi import refusals
from app.api.revealed_pictures import UnredactedEvidence
from app.api.schemas.review import PicturesOut, RevealIn, RevealOut, SheetOut
from app.errors import UsageError
from app.store import checks, evidence_sheets, reveals
from app.store.data_folder import Store
from app.store.timestamps import now

SHOWN: Final = "shown"
PICTURES: Final = ("query", "reference", "difference", "aligned", "picture")  # fields of a sheet

type Asking = Annotated[Caller, Depends(may("check"))]
type Revealing = Annotated[Caller, Depends(may("check", "reveal"))]
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
    """What there is to look at, by clip; each picture is a path."""
    return await run_in_threadpool(_listed, store_of(request), check_id, caller, faces == SHOWN)


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
    """One JPEG: with faces destroyed, or as it is under a reveal of this key."""
    store = store_of(request)
    if faces == SHOWN:
        content = await run_in_threadpool(
            _unredacted,
            store,
            resources_of(request).unredacted_evidence,
            check_id,
            clip_id,
            name,
            caller,
        )
    else:
        content = await run_in_threadpool(_stored, store, check_id, clip_id, name, caller)
    if content is None:
        raise HTTPException(404, "no such picture")
    return Response(content, media_type="image/jpeg")


@router.post("/{check_id}/reveal")
async def reveal(
    request: Request, check_id: Identifier, wanted: RevealIn, caller: Revealing
) -> RevealOut:
    """Show this key faces or identifying metadata of this item for 15 minutes; it is logged."""
    if not (wanted.faces or wanted.metadata):
        raise UsageError("say what to show: faces, metadata, or both")
    if not wanted.reason.strip():
        raise UsageError("a reason is needed")
    until = await run_in_threadpool(_granted, store_of(request), check_id, caller, wanted)
    return RevealOut(until=until)


def _listed(store: Store, check_id: str, caller: Caller, shown: bool) -> PicturesOut:
    with store.reading() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        if shown:
            reveals.require(connection, check.id, caller.key_id, faces=True)
        told = evidence_sheets.told(connection, check.id)
    return PicturesOut(
        state=check.pictures,
        matches={clip: _sheet(one, check.id, clip, shown) for clip, one in told.items()},
    )


def _sheet(told: Json, check: str, clip: str, shown: bool) -> SheetOut:
    """The stored sheet with paths for names. A face that is shown is not filled."""
    folder = f"/v1/checks/{check}/pictures/{clip}/"
    suffix = "?faces=shown" if shown else ""

    def row(index: int, part: Json) -> Json:
        paths = {
            field: f"{folder}{part[field]}{suffix}"
            for field in PICTURES
            if part.get(field) is not None
        }
        return {**part, **paths} | ({"index": index} if "picture" not in part else {})

    rows = {
        kind: [row(index, part) for index, part in enumerate(told[kind])]
        for kind in ("pairs", "thumbnails", "strip")
    }
    own = {"faces": "shown", "faces_filled": 0, "pictures_filled": 0} if shown else {}
    return SheetOut.model_validate({**told, **rows, **own})


def _stored(store: Store, check_id: str, clip_id: str, name: str, caller: Caller) -> bytes | None:
    with store.reading() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        return evidence_sheets.picture(connection, check.id, clip_id, name)


def _unredacted(
    store: Store,
    pictures: UnredactedEvidence,
    check_id: str,
    clip_id: str,
    name: str,
    caller: Caller,
) -> bytes | None:
    with store.reading() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        reveals.require(connection, check.id, caller.key_id, faces=True)
    return evidence_sheets.named(pictures.sheet(check.id, clip_id)).get(name)


def _granted(store: Store, check_id: str, caller: Caller, wanted: RevealIn) -> str:
    with store.writing() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        return reveals.grant(
            connection,
            check.id,
            caller.key_id,
            wanted.faces,
            wanted.metadata,
            wanted.reason.strip(),
            now(),
        )
