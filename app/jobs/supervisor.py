"""The queue at work: worker processes, one check each at a time, in the order of acceptance.

A thread for each worker starts it, gives it the next check, listens, and sees it die. Who dies over
a check is not trusted with it a third time: the check is retried once, then put aside with a report
that says so. What was running when the whole service died waits again when it starts.

A fault of our own in such a thread costs the check at hand an attempt, as a dead worker does, and
never the thread.
"""

import contextlib
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from app.jobs.outcomes import put_aside
from app.jobs.worker_process import WorkerProcess
from app.settings import Settings
from app.store import checks
from app.store.checks import Check
from app.store.data_folder import Store, delete_upload, fetching_folder
from app.store.errors import CheckUnknown, StoreUnusable
from hashing.errors import FirstseenError

REAL_WORK: Final = "app.jobs.run_check"
LOOKED_EVERY_S: Final = 2.0  # for checks that nobody woke us for
STOP_S: Final = 5.0  # for a check to end by itself once nobody wants it
GRACE_S: Final = 5.0  # for checks at work when the service stops
AGAIN_S: Final = 1.0  # where the store cannot be written
LATER_AGAIN_S: Final = 30.0  # where earlier checks could not be asked for
BACK_OFF_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # between attempts to start a worker

CRASHED: Final = (
    "This item ended the process that checks it {times} times and was put aside; it was not checked"
)
INTERRUPTED: Final = (
    "The service stopped {times} times while this item was being checked and it was put aside; "
    "it was not checked"
)

log = logging.getLogger(__name__)

type Later = Callable[[sa.Connection], Check | None]


@dataclass(slots=True)
class Running:
    """A check at work, as far as it was heard of."""

    worker: WorkerProcess
    step: str = ""
    share: float = 0.0
    begun: bool = False


