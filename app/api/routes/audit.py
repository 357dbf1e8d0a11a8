"""The audit log over HTTP, for the scope `admin`: read, never written."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from app.api.access import Caller, require_scopes
from app.api.dependencies import store_of
from app.api.openapi import refusals
from app.api.schemas.audit import AuditOut, EntryOut
from app.store import audit_log
from app.store.data_folder import Store

MAX_PAGE = 1000
MAX_NUMBER = 2**62  # of an entry; below the largest integer of the database

router = APIRouter(prefix="/v1/audit", tags=["audit"], responses=refusals())


@router.get("")
async def read_audit(
    request: Request,
    caller: Annotated[Caller, Depends(require_scopes("admin"))],
    after: Annotated[int, Query(ge=0, le=MAX_NUMBER)] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
) -> AuditOut:
    """Entries in order, and the head: keep it elsewhere, to compare the log with it later."""
    entries, head = await run_in_threadpool(_read, store_of(request), after, limit + 1)
    shown = [EntryOut.from_entry(entry) for entry in entries[:limit]]
    return AuditOut(
        entries=shown, next=shown[-1].number if len(entries) > limit else None, head=str(head)
    )


def _read(store: Store, after: int, limit: int) -> tuple[list[audit_log.Entry], audit_log.Head]:
    with store.reading() as connection:
        return list(audit_log.entries(connection, after, limit)), audit_log.head(connection)
