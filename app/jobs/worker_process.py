"""The supervisor's handle on one worker process: started, told, listened to, killed."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Final

from app.sandbox.fork_handle import search_path
from app.settings import Settings
from app.store.errors import WorkerFailed

# isolated: whatever lies in the folder that the service was started in is none of our modules
BOOT: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from app.jobs.worker import main; main(*sys.argv[2:])"
)
READY_S: Final = 60.0
CLOSING_S: Final = 5.0

type Message = list[object]


class WorkerProcess:
    """One process. Listened to by one thread; told and killed by any."""

    def __init__(self, settings: Settings, work_module: str) -> None:
        """Starts it; it is of use after `await_ready`. Raises WorkerFailed."""
        arguments = [sys.executable, "-I", "-c", BOOT, search_path(), str(os.getpid()), work_module]
        try:
            self._process = subprocess.Popen(
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,  # an interrupt from the terminal is the server's to handle
            )
        except OSError as error:
            raise WorkerFailed(f"a worker could not be started: {error.strerror}") from error
        self._telling = threading.Lock()
        self._buffered = b""
        self._write(settings.model_dump_json().encode() + b"\n")

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def await_ready(self) -> None:
        """Raises WorkerFailed where it ends before, or takes too long."""
        timer = threading.Timer(READY_S, self.kill)
        timer.daemon = True
        timer.start()
        try:
            first = next(self.messages(), None)
        finally:
            timer.cancel()
        if first != ["ready"]:
            raise WorkerFailed("a worker ended before it was ready")

    def tell(self, order: str, identifier: str) -> None:
        """One that is gone is told nothing; its silence says so."""
        self._write(json.dumps([order, identifier]).encode("ascii") + b"\n")

    def messages(self) -> Iterator[Message]:
        """What it says, until it ends."""
        assert self._process.stdout is not None
        while True:
            line, found, rest = self._buffered.partition(b"\n")
            if found:
                self._buffered = rest
                yield json.loads(line)
                continue
            part = os.read(self._process.stdout.fileno(), 65536)
            if not part:
                return
            self._buffered += part

    def kill(self) -> None:
        if self.alive:
            self._process.kill()

    def close(self) -> None:
        """End it in good order where it is idle; kill it where it does not end."""
        with self._telling:
            if self._process.stdin is not None and not self._process.stdin.closed:
                self._process.stdin.close()
        try:
            self._process.wait(CLOSING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _write(self, line: bytes) -> None:
        with self._telling:
            stream = self._process.stdin
            if stream is None or stream.closed:
                return
            try:
                stream.write(line)
            except BrokenPipeError:
                return
