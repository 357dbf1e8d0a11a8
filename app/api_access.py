"""Who asks. A stand-in until keys are here: everyone is the one owner of this machine."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from app.api_rooms import desk_of
from app.desk.clock import now, written
from app.desk.file import DeskFile
from app.desk.schema import keys

OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Caller:
    """The key that a request was made with."""

    key_id: str
    name: str
    scopes: frozenset[str]

    def has(self, scope: str) -> bool:
        return scope in self.scopes


def may(*scopes: str) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency that gives the Caller, whose key has all of these scopes."""

    async def caller(request: Request) -> Caller:
        await run_in_threadpool(_make_owner, desk_of(request))
        return Caller(OWNER, OWNER, frozenset(scopes))

    return caller


def _make_owner(desk: DeskFile) -> None:
    with desk.writing() as connection:
        made = {"id": OWNER, "name": OWNER, "hash": bytes(32), "scopes": "check"}
        row = keys.insert().prefix_with("OR IGNORE").values(**made, created_at=written(now()))
        connection.execute(row)
