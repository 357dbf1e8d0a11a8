"""Sign in and out of the page, and what a client must know about the service first."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.api.access import COOKIE, Caller, caller_of, count_request, require_scopes, sign_in_failure
from app.api.dependencies import settings_of, store_of
from app.api.openapi import problems, refusals
from app.api.schemas.session import CompatKeyOut, CompatOut, HolderOut, SessionOut, SignIn
from app.store import keys, sessions
from app.store.data_folder import Store
from app.store.keys import Key
from app.store.sessions import Session
from app.store.spare_room import freeing
from app.store.timestamps import now
from app.version import VERSION

FEATURES: Final = {  # what a page or an extension may offer, and the route that does it
    "links": "/v1/links",
    "events": "/v1/checks/{check_id}/events",
    "pictures": "/v1/checks/{check_id}/pictures",
    "reveal": "/v1/checks/{check_id}/reveal",
    "decisions": "/v1/checks/{check_id}/decisions",
    "alerts": "/v1/alerts",
}
OLDEST_EXTENSION: Final = "0.1.0"

router = APIRouter(prefix="/v1", tags=["access"])


@router.post(
    "/session",
    response_model=SessionOut,
    responses=problems(400, 401, 403, 413, 422, 429, 503),
)
async def sign_in(request: Request, content: SignIn) -> Response:
    """Start a session for a key, in a cookie that no script can read. Requests that change anything
    send `csrf` in a header.
    """
    lifetime_s = settings_of(request).session_s
    store = store_of(request)
    key = await run_in_threadpool(_authenticate, store, content.key)
    if key is None:
        raise sign_in_failure(request)
    count_request(request, key.id)
    started = await run_in_threadpool(_start_session, store, content.key, lifetime_s)
    if started is None:  # revoked in between
        raise sign_in_failure(request)
    session, value = started
    answer = JSONResponse(_session_out(caller_of(session.key, session)).model_dump())
    answer.set_cookie(
        COOKIE,
        value,
        max_age=int(lifetime_s),
        path="/",
        secure=_is_https(request),
        httponly=True,
        samesite="strict",
    )
    return answer


@router.get("/session", responses=refusals())
async def who_am_i(caller: Annotated[Caller, Depends(require_scopes())]) -> SessionOut:
    """The key of the request, and the session's token for a page that was reloaded."""
    return _session_out(caller)


@router.delete("/session", status_code=204, responses=refusals())
async def sign_out(
    request: Request, caller: Annotated[Caller, Depends(require_scopes())]
) -> Response:
    """End the session of the request, if it has one; the key stays valid."""
    value = request.cookies.get(COOKIE)
    if caller.session is not None and value is not None:
        await run_in_threadpool(_end_session, store_of(request), value)
    answer = Response(status_code=204)
    answer.delete_cookie(
        COOKIE, path="/", secure=_is_https(request), httponly=True, samesite="strict"
    )
    return answer


@router.get("/compat", responses=refusals())
async def compat(
    request: Request, caller: Annotated[Caller, Depends(require_scopes())]
) -> CompatOut:
    """Which interface this is and what it can do, for a page or an extension of another version."""
    paths = request.app.openapi()["paths"]
    disabled = () if settings_of(request).fetch else ("links",)
    return CompatOut(
        api=1,
        version=VERSION,
        features=[
            name for name, path in FEATURES.items() if path in paths and name not in disabled
        ],
        oldest_extension=OLDEST_EXTENSION,
        key=CompatKeyOut(name=caller.name, scopes=sorted(caller.scopes)),
    )


@router.get("/openapi.json", responses=refusals())
async def openapi(
    request: Request, caller: Annotated[Caller, Depends(require_scopes())]
) -> dict[str, Any]:
    """This interface as an OpenAPI document."""
    return request.app.openapi()  # type: ignore[no-any-return]


def _authenticate(store: Store, secret: str) -> Key | None:
    with store.reading() as connection:  # a wrong key must neither wait for a writer nor block one
        return keys.authenticate(connection, secret, now())


def _start_session(store: Store, secret: str, lifetime_s: float) -> tuple[Session, str] | None:
    with store.writing() as connection:
        key = keys.authenticate(connection, secret, now())
        return None if key is None else sessions.create(connection, key, lifetime_s, now())


def _end_session(store: Store, value: str) -> None:
    with freeing(store) as connection:
        sessions.end(connection, value)


def _session_out(caller: Caller) -> SessionOut:
    session = caller.session
    return SessionOut(
        key=HolderOut(
            id=caller.key_id,
            name=caller.name,
            scopes=sorted(caller.scopes),
            expires_at=caller.expires_at,
        ),
        csrf=None if session is None else session.csrf,
        expires_at=None if session is None else session.expires_at,
    )


def _is_https(request: Request) -> bool:
    """Whether the page came over TLS, ours or that of a proxy in front: Guard has checked that an
    Origin is our own.
    """
    origin = request.headers.get("origin", "")
    return request.url.scheme == "https" or origin.lower().startswith("https://")
