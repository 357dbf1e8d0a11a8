"""The queue: worker processes, one check each at a time; keys take turns (app.store.checks).

A thread for each worker starts it, gives it the next check, listens, and notices its death. A check
that a worker died over is retried once, then put aside with a report that says so. What was running
when the whole service died is queued again when it starts, or by another service on the same server
(app.jobs.ownership).

An internal error in such a thread costs the check at hand an attempt, as a dead worker does, and
never the thread.
"""

import contextlib
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from app.jobs.outcomes import put_aside
from app.jobs.ownership import ownership_of, record_interruption
from app.jobs.worker_process import WorkerProcess
from app.settings import Settings
from app.store import checks
from app.store.checks import Check
from app.store.data_folder import Store, delete_upload, fetching_folder
from app.store.errors import CheckUnknown, StoreUnusable
from app.store.leases import Progress
from hashing.errors import FirstseenError
from hashing.message import Message

REAL_WORK: Final = "app.jobs.run_check"
POLL_INTERVAL_S: Final = 2.0  # for checks that no `wake` announced
STOP_GRACE_S: Final = 5.0  # for a cancelled check to end by itself
SHUTDOWN_GRACE_S: Final = 5.0  # for running checks when the service stops
RENEW_INTERVAL_S: Final = 4.0  # of leases, a fifth of LEASE_S: some may fail
STORE_RETRY_S: Final = 1.0  # until the next attempt to write to the store
RECHECK_RETRY_S: Final = 30.0  # until the next query for rechecks, after one failed
BACK_OFF_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # between attempts to start a worker


log = logging.getLogger(__name__)

type NextRecheck = Callable[[sa.Connection], Check | None]


@dataclass(slots=True)
class Running:
    """A running check, as far as its worker has reported."""

    worker: WorkerProcess
    step: str = ""
    share: float = 0.0
    begun: bool = False
    interrupted: bool = False  # by an outage of the server, as its worker says
    ending: bool = False  # its end is being recorded: it is not at work any more


