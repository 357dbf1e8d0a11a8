"""Figures for a Prometheus server, for the scope `admin`.

Written by hand: the text format is a line a value, and the package `prometheus-client` brings a
registry of its own process, while these figures are in the database that several services share.
"""

from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse

from app.api.access import Caller, require_scopes
from app.api.dependencies import library_of, store_of
from app.api.openapi import refusals
from app.library.errors import LibraryUnusable
from app.library.library import Library
from app.store.data_folder import Store
from app.store.queue_figures import QueueFigures, read_figures
from app.store.timestamps import now
from app.version import VERSION

TEXT_FORMAT: Final = "text/plain;version=0.0.4"

router = APIRouter(tags=["health"], responses=refusals())


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(
    request: Request, caller: Annotated[Caller, Depends(require_scopes("admin"))]
) -> PlainTextResponse:
    """The queue, the library and failures, in the text format of Prometheus."""
    lines = await run_in_threadpool(_lines, store_of(request), library_of(request))
    return PlainTextResponse("".join(f"{line}\n" for line in lines), media_type=TEXT_FORMAT)


def _lines(store: Store, library: Library) -> list[str]:
    with store.reading() as connection:
        figures = read_figures(connection, now())
    version = (f'firstseen_info{{version="{VERSION}"}}', 1.0)
    named = (version, *_queue(figures), *_library(library))
    return [" ".join((name, f"{value:.15g}")) for name, value in named]


def _queue(figures: QueueFigures) -> Iterator[tuple[str, float]]:
    for state, count in figures.by_state.items():
        yield f'firstseen_checks{{state="{state}"}}', count
    yield "firstseen_longest_wait_seconds", figures.waiting_s
    yield "firstseen_longest_run_seconds", figures.running_s
    yield "firstseen_worker_crashes", figures.crashes
    yield "firstseen_interruptions", figures.interruptions


def _library(library: Library) -> Iterator[tuple[str, float]]:
    try:
        clips, damaged = library.stats().clips, library.known_damage()
    except LibraryUnusable:
        yield "firstseen_library_usable", 0
        return
    yield "firstseen_library_usable", 1
    yield "firstseen_library_clips", clips
    yield "firstseen_library_damaged_clips", len(damaged)