class Supervisor:
    """Make it, `start` it, `close` it. Every method may be called from any thread."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        work_module: str = REAL_WORK,
        later: Later | None = None,
    ) -> None:
        """later: asked for a check to take up again where nothing else waits."""
        self._later = later
        self._later_from = 0.0  # not asked before, after a failure
        self._store = store
        self._settings = settings
        self._work_module = work_module
        self._running: dict[str, Running] = {}
        self._starting: set[WorkerProcess] = set()
        self._listeners: set[Callable[[], None]] = set()
        self._something = threading.Condition()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def most_pending(self) -> int:
        """Checks that may be queued or running at once."""
        return self._settings.workers + self._settings.max_waiting

    def start(self) -> None:
        """Take up what an earlier service left, then go to work. Raises StoreUnusable."""
        recover(self._store, self._settings)
        for number in range(self._settings.workers):
            thread = threading.Thread(target=self._seat, name=f"worker-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self, grace_s: float = GRACE_S) -> None:
        """Begin nothing more; what is at work after `grace_s` waits for the next start."""
        with self._something:
            self._stopping.set()
            self._something.notify_all()
        for worker in list(self._starting):
            worker.kill()
        deadline = time.monotonic() + grace_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        for running in list(self._running.values()):
            running.worker.kill()
        for thread in self._threads:
            thread.join()
        self._changed()

    # ---- for those who ask

    def wake(self) -> None:
        """There may be something to do."""
        with self._something:
            self._something.notify()
        self._changed()

    def progress(self, identifier: str) -> tuple[str, float] | None:
        """Step and share done of a check at work."""
        running = self._running.get(identifier)
        return None if running is None else (running.step, running.share)

    @contextlib.contextmanager
    def listening(self, listener: Callable[[], None]) -> Iterator[None]:
        """While this lasts, the listener is called at each change, from any thread."""
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    def stop(self, identifier: str) -> None:
        """Nobody wants this check any more: its row says so already, or is gone."""
        running = self._running.get(identifier)
        if running is not None:
            running.worker.tell("stop", identifier)
            timer = threading.Timer(STOP_S, self._kill_if_still_at, (identifier, running))
            timer.daemon = True
            timer.start()
        self._changed()

    def _kill_if_still_at(self, identifier: str, running: Running) -> None:
        if self._running.get(identifier) is running:
            running.worker.kill()

    def _changed(self) -> None:
        for listener in list(self._listeners):
            try:
                listener()
            except Exception as fault:  # that of one who listens is not that of a check
                self._listeners.discard(listener)
                log.error("a listener is told no more", exc_info=fault)

    # ---- one worker's thread

    def _seat(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                self._employ()
                failures = 0
            except FirstseenError as error:  # no worker, or the store cannot be written: wait
                if not self._stopping.is_set():
                    log.error("no check can be worked on: %s", type(error).__name__)
                failures = self._back_off(failures)
            except Exception as fault:  # ours: another worker takes this one's place
                log.error("a fault of firstseen itself", exc_info=fault)
                failures = self._back_off(failures)

    def _back_off(self, failures: int) -> int:
        """Wait after so many failures in a row. Returns how many they are now."""
        self._stopping.wait(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])
        return failures + 1

    def _employ(self) -> None:
        """One worker for as long as it lives. Raises WorkerFailed, StoreUnusable."""
        worker = WorkerProcess(self._settings, self._work_module)
        try:
            self._await_ready(worker)
            while worker.alive and (check := self._next(worker)) is not None:
                self._follow(worker, check)
        finally:
            worker.close()

    def _await_ready(self, worker: WorkerProcess) -> None:
        """Raises WorkerFailed; at once where the service stops."""
        self._starting.add(worker)
        try:
            if not self._stopping.is_set():
                worker.await_ready()
        finally:
            self._starting.discard(worker)

    def _next(self, worker: WorkerProcess) -> Check | None:
        """The next check, claimed; waits for one. None when stopping, or without a worker."""
        with self._something:
            while not self._stopping.is_set() and worker.alive:
                check = self._claim(worker)
                if check is not None:
                    return check
                self._something.wait(LOOKED_EVERY_S)
        return None

    def _claim(self, worker: WorkerProcess) -> Check | None:
        """One at a time, since `_something` is held: so checks begin in order."""
        with self._store.reading() as connection:
            due = checks.waiting(connection)
            unpictured = [] if due else checks.without_pictures(connection)
        check = next((one for one in unpictured if one.id not in self._running), None)
        if due:
            with self._store.writing() as connection:
                check = checks.claim_next(connection)
        if check is None:
            check = self._claim_later()
        if check is not None:
            self._running[check.id] = Running(worker)
        return check

    def _claim_later(self) -> Check | None:
        """What fails here is tried again after a while, and new checks wait for none of it."""
        if self._later is None or time.monotonic() < self._later_from:
            return None
        try:
            with self._store.reading() as connection:
                check = self._later(connection)
        except Exception as fault:
            log.error("no earlier check can be taken up again", exc_info=fault)
            self._later_from = time.monotonic() + LATER_AGAIN_S
            return None
        return None if check is None or check.id in self._running else check

    def _follow(self, worker: WorkerProcess, check: Check) -> None:
        """Have the check done, and listen until it is or the worker is gone."""
        running = self._running[check.id]
        begun_at = time.monotonic()
        log.info("begun", extra={"check": check.id, "task": check.task})
        try:
            self._changed()
            worker.tell("do", check.id)
            finished = self._listen(worker, check, running)
            self._surely(lambda: self._settle(check, running, finished))
        except Exception as fault:  # ours, over this check: it counts as if its worker had died
            log.error("a fault of firstseen itself", extra={"check": check.id}, exc_info=fault)
            worker.kill()
            running.begun = True
            self._surely(lambda: self._settle_fault(check, running))
        finally:
            del self._running[check.id]
            taken = round(time.monotonic() - begun_at, 3)
            log.info("ended", extra={"check": check.id, "seconds": taken})
            self._changed()

    def _listen(self, worker: WorkerProcess, check: Check, running: Running) -> bool:
        """True when the check is finished, False when the worker ended before."""
        for message in worker.messages():
            match message:
                case ["begun", check.id]:
                    running.begun = True
                case ["progress", str(step), float() | int() as share]:
                    running.step, running.share = step, min(1.0, max(0.0, float(share)))
                case ["finished", check.id]:
                    return True
            self._changed()
        return False

    def _settle(self, check: Check, running: Running, finished: bool) -> None:
        """What the row and the upload become now that no worker is at it any more."""
        shutil.rmtree(fetching_folder(self._store, check.id), ignore_errors=True)
        spent = None
        with self._store.writing() as connection, contextlib.suppress(CheckUnknown):
            if not finished:
                self._after_death(connection, check, running)
            after = checks.find(connection, check.id)
            if self._is_spent(after):
                checks.forget_upload(connection, check.id)
                spent = after.upload
        try:
            delete_upload(self._store, spent)
        except OSError as error:  # no check names it now: the sweeper tries again
            log.warning("an upload could not be deleted", extra={"reason": type(error).__name__})

    def _settle_fault(self, check: Check, running: Running) -> None:
        """Count it, and touch nothing else: what else there was to do may be what failed."""
        with self._store.writing() as connection, contextlib.suppress(CheckUnknown):
            self._after_death(connection, check, running)

    def _after_death(self, connection: sa.Connection, check: Check, running: Running) -> None:
        """Retry once what a worker died over; then put it aside."""
        if self._stopping.is_set() or not running.begun:
            checks.put_back(connection, check.id)
            return
        log.warning("a worker died", extra={"check": check.id})
        died = checks.note_crash(connection, check.id)
        if died.crashes >= checks.MOST_CRASHES:
            put_aside(connection, died, self._settings, CRASHED.format(times=died.crashes))

    def _is_spent(self, check: Check) -> bool:
        """Whether its upload goes at once."""
        unkept = self._settings.keep_uploads_s == 0 or check.task == "add"
        return unkept and check.settled

    def _surely(self, action: Callable[[], None]) -> None:
        """Do it, however long the store cannot be written; the next start does it otherwise."""
        while True:
            try:
                return action()
            except StoreUnusable as error:
                log.error("the store cannot be written: %s", type(error).__name__)
            if self._stopping.wait(AGAIN_S):
                return None


def recover(store: Store, settings: Settings) -> None:
    """After a service that may have died: rows as they should be, and no file without a row."""
    with store.writing() as connection:
        for check in checks.note_interruptions(connection):
            why = INTERRUPTED.format(times=check.interruptions)
            put_aside(connection, check, settings, why)
        named = checks.uploads_named(connection)
    for path in store.uploads.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)  # of a link that was being fetched
        elif path.name not in named:
            path.unlink(missing_ok=True)
