"""The service put together: routers, guard, threads, errors, and `serve`.

Long work runs in threads made in the lifespan. Further rooms (a desk, keys, links) are routers of
their own that `create_app` includes.
"""

import logging
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from app import api_audit, api_checks, api_clips, api_keys, api_pages, api_session
from app.api_access import Limits
from app.api_guard import Guard, is_this_machine
from app.api_problems import document
from app.desk.file import open_desk
from app.errors import UsageError, http_status
from app.fence.fence import protection
from app.first_key import announcement, first_key
from app.jobs import Jobs, QueueFullError
from app.problems import problem
from app.service import Service
from app.service_local import LocalService
from app.settings import Settings
from app.uploads import StorageFullError
from hashing.errors import FirstseenError

ROOMS: Final = (api_checks, api_clips, api_pages, api_session, api_keys, api_audit)
WORKERS: Final = 2
RETRY_AFTER: Final = {"Retry-After": "10"}
OWN_STATUS: Final = {QueueFullError: 503, StorageFullError: 507}  # errors of the service itself

log = logging.getLogger(__name__)


def create_app(settings: Settings, service: Service | None = None) -> FastAPI:
    """The application. service: what does the work, closed with it; the real one by default."""
    app = FastAPI(
        title="firstseen",
        lifespan=partial(_lifespan, settings=settings, service=service),
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    for room in ROOMS:
        app.include_router(room.router)
    app.openapi = partial(document, app)  # type: ignore[method-assign]
    app.add_middleware(
        Guard, names=_names(settings), proxied=settings.hosts, origins=settings.origins
    )
    app.add_exception_handler(FirstseenError, _on_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(ClientDisconnect, _on_gone)
    return app


def serve(settings: Settings) -> None:
    """Run the service until it is interrupted.

    Raises UsageError where the system cannot lock decoding in and nobody said that this is fine,
    LibraryUnusable.
    """
    walls = protection()
    if not walls.complete and not settings.unsafe_decoding:
        raise UsageError(
            "this system cannot lock in the process that reads strangers' files (missing: "
            f"{', '.join(walls.missing)}). The service starts only with --unsafe-decoding"
        )
    if not is_this_machine(settings.host):
        log.warning(
            "listening on %s: put a proxy with TLS in front, or keys and footage cross the "
            "network in the clear",
            settings.host,
        )
    _announce_first_key(settings)
    uvicorn.run(
        create_app(settings, LocalService(settings)),
        host=settings.host,
        port=settings.port,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        ws="none",
    )


def _announce_first_key(settings: Settings) -> None:
    desk = open_desk(settings.desk_folder())
    try:
        secret = first_key(desk)
    finally:
        desk.close()
    if secret is not None:
        sys.stderr.write(announcement(secret, f"http://{settings.host}:{settings.port}/"))


def _names(settings: Settings) -> list[str]:
    """Names beside this machine's own; an address for 'everywhere' is no name."""
    return [] if settings.host in ("0.0.0.0", "::") else [settings.host]


@asynccontextmanager
async def _lifespan(
    app: FastAPI, settings: Settings, service: Service | None
) -> AsyncIterator[None]:
    folder = Path(tempfile.mkdtemp(prefix="firstseen-uploads-"))  # for this user alone
    try:
        work = service if service is not None else await run_in_threadpool(LocalService, settings)
        jobs = Jobs(WORKERS, settings.max_waiting, settings.keep_reports_s)
        app.state.settings, app.state.folder = settings, folder
        app.state.service, app.state.jobs = work, jobs
        app.state.limits = Limits.of(settings)
        app.state.desk = await run_in_threadpool(open_desk, settings.desk_folder())
        try:
            yield
        finally:
            app.state.desk.close()
            await run_in_threadpool(jobs.close)
            await run_in_threadpool(work.close)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, FirstseenError)
    status = OWN_STATUS.get(type(error)) or http_status(error)
    return problem(status, str(error), RETRY_AFTER if status == 503 else None)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, str(error.detail), dict(error.headers or {}))


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    return problem(422, f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")


async def _on_gone(request: Request, error: Exception) -> Response:
    return problem(400, "the sender went away")  # nobody reads this; the log is spared a trace
