"""The supervisor's handle on one worker process: start it, send to it, listen, kill it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Final

from app.errors import cause_of
from app.sandbox.fork_handle import search_path
from app.settings import Settings
from app.store.errors import WorkerFailed
from hashing.message import Message

# isolated: files in the folder that the service was started in must not be imported
BOOT: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from app.jobs.worker import main; main(*sys.argv[2:])"
)
READY_TIMEOUT_S: Final = 60.0
CLOSE_TIMEOUT_S: Final = 5.0

type WorkerMessage = list[object]


class WorkerProcess:
    """One process. One thread listens to it; any may send to it or kill it."""

    def __init__(self, settings: Settings, work_module: str) -> None:
        """Start it; it is ready after `await_ready`. Raises WorkerFailed."""
        arguments = [sys.executable, "-I", "-c", BOOT, search_path(), str(os.getpid()), work_module]
        try:
            self._process = subprocess.Popen(
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,  # the server alone handles an interrupt from the terminal
            )
        except OSError as error:
            raise WorkerFailed(
                Message("error-worker-start", {"reason": cause_of(error)})
            ) from error
        self._write_lock = threading.Lock()
        self._buffered = b""
        self._write(settings.model_dump_json().encode() + b"\n")

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def await_ready(self) -> None:
        """Wait until it is ready. Raises WorkerFailed where it ends before, or takes too long."""
        timer = threading.Timer(READY_TIMEOUT_S, self.kill)
        timer.daemon = True
        timer.start()
        try:
            first = next(self.messages(), None)
        finally:
            timer.cancel()
        if first != ["ready"]:
            raise WorkerFailed(Message("error-worker-ended"))

    def send(self, order: str, identifier: str) -> None:
        """Send an order; without effect where the process has ended."""
        self._write(json.dumps([order, identifier]).encode("ascii") + b"\n")

    def messages(self) -> Iterator[WorkerMessage]:
        """Its messages, until it ends."""
        assert self._process.stdout is not None
        while True:
            line, newline, rest = self._buffered.partition(b"\n")
            if newline:
                self._buffered = rest
                yield json.loads(line)
                continue
            chunk = os.read(self._process.stdout.fileno(), 65536)
            if not chunk:
                return
            self._buffered += chunk

    def kill(self) -> None:
        if self.alive:
            self._process.kill()

    def close(self) -> None:
        """Ask it to end; kill it where it does not within CLOSE_TIMEOUT_S."""
        with self._write_lock:
            if self._process.stdin is not None and not self._process.stdin.closed:
                self._process.stdin.close()
        try:
            self._process.wait(CLOSE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _write(self, line: bytes) -> None:
        with self._write_lock:
            stream = self._process.stdin
            if stream is None or stream.closed:
                return
            try:
                stream.write(line)
            except BrokenPipeError:
                return
