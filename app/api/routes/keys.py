"""Keys over HTTP, for who has the scope `admin`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.api.access import Caller, may
from app.api.dependencies import store_of
from app.api.openapi import refusals
from app.api.schemas.access import KeyOut, KeysOut, MadeKeyOut, NewKey
from app.store import keys
from app.store.data_folder import Store
from app.store.keys import Key
from app.store.timestamps import now

Admin = Annotated[Caller, Depends(may("admin"))]

router = APIRouter(prefix="/v1/keys", tags=["keys"], responses=refusals())


@router.get("")
async def list_keys(request: Request, caller: Admin) -> KeysOut:
    """All keys without their secrets, revoked ones too, oldest first."""
    found = await run_in_threadpool(_listed, store_of(request))
    return KeysOut(keys=[KeyOut.from_key(key) for key in found])


@router.post("", status_code=201)
async def make_key(request: Request, caller: Admin, content: NewKey) -> MadeKeyOut:
    """A new key; its secret is in this answer and nowhere else."""
    key, secret = await run_in_threadpool(_made, store_of(request), content, caller.key_id)
    return MadeKeyOut(key=KeyOut.from_key(key), secret=secret)


@router.delete("/{key_id}", status_code=204, responses=refusals(404))
async def revoke_key(request: Request, caller: Admin, key_id: str) -> Response:
    """Of no use from now on, and its sessions end. Its checks stay."""
    await run_in_threadpool(_revoked, store_of(request), key_id, caller.key_id)
    return Response(status_code=204)


def _listed(store: Store) -> list[Key]:
    with store.reading() as connection:
        return keys.listed(connection)


def _made(store: Store, content: NewKey, actor: str) -> tuple[Key, str]:
    with store.writing() as connection:
        return keys.create(connection, content.name, content.scopes, actor, now())


def _revoked(store: Store, key_id: str, actor: str) -> None:
    with store.writing() as connection:
        keys.revoke(connection, key_id, actor, now())
