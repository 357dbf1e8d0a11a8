"""One worker process: runs one check after another and reports its progress.

    python -I -c "..." PARENT WORK     (see app.jobs.worker_process)

WORK is a module with `open_work(settings, store)`, which returns a `Work`. Messages
are JSON arrays, one a line. In: the settings first, then ["do", id] and ["stop", id]. Out:
["ready"], and for each check ["begun", id], ["progress", step, share]..., ["finished", id]; or
["interrupted", id], after which this process ends, where the store's server is out of reach.
When the input ends, the server has ended or is stopping, and this process ends too.
"""

import contextlib
import json
import logging
import os
import queue
import sys
import threading
import time
from importlib import import_module
from typing import BinaryIO, Final, Protocol

from app.jobs import service_log
from app.jobs.ownership import is_outage
from app.progress import OnProgress
from app.settings import Settings
from app.store import checks
from app.store.checks import Check
from app.store.data_folder import Store, open_store, store_place
from app.store.errors import CheckUnknown
from hashing.errors import FirstseenError

if sys.platform == "linux":
    from app.sandbox.child.lockdown import die_with_parent

NICENESS: Final = 10  # requests are answered first
PROGRESS_INTERVAL_S: Final = 0.1
CLOSE_TIMEOUT_S: Final = 2.0  # for work that the end of the input interrupts

log = logging.getLogger(__name__)


class Cancelled(Exception):
    """The check was cancelled. No FirstseenError: nothing is wrong with the item."""


class Work(Protocol):
    """What a worker does with a check. It stores its outcome itself."""

    def do(self, check: Check, on_progress: OnProgress) -> None:
        """Run one check to its end, or make its evidence frames where only they are due."""

    def close(self) -> None:
        """Close the library."""


def main(parent: str, work_module: str) -> None:
    """Run the process. An internal error ends it; the supervisor counts that."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    os.dup2(2, 1)  # libraries that print must not write among the messages
    if sys.platform == "linux":
        die_with_parent(int(parent))
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    service_log.set_up()
    try:
        _work(incoming, outgoing, work_module)
    except Exception as error:
        log.error("a worker ends by an internal error", exc_info=error)
        os._exit(1)


def _work(incoming: BinaryIO, outgoing: BinaryIO, work_module: str) -> None:
    settings = Settings.model_validate_json(incoming.readline())
    service_log.set_up(level=settings.log_level)
    store = open_store(store_place(settings), create=False)
    work: Work = import_module(work_module).open_work(settings, store)
    worker = Worker(outgoing)
    threading.Thread(target=worker.listen, args=(incoming,), daemon=True).start()
    worker.run(store, work)
    work.close()
    store.close()


class Worker:
    """Reads orders in a thread of its own, so that a running check can be cancelled."""

    def __init__(self, outgoing: BinaryIO) -> None:
        self._outgoing = outgoing
        self._orders: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._cancelled: set[str] = set()
        self._closing = threading.Event()
        self._last_progress = ("", 0.0)  # step, and when

    def listen(self, incoming: BinaryIO) -> None:
        for line in incoming:
            order, identifier = json.loads(line)
            if order == "stop":
                self._cancelled.add(identifier)
            else:
                self._orders.put(identifier)
        self._closing.set()
        self._orders.put(None)
        time.sleep(CLOSE_TIMEOUT_S)
        os._exit(0)  # whatever it does

    def run(self, store: Store, work: Work) -> None:
        """Run checks until the input has ended."""
        self._send("ready")
        while (identifier := self._orders.get()) is not None:
            self._send("begun", identifier)
            with contextlib.suppress(Cancelled, CheckUnknown):
                with store.reading() as connection:
                    check = checks.find(connection, identifier)
                try:
                    work.do(check, self._progress_of(identifier))
                except FirstseenError as error:
                    if is_outage(store, error):
                        self._send("interrupted", identifier)
                    raise
            self._cancelled.discard(identifier)
            self._send("finished", identifier)

    def _progress_of(self, identifier: str) -> OnProgress:
        def on_progress(step: str, share: float) -> None:
            if identifier in self._cancelled or self._closing.is_set():
                raise Cancelled
            last_step, sent_at = self._last_progress
            if step != last_step or time.monotonic() - sent_at >= PROGRESS_INTERVAL_S:
                self._last_progress = (step, time.monotonic())
                self._send("progress", step, share)

        self._last_progress = ("", 0.0)
        return on_progress

    def _send(self, *message: object) -> None:
        self._outgoing.write(json.dumps(message).encode("ascii") + b"\n")
