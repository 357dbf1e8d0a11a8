"""Keys over HTTP, for the scope `admin`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.api.access import Caller, require_scopes
from app.api.dependencies import store_of
from app.api.openapi import refusals
from app.api.schemas.keys import KeyOut, KeysOut, MadeKeyOut, NewKey, RotationIn
from app.store import keys
from app.store.data_folder import Store
from app.store.keys import Key
from app.store.spare_room import freeing
from app.store.timestamps import now

Admin = Annotated[Caller, Depends(require_scopes("admin"))]

router = APIRouter(prefix="/v1/keys", tags=["keys"], responses=refusals())


@router.get("")
async def list_keys(request: Request, caller: Admin) -> KeysOut:
    """All keys without their secrets, revoked ones too, oldest first."""
    all_keys = await run_in_threadpool(_list, store_of(request))
    return KeysOut(keys=[KeyOut.from_key(key) for key in all_keys])


@router.post("", status_code=201)
async def make_key(request: Request, caller: Admin, content: NewKey) -> MadeKeyOut:
    """Make a key; its secret is in this answer and nowhere else."""
    key, secret = await run_in_threadpool(_create, store_of(request), content, caller.key_id)
    return MadeKeyOut(key=KeyOut.from_key(key), secret=secret)


@router.post("/{key_id}/rotate", responses=refusals(404, 409))
async def rotate_key(
    request: Request, caller: Admin, key_id: str, content: RotationIn
) -> MadeKeyOut:
    """Give a key another secret, in this answer and nowhere else. Its sessions end."""
    key, secret = await run_in_threadpool(
        _rotate, store_of(request), key_id, content, caller.key_id
    )
    return MadeKeyOut(key=KeyOut.from_key(key), secret=secret)


@router.delete("/{key_id}", status_code=204, responses=refusals(404))
async def revoke_key(request: Request, caller: Admin, key_id: str) -> Response:
    """Revoke a key and end its sessions. Its checks stay."""
    await run_in_threadpool(_revoke, store_of(request), key_id, caller.key_id)
    return Response(status_code=204)


def _list(store: Store) -> list[Key]:
    with store.reading() as connection:
        return keys.list_keys(connection)


def _create(store: Store, content: NewKey, actor: str) -> tuple[Key, str]:
    with store.writing() as connection:
        return keys.create(connection, content.name, content.scopes, actor, now(), content.days)


def _rotate(store: Store, key_id: str, content: RotationIn, actor: str) -> tuple[Key, str]:
    with store.writing() as connection:
        return keys.rotate(connection, key_id, actor, now(), content.grace_s, content.days)


def _revoke(store: Store, key_id: str, actor: str) -> None:
    with freeing(store) as connection:
        keys.revoke(connection, key_id, actor, now())
