"""Work that takes longer than a request: a few threads, a bounded queue, results kept for a while.

The one room for queueing: states are read by polling, nothing survives the process.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from hashing.errors import FirstseenError

MAX_KEPT: Final = 100  # finished jobs; each may hold a few megabytes of pictures

log = logging.getLogger(__name__)

type State = Literal["queued", "running", "done", "failed"]
type Progress = Callable[[str, float], None]  # what is being done, share done 0..1
type Work[T] = Callable[[Progress], T]


class QueueFullError(FirstseenError):
    """As many jobs wait as the settings allow; nothing was taken on."""


class StoppedError(FirstseenError):
    """The job was deleted, or the service stops."""


@dataclass(slots=True, eq=False)
class Job[T]:
    """One piece of work. Written by the thread that does it, read by requests."""

    id: str
    state: State = "queued"
    step: str = ""
    share: float = 0.0
    finished_at: float | None = None  # time.monotonic()
    future: Future[T] = field(default_factory=Future)  # the result, or the error
    stop: threading.Event = field(default_factory=threading.Event)

    def progress(self, step: str, share: float) -> None:
        """Called by the work; raises StoppedError where nobody wants the result any more."""
        if self.stop.is_set():
            raise StoppedError("the check was stopped")
        self.step, self.share = step, min(1.0, max(0.0, share))


class Jobs:
    """Runs work in threads of its own. Make it in lifespan, close it there."""

    def __init__(self, workers: int, max_waiting: int, keep_s: float) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="check")
        self._most = workers + max_waiting
        self._keep_s = keep_s
        self._jobs: dict[str, Job[Any]] = {}
        self._lock = threading.Lock()
        self._pending = 0  # queued or running, deleted ones too: their thread is still taken

    def has_room(self) -> bool:
        """Whether another job would be taken on now; asked before an upload is read."""
        with self._lock:
            return self._pending < self._most

    def submit[T](self, work: Work[T], after: Callable[[], None]) -> Job[T]:
        """Take the work on. `after` runs once it has ended in whatever way, or never began.

        Raises QueueFullError; then `after` has run already.
        """
        job: Job[T] = Job(secrets.token_urlsafe(16))
        with self._lock:
            self._forget_old()
            full = self._pending >= self._most
            if not full:
                self._pending += 1
                self._jobs[job.id] = job
        if full:
            after()
            raise QueueFullError("too many checks are waiting; try again in a while")
        job.future = self._pool.submit(self._run, job, work)
        job.future.add_done_callback(lambda _: self._ended(job, after))
        return job

    def _run[T](self, job: Job[T], work: Work[T]) -> T:
        job.progress("starting", 0.0)
        job.state = "running"
        return work(job.progress)

    def _ended(self, job: Job[Any], after: Callable[[], None]) -> None:
        with self._lock:
            self._pending -= 1
        after()
        failed = job.future.cancelled() or job.future.exception() is not None
        if failed and not job.future.cancelled():
            _log_fault(job.future.exception())
        job.finished_at = time.monotonic()
        job.state = "failed" if failed else "done"  # last: whoever sees it finds the rest in place

    def get(self, job_id: str) -> Job[Any] | None:
        with self._lock:
            self._forget_old()
            return self._jobs.get(job_id)

    def remove(self, job_id: str) -> bool:
        """Forget the job and its result; running work stops at its next step."""
        with self._lock:
            job = self._jobs.pop(job_id, None)
        if job is None:
            return False
        _stop(job)
        return True

    def _forget_old(self) -> None:
        now = time.monotonic()
        finished = sorted(
            (job.finished_at, job.id) for job in self._jobs.values() if job.finished_at is not None
        )
        too_many = len(finished) - MAX_KEPT
        for index, (when, job_id) in enumerate(finished):
            if now - when > self._keep_s or index < too_many:
                del self._jobs[job_id]

    def close(self) -> None:
        """Stop everything; returns when the last thread has ended and each `after` has run."""
        with self._lock:
            jobs = list(self._jobs.values())
            self._jobs.clear()
        for job in jobs:
            _stop(job)
        self._pool.shutdown(wait=True, cancel_futures=True)


def _stop(job: Job[Any]) -> None:
    job.stop.set()
    job.future.cancel()


def _log_fault(error: BaseException | None) -> None:
    """What we raise on purpose is in the answer; anything else is a fault to be looked into."""
    if not isinstance(error, FirstseenError):
        log.error("a check failed unexpectedly", exc_info=error)
