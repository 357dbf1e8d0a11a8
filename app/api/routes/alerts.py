"""Alerts on earlier checks over HTTP: list them, mark them as seen."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool

from app.api.access import Caller, require_scopes, visible_key
from app.api.dependencies import store_of
from app.api.openapi import refusals
from app.api.schemas.alerts import AlertOut, AlertsOut
from app.store import alerts
from app.store.alerts import Alert
from app.store.data_folder import Store
from app.store.timestamps import now

MAX_PAGE = 200

type Asking = Annotated[Caller, Depends(require_scopes("check"))]

router = APIRouter(prefix="/v1/alerts", tags=["alerts"], responses=refusals())


@router.get("")
async def list_alerts(
    request: Request,
    caller: Asking,
    *,
    seen: bool | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
) -> AlertsOut:
    """Newest first: of one's own checks, or of all with the scope for them."""
    key = visible_key(caller)
    matching = await run_in_threadpool(_list, store_of(request), key, limit, seen=seen)
    return AlertsOut(alerts=[AlertOut.of(alert) for alert in matching])


@router.post("/{alert_id}/seen", responses=refusals(404))
async def see_alert(
    request: Request, caller: Asking, alert_id: Annotated[str, Path(max_length=64)]
) -> AlertOut:
    """Someone has seen it; it is no longer among the new ones."""
    return AlertOut.of(
        await run_in_threadpool(_mark_seen, store_of(request), alert_id, visible_key(caller))
    )


def _list(store: Store, key: str | None, limit: int, *, seen: bool | None) -> list[Alert]:
    with store.reading() as connection:
        return alerts.list_alerts(connection, key, limit, seen=seen)


def _mark_seen(store: Store, alert: str, key: str | None) -> Alert:
    with store.writing() as connection:
        return alerts.mark_seen(connection, alert, key, now())