class Supervisor:
    """Runs the queue: create, `start`, `close`. Every method may be called from any thread."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        work_module: str = REAL_WORK,
        next_recheck: NextRecheck | None = None,
    ) -> None:
        """next_recheck: gives an earlier check to compare again, where nothing else waits."""
        self._next_recheck = next_recheck
        self._recheck_not_before = 0.0  # time.monotonic(), after a failure
        self._store = store
        self._settings = settings
        self._work_module = work_module
        self._running: dict[str, Running] = {}
        self._starting: set[WorkerProcess] = set()
        self._listeners: set[Callable[[], None]] = set()
        self._work_available = threading.Condition()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._ownership = ownership_of(store, settings)
        self._elsewhere: Mapping[str, Progress] = {}  # of other services' checks
        self._renewing = threading.Thread(target=self._keep_leases, name="leases", daemon=True)

    @property
    def max_pending(self) -> int:
        """Checks that may be queued or running at once."""
        return self._settings.workers + self._settings.max_waiting

    @property
    def _max_fetches(self) -> int:
        """Links fetched at once: a slow host never has the last worker, where there are two."""
        return max(1, self._settings.workers - 1)

    def start(self) -> None:
        """Recover what an earlier service left, then start the workers. Raises StoreUnusable."""
        self._ownership.recover()
        if self._store.is_shared:
            self._renewing.start()
        for number in range(self._settings.workers):
            thread = threading.Thread(
                target=self._keep_worker_running, name=f"worker-{number}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def close(self, grace_s: float = SHUTDOWN_GRACE_S) -> None:
        """Begin nothing more; what still runs after `grace_s` is queued for the next start."""
        with self._work_available:
            self._stopping.set()
            self._work_available.notify_all()
        for worker in list(self._starting):
            worker.kill()
        deadline = time.monotonic() + grace_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        for running in list(self._running.values()):
            running.worker.kill()
        for thread in self._threads:
            thread.join()
        if self._renewing.is_alive():
            self._renewing.join()
        self._notify()

    # ---- for requests

    def wake(self) -> None:
        """Look for work now: there may be some."""
        with self._work_available:
            self._work_available.notify()
        self._notify()

    def progress(self, identifier: str) -> tuple[str, float] | None:
        """Step of a running check and its share that is done, 0..1; None where it does not run."""
        running = self._running.get(identifier)
        if running is None:
            return self._elsewhere.get(identifier)
        return running.step, running.share

    @contextlib.contextmanager
    def subscribe(self, listener: Callable[[], None]) -> Iterator[None]:
        """Call the listener at each change, from any thread, while the context lasts."""
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    def stop(self, identifier: str) -> None:
        """Stop a check that was cancelled or deleted; its row says so already, or is gone."""
        running = self._running.get(identifier)
        if running is not None:
            running.worker.send("stop", identifier)
            timer = threading.Timer(
                STOP_GRACE_S, self._kill_if_still_running, (identifier, running)
            )
            timer.daemon = True
            timer.start()
        self._notify()

    def _kill_if_still_running(self, identifier: str, running: Running) -> None:
        if self._running.get(identifier) is running:
            running.worker.kill()

    def _notify(self) -> None:
        for listener in list(self._listeners):
            try:
                listener()
            except Exception as fault:  # an error of a listener must not fail a check
                self._listeners.discard(listener)
                log.error("a listener failed and was removed", exc_info=fault)

    # ---- leases, where other services share the store

    def _keep_leases(self) -> None:
        while not self._stopping.wait(RENEW_INTERVAL_S):
            try:
                self._renew_leases()
            except FirstseenError as error:
                log.error("leases cannot be renewed: %s", type(error).__name__)
            except Exception as fault:
                log.error("leases cannot be renewed", exc_info=fault)

    def _renew_leases(self) -> None:
        at_work = {
            identifier: running
            for identifier, running in self._running.copy().items()
            if not running.ending
        }
        renewal = self._ownership.renew(
            {identifier: (each.step, each.share) for identifier, each in at_work.items()}
        )
        self._elsewhere = renewal.elsewhere
        for identifier in renewal.lost:
            running = at_work[identifier]
            if self._running.get(identifier) is running and not running.ending:
                log.warning("another service has taken it over", extra={"check": identifier})
                running.worker.kill()
        for identifier in renewal.cancelled:
            self.stop(identifier)
        with self._work_available:
            self._work_available.notify_all()  # some may have been queued again
        self._notify()

    # ---- one worker's thread

    def _keep_worker_running(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                self._run_worker()
                failures = 0
            except FirstseenError as error:  # no worker, or the store cannot be written: wait
                if not self._stopping.is_set():
                    log.error("no check can be worked on: %s", type(error).__name__)
                failures = self._back_off(failures)
            except Exception as fault:  # another worker takes this one's place
                log.error("an internal error", exc_info=fault)
                failures = self._back_off(failures)

    def _back_off(self, failures: int) -> int:
        """Wait after so many failures in a row; returns the new number."""
        self._stopping.wait(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])
        return failures + 1

    def _run_worker(self) -> None:
        """Start a worker and give it checks until it ends. Raises WorkerFailed, StoreUnusable."""
        worker = WorkerProcess(self._settings, self._work_module)
        try:
            self._await_ready(worker)
            while worker.alive and (check := self._next(worker)) is not None:
                self._run_check(worker, check)
        finally:
            worker.close()

    def _await_ready(self, worker: WorkerProcess) -> None:
        """Wait for the worker. Raises WorkerFailed; at once where the service stops."""
        self._starting.add(worker)
        try:
            if not self._stopping.is_set():
                worker.await_ready()
        finally:
            self._starting.discard(worker)

    def _next(self, worker: WorkerProcess) -> Check | None:
        """Wait for a check and claim it. None when stopping, or when the worker has ended."""
        with self._work_available:
            while not self._stopping.is_set() and worker.alive:
                check = self._claim(worker)
                if check is not None:
                    return check
                self._work_available.wait(POLL_INTERVAL_S)
        return None

    def _claim(self, worker: WorkerProcess) -> Check | None:
        """Claim a check, under the lock of `_work_available`: so checks begin in order."""
        with self._store.reading() as connection:
            due = checks.has_queued(connection)
            waiting = [] if due else checks.list_awaiting_evidence(connection)
            if waiting:
                waiting = self._ownership.free_among(connection, waiting)
        check = self._take_first(waiting)
        if due:
            with self._store.writing() as connection:
                check = checks.claim_next(connection, self._max_fetches)
                if check is not None:
                    self._ownership.take(connection, check)  # a queued one is nobody's
        if check is None:
            check = self._claim_recheck()
        if check is not None:
            self._running[check.id] = Running(worker)
        return check

    def _take_first(self, candidates: list[Check]) -> Check | None:
        """The first of these that is free and now ours."""
        for check in candidates:
            if check.id in self._running:
                continue
            if not self._store.is_shared:
                return check
            with self._store.writing() as connection, contextlib.suppress(CheckUnknown):
                unchanged = checks.find(connection, check.id) == check
                if unchanged and self._ownership.take(connection, check):
                    return check
        return None

    def _claim_recheck(self) -> Check | None:
        """Claim an earlier check. A failure is retried later; new checks do not wait for it."""
        if self._next_recheck is None or time.monotonic() < self._recheck_not_before:
            return None
        try:
            with self._store.reading() as connection:
                check = self._next_recheck(connection)
        except Exception as fault:
            log.error("earlier checks cannot be compared again", exc_info=fault)
            self._recheck_not_before = time.monotonic() + RECHECK_RETRY_S
            return None
        return None if check is None else self._take_first([check])

    def _run_check(self, worker: WorkerProcess, check: Check) -> None:
        """Have the worker run the check, and listen until it is done or the worker has ended."""
        running = self._running[check.id]
        began_at = time.monotonic()
        log.info("begun", extra={"check": check.id, "task": check.task})
        try:
            self._notify()
            worker.send("do", check.id)
            finished = self._listen(worker, check, running)
            running.ending = True
            self._retry_until_stored(lambda: self._record_end(check, running, finished=finished))
        except Exception as fault:  # it counts as if the worker had died over the check
            log.error("an internal error", extra={"check": check.id}, exc_info=fault)
            worker.kill()
            running.begun = running.ending = True
            self._retry_until_stored(lambda: self._record_internal_error(check, running))
        finally:
            del self._running[check.id]
            duration_s = round(time.monotonic() - began_at, 3)
            log.info("ended", extra={"check": check.id, "seconds": duration_s})
            self._notify()

    def _listen(self, worker: WorkerProcess, check: Check, running: Running) -> bool:
        """True when the check is finished, False when the worker ended before."""
        for message in worker.messages():
            match message:
                case ["begun", check.id]:
                    running.begun = True
                case ["progress", str(step), float() | int() as share]:
                    running.step, running.share = step, min(1.0, max(0.0, float(share)))
                case ["interrupted", check.id]:
                    running.interrupted = True
                case ["finished", check.id]:
                    return True
            self._notify()
        return False

    def _record_end(self, check: Check, running: Running, *, finished: bool) -> None:
        """Update the row and delete an unneeded upload, after the worker is done with the check."""
        unneeded_upload = None
        with self._store.writing() as connection, contextlib.suppress(CheckUnknown):
            if not self._ownership.release(connection, check):
                return  # another service works on it, with the same files
            shutil.rmtree(fetching_folder(self._store, check.id), ignore_errors=True)
            if not finished:
                self._record_worker_death(connection, check, running)
            after = checks.find(connection, check.id)
            if self._is_upload_unneeded(after):
                checks.forget_upload(connection, check.id)
                unneeded_upload = after.upload
        try:
            delete_upload(self._store, unneeded_upload)
        except OSError as error:  # no check refers to it now: the sweeper tries again
            log.warning("an upload could not be deleted", extra={"reason": type(error).__name__})

    def _record_internal_error(self, check: Check, running: Running) -> None:
        """Count the attempt and do nothing else: the rest may be what failed."""
        with self._store.writing() as connection, contextlib.suppress(CheckUnknown):
            if not self._ownership.release(connection, check):
                return
            self._record_worker_death(connection, check, running)

    def _record_worker_death(
        self, connection: sa.Connection, check: Check, running: Running
    ) -> None:
        """Requeue a check after its worker died; put it aside after MAX_CRASHES."""
        if self._stopping.is_set() or not running.begun:
            checks.requeue(connection, check.id)
            return
        if running.interrupted:
            record_interruption(connection, check, self._settings)
            return
        log.warning("a worker died", extra={"check": check.id})
        crashed = checks.record_crash(connection, check.id)
        if crashed.crashes >= checks.MAX_CRASHES:
            put_aside(
                connection,
                crashed,
                self._settings,
                Message("error-crashed", {"times": crashed.crashes}),
            )

    def _is_upload_unneeded(self, check: Check) -> bool:
        """Whether the upload is deleted at once."""
        not_stored = self._settings.keep_uploads_s == 0 or check.task == "add"
        return not_stored and check.complete

    def _retry_until_stored(self, action: Callable[[], None]) -> None:
        """Retry until the store can be written; when stopping, the next start recovers."""
        while True:
            try:
                return action()
            except StoreUnusable as error:
                log.error("the store cannot be written: %s", type(error).__name__)
            if self._stopping.wait(STORE_RETRY_S):
                return None
