"""Between requests and the queue: taking a check on, and waiting for what becomes of it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from app.api.dependencies import library_of, queue_of, store_of
from app.jobs.supervisor import Supervisor
from app.store import audit_log, checks
from app.store.checks import Check, Submission
from app.store.data_folder import Store, delete_upload

LEAST_S = 0.1  # between two looks at a check that changes all the time
LOOK_S = 10.0  # at the latest

log = logging.getLogger(__name__)


async def accept(request: Request, asked: Submission, again: bool = True) -> tuple[Check, bool]:
    """The check, durable, and whether it is new. An upload that is not needed is gone.

    Raises QueueFull, RequestDiffers, StoreUnusable.
    """
    reach = 0 if again else await run_in_threadpool(library_of(request).reach)
    return await run_in_threadpool(
        _accept, store_of(request), queue_of(request), asked, again, reach
    )


def _accept(
    store: Store, queue: Supervisor, asked: Submission, again: bool, reach: int
) -> tuple[Check, bool]:
    """In one go in one thread: a sender who goes away in the middle changes nothing of it."""
    new = False
    try:
        with store.writing() as connection:
            check, new = checks.accept(connection, asked, queue.most_pending, again, reach)
            if new and asked.task == "check":
                audit_log.note(connection, asked.key, "check.start", check.id, asked.kind)
    finally:
        if not new and asked.upload is not None:
            delete_upload(store, asked.upload)
    if new:
        log.info("accepted", extra={"check": check.id, "task": check.task, "bytes": check.bytes})
        queue.wake()
    return check, new


async def changes(queue: Supervisor, most_s: float = LOOK_S) -> AsyncGenerator[None]:
    """Once at the start, then whenever something may have changed, and at least so often."""
    loop, something = asyncio.get_running_loop(), asyncio.Event()

    def heard() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(something.set)

    with queue.listening(heard):
        while True:
            something.clear()  # before the caller looks, so that no change is missed
            yield
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(most_s):
                    await something.wait()
                    await asyncio.sleep(LEAST_S)


async def ended(request: Request, identifier: str) -> Check:
    """The check once it is in a state that stays. Raises CheckUnknown where it was deleted."""
    async with contextlib.aclosing(changes(queue_of(request))) as looks:
        async for _ in looks:
            check = await run_in_threadpool(_find, store_of(request), identifier)
            if check.final:
                return check
    raise AssertionError("changes do not end")


def _find(store: Store, identifier: str) -> Check:
    with store.reading() as connection:
        return checks.find(connection, identifier)
