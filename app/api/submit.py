"""Between requests and the queue: accept a submission, and wait for changes of a check."""

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

MIN_INTERVAL_S = 0.1  # between two reads of a check that changes all the time
MAX_INTERVAL_S = 10.0  # without a notification

log = logging.getLogger(__name__)


async def accept(
    request: Request, submission: Submission, *, always_new: bool = True
) -> tuple[Check, bool]:
    """Accept a submission; returns the check, durable, and whether it is new.

    An upload that an earlier check makes unnecessary is deleted.

    Raises QueueFull, RequestDiffers, StoreUnusable.
    """
    reach = 0 if always_new else await run_in_threadpool(library_of(request).last_clip_number)
    return await run_in_threadpool(
        _accept, store_of(request), queue_of(request), submission, reach, always_new=always_new
    )


def _accept(
    store: Store, queue: Supervisor, submission: Submission, reach: int, *, always_new: bool
) -> tuple[Check, bool]:
    """Run in one thread, so that a sender who disconnects in between does not interrupt it."""
    new = False
    try:
        with store.writing() as connection:
            check, new = checks.accept(
                connection, submission, queue.max_pending, reach, always_new=always_new
            )
            if new and submission.task == "check":
                audit_log.append_entry(
                    connection, submission.key, "check.start", check.id, submission.kind
                )
    finally:
        if not new and submission.upload is not None:
            delete_upload(store, submission.upload)
    if new:
        log.info("accepted", extra={"check": check.id, "task": check.task, "bytes": check.bytes})
        queue.wake()
    return check, new


async def watch_changes(
    queue: Supervisor, max_interval_s: float = MAX_INTERVAL_S
) -> AsyncGenerator[None]:
    """Yield at the start, whenever something may have changed, and at least every interval."""
    loop, changed = asyncio.get_running_loop(), asyncio.Event()

    def notify() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(changed.set)

    with queue.subscribe(notify):
        while True:
            changed.clear()  # before the caller looks, so that no change is missed
            yield
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max_interval_s):
                    await changed.wait()
                    await asyncio.sleep(MIN_INTERVAL_S)


async def wait_until_final(request: Request, identifier: str) -> Check:
    """Wait until a check is in a final state. Raises CheckUnknown where it was deleted."""
    async with contextlib.aclosing(watch_changes(queue_of(request))) as changes:
        async for _ in changes:
            check = await run_in_threadpool(_find, store_of(request), identifier)
            if check.final:
                return check
    raise AssertionError("changes do not end")


def _find(store: Store, identifier: str) -> Check:
    with store.reading() as connection:
        return checks.find(connection, identifier)
