"""Assemble the service: routers, guard, store, queue, error handlers; and `serve` it.

Long work is done by worker processes, which the supervisor starts in the lifespan.
Each resource has a router of its own that `create_app` includes.
"""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from typing import Final

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match, Route

from app.api.access import Limits
from app.api.first_key import announcement, first_key
from app.api.free_port import require_free_port
from app.api.guard import SECURITY_HEADERS, Guard, is_this_machine
from app.api.openapi import document
from app.api.problem_json import Refusal, problem
from app.api.request_log import RequestLog
from app.api.resources import Resources
from app.api.routes import (
    alerts,
    audit,
    bags,
    checks,
    clips,
    decisions,
    keys,
    links,
    metrics,
    pictures,
    security_txt,
    session,
    static_page,
)
from app.api.routes import library as api_library
from app.api.uploads import StorageFull, UploadsFull, UploadStalled
from app.database.server_address import ServerAddress
from app.error_codes import http_status
from app.errors import UsageError
from app.jobs import service_log
from app.jobs.supervisor import REAL_WORK, Supervisor
from app.library.library import Library
from app.messages.invalid_values import invalid_value
from app.sandbox.limits import Protection
from app.sandbox.sandbox import protection
from app.sandbox.server_registry import new_server, require_model
from app.settings import Settings
from app.store.data_folder import only_service, open_store, store_place
from app.store.spare_room import keep_spare_room
from hashing.errors import FirstseenError
from hashing.message import Message

RESOURCE_ROUTES: Final = (
    metrics,
    checks,
    bags,
    links,
    pictures,
    decisions,
    alerts,
    clips,
    api_library,
    static_page,
    security_txt,
    session,
    keys,
    audit,
)
RETRY_AFTER: Final = {"Retry-After": "10"}
SERVICE_STATUS: Final[dict[type[FirstseenError], int]] = {
    StorageFull: 507,
    UploadsFull: 429,
    UploadStalled: 408,
}  # errors that only the service raises
NO_TASKS: Final = "app.sandbox.child.no_tasks"
SHUTDOWN_TIMEOUT_S: Final = 3  # for requests that are under way when the service stops

log = logging.getLogger(__name__)


def create_app(
    settings: Settings, library: Library | None = None, work_module: str = REAL_WORK
) -> FastAPI:
    """The application. library: closed with it; by default that of the settings.

    work_module: what workers do with a check (see app.jobs.worker).
    """
    app = FastAPI(
        title="firstseen",
        lifespan=partial(_lifespan, settings=settings, library=library, work_module=work_module),
        docs_url=None,  # these pages load scripts from other hosts
        redoc_url=None,
        openapi_url=None,  # routes.session serves it to whoever has a key
    )
    for resource in RESOURCE_ROUTES:
        app.include_router(resource.router)
    app.openapi = partial(document, app)  # type: ignore[method-assign]
    app.add_middleware(
        Guard, names=_host_names(settings), proxied=settings.hosts, origins=settings.origins
    )
    app.add_middleware(RequestLog)
    app.add_exception_handler(FirstseenError, _on_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(ClientDisconnect, _on_gone)
    app.add_exception_handler(Exception, _on_fault)
    return app


def serve(settings: Settings) -> None:
    """Run the service until it is interrupted.

    Raises UsageError where the system cannot sandbox decoding and `unsafe_decoding` is not set,
    or the port is in use; SandboxUnavailable without a model; LibraryUnusable, StoreUnusable.
    """
    service_log.set_up(level=settings.log_level)
    if isinstance(settings.library, ServerAddress) and settings.data is None:
        raise UsageError(Message("error-serve-no-data", {"place": str(settings.library)}))
    require_model(settings.model)
    with only_service(store_place(settings)):
        pass  # report another running service before anything else
    require_free_port(settings.host, settings.port)
    walls = _probe_sandbox()
    if not walls.complete and not settings.unsafe_decoding:
        raise UsageError(Message("error-no-sandbox", {"missing": walls.missing}))
    if not is_this_machine(settings.host):
        log.warning(
            "listening on %s: put a proxy with TLS in front, or keys and footage cross the "
            "network in the clear",
            settings.host,
        )
    _announce_first_key(settings)
    uvicorn.run(
        create_app(settings, Library.open(settings.library, create=True)),
        host=settings.host,
        port=settings.port,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        ws="none",
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
        log_config=None,  # service_log has set everything up
        access_log=False,  # request_log has one that contains no address as it was typed
    )


def _probe_sandbox() -> Protection:
    """What the sandbox can lock on this system; probed with an empty one, which costs no time."""
    server = new_server(NO_TASKS)
    try:
        return protection(server)
    finally:
        server.close()


def _announce_first_key(settings: Settings) -> None:
    store = open_store(store_place(settings))
    try:
        secret = first_key(store)
    finally:
        store.close()
    if secret is not None:
        host = settings.host if _host_names(settings) else "127.0.0.1"
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{settings.port}/"
        library = settings.library
        server = str(library) if isinstance(library, ServerAddress) else None
        sys.stderr.write(announcement(secret, address, settings.desk_folder(), server))


def _host_names(settings: Settings) -> list[str]:
    """Host names beside this machine's own; none for an address that means 'everywhere'."""
    return [] if settings.host in ("0.0.0.0", "::") else [settings.host]


@asynccontextmanager
async def _lifespan(
    app: FastAPI, settings: Settings, library: Library | None, work_module: str
) -> AsyncIterator[None]:
    place = store_place(settings)
    with only_service(place):
        if library is None:
            library = Library.open(settings.library, create=True)
        store = open_store(place)
        keep_spare_room(store)
        resources = Resources.of(library, store, settings)
        queue = Supervisor(store, settings, work_module, resources.recheck_schedule.next_due)
        state = app.state
        state.settings, state.store, state.queue = settings, store, queue
        state.resources, state.limits = resources, Limits.of(settings)
        try:
            await run_in_threadpool(queue.start)
            resources.start()
            yield
        finally:
            await run_in_threadpool(queue.close)
            await run_in_threadpool(resources.close)
            await run_in_threadpool(library.close)
            await run_in_threadpool(store.close)


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, FirstseenError)
    status = SERVICE_STATUS.get(type(error)) or http_status(error)
    return problem(status, error.message, RETRY_AFTER if status == 503 else None)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods(request))
    if isinstance(error, Refusal):
        return problem(error.status_code, error.message, headers)
    phrase = HTTPStatus(error.status_code).phrase
    return problem(error.status_code, Message("error-http", {"phrase": phrase}), headers)


def _methods(request: Request) -> list[str]:
    """The methods of all routes of this path; each route knows only its own."""
    routes = [
        route
        for resource in RESOURCE_ROUTES
        for route in resource.router.routes
        if isinstance(route, Route)
    ]
    here = [route for route in routes if route.matches(request.scope)[0] != Match.NONE]
    return sorted({method for route in here for method in route.methods or ()})


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    wrong = invalid_value(first)
    return problem(422, Message("error-invalid-field", {"where": where, "problem": wrong}))


async def _on_gone(request: Request, error: Exception) -> Response:
    # nobody reads this; it keeps a trace out of the log
    return problem(400, Message("error-sender-gone"))


async def _on_fault(request: Request, error: Exception) -> Response:
    """Answer an internal error; the log says more. This runs outside of the Guard."""
    return problem(500, Message("error-internal-service"), dict(SECURITY_HEADERS))
