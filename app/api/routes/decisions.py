"""Decisions about an item and a clip over HTTP: appended, never overwritten."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request
from starlette.concurrency import run_in_threadpool

from app.api.access import Caller, require_scopes, visible_key
from app.api.dependencies import library_of, settings_of, store_of
from app.api.openapi import refusals
from app.api.schemas.decisions import DecisionIn, DecisionOut, DecisionsOut
from app.library.library import Library
from app.settings import Settings
from app.store import audit_log, checks, decisions
from app.store.data_folder import Store
from app.store.decisions import Decision, Pair
from app.store.errors import CheckUnknown, DecisionUnknown, NotKept
from app.store.timestamps import now
from hashing.message import Message

MAX_ID_CHARS: Final = 64

type Asking = Annotated[Caller, Depends(require_scopes("check"))]
type Identifier = Annotated[str, Path(max_length=MAX_ID_CHARS)]

router = APIRouter(prefix="/v1", tags=["decisions"], responses=refusals(404))


@router.get("/checks/{check_id}/decisions")
async def list_decisions(request: Request, check_id: Identifier, caller: Asking) -> DecisionsOut:
    """Every decision about this item's bytes, on this check or another, newest first."""
    return await run_in_threadpool(_list, store_of(request), check_id, caller)


@router.post("/checks/{check_id}/decisions", status_code=201, responses=refusals(409))
async def decide(
    request: Request, check_id: Identifier, caller: Asking, content: DecisionIn
) -> DecisionOut:
    """Decide what the item is to one clip, under the key's name. It changes no verdict."""
    decision = await run_in_threadpool(
        _decide,
        store_of(request),
        library_of(request),
        settings_of(request),
        check_id,
        caller,
        content,
    )
    return DecisionOut.of(decision, caller.key_id, sees=True)


@router.post("/decisions/{decision_id}/withdraw", responses=refusals(409))
async def withdraw_decision(
    request: Request, decision_id: Identifier, caller: Asking
) -> DecisionOut:
    """Withdraw one's own decision. It stays on the check, with the time of its withdrawal."""
    withdrawn = await run_in_threadpool(_withdraw, store_of(request), decision_id, caller)
    return DecisionOut.of(withdrawn, caller.key_id, sees=True)


def _list(store: Store, check_id: str, caller: Caller) -> DecisionsOut:
    with store.reading() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        item_decisions = decisions.find_for_item(connection, check.sha256) if check.sha256 else []
    return DecisionsOut.of(item_decisions, caller.key_id, sees=visible_key(caller) is None)


def _decide(
    store: Store,
    library: Library,
    settings: Settings,
    check_id: str,
    caller: Caller,
    content: DecisionIn,
) -> Decision:
    """Raises CheckUnknown, ClipUnknown, NotKept where the item's bytes are not known yet."""
    clip = library.clip(content.clip)
    with store.writing() as connection:
        check = checks.find(connection, check_id, visible_key(caller))
        if check.sha256 is None:
            raise NotKept(Message("error-not-fetched-yet"))
        pair = Pair(check.id, check.sha256, clip.id, clip.sha256)
        expires = now() + timedelta(seconds=settings.keep_decisions_s)
        decision = decisions.add(
            connection,
            pair,
            caller.key_id,
            caller.name,
            content.decision,
            content.note.strip(),
            now(),
            expires,
            share_note=content.share_note,
        )
        audit_log.append_entry(
            connection, caller.key_id, "decision.make", decision.id, content.decision.value
        )
    return decision


def _withdraw(store: Store, decision_id: str, caller: Caller) -> Decision:
    """Raises DecisionUnknown, also for a decision that the caller may not see."""
    with store.writing() as connection:
        decision = decisions.find(connection, decision_id)
        if decision is None or not _may_see(store, decision, caller):
            raise DecisionUnknown(Message("error-no-such-decision"))
        withdrawn = decisions.withdraw(connection, decision_id, caller.key_id, now())
        audit_log.append_entry(connection, caller.key_id, "decision.withdraw", withdrawn.id)
    return withdrawn


def _may_see(store: Store, decision: Decision, caller: Caller) -> bool:
    """Whether the caller made the decision, or may see its check."""
    if decision.key == caller.key_id:
        return True
    try:
        with store.reading() as connection:
            checks.find(connection, decision.check, visible_key(caller))
    except CheckUnknown:
        return False
    return True
