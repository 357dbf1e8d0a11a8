"""The parent's handle on the process that decoding processes are forked from."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, BinaryIO

from app.sandbox.errors import SandboxUnavailable
from app.sandbox.exit_status import Ending
from app.sandbox.limits import SandboxLimits

DEFAULT_TASKS = "app.sandbox.child.tasks"
READY, STARTED = b"!", b"+"  # as app.sandbox.child.fork_server sends them
WARM_UP_S = 120.0
FORK_S = 30.0
ENDING_S = 10.0
BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from app.sandbox.child.fork_server import main; main(int(sys.argv[2]), *sys.argv[3:])"
)
# nothing of ours: no secrets, no settings; one thread for libraries that would start a pool,
# which a fork would lose, and few memory arenas, whose reserve would count against the limit
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",  # macOS kills forks that use its frameworks
}


class ForkedChild:
    """One child of the server, as the parent holds it."""

    def __init__(self, pipe_fd: int, lease: socket.socket) -> None:
        self.incoming = self.outgoing = pipe_fd
        self._lease = lease

    def give_up(self) -> None:
        """Have the server kill it. Safe from any thread, and when it has ended."""
        with contextlib.suppress(OSError):
            self._lease.shutdown(socket.SHUT_WR)

    def ending(self) -> Ending | None:
        """How it ended, after it was given up or died. None where the server does not say."""
        with contextlib.suppress(OSError, ValueError):
            self._lease.settimeout(ENDING_S)
            return Ending(**json.loads(self._lease.recv(4096)))
        return None

    def close(self) -> None:
        self._lease.close()
        os.close(self.incoming)


class ForkServer:
    """Starts at once, warms up in the background; the first `fork` waits for it. Thread-safe."""

    def __init__(self, tasks_module: str = DEFAULT_TASKS, model: Path | None = None) -> None:
        """model: another model file than the one that comes with its package."""
        self._lock = threading.Lock()
        self._ready = False
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._control, theirs = socket.socketpair()
        arguments = [
            sys.executable,
            "-I",
            "-c",
            BOOT,
            search_path(),
            str(theirs.fileno()),
            tasks_module,
        ]
        if model is not None:
            arguments.append(str(model.absolute()))
        try:
            self._process = subprocess.Popen(
                arguments,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # an interrupt from the terminal is the parent's to handle
            )
        except OSError as error:
            self._control.close()
            self._complaints.close()
            raise SandboxUnavailable(
                f"the decoding process could not be started: {error}"
            ) from error
        finally:
            theirs.close()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def process_id(self) -> int:
        return self._process.pid

    def fork(self, limits: SandboxLimits, files: Sequence[BinaryIO]) -> "ForkedChild":
        """A new child that holds `files` open. Raises SandboxUnavailable."""
        with contextlib.ExitStack() as mine, contextlib.ExitStack() as theirs:
            try:
                pipe = _pair(mine, theirs)
                lease = _pair(mine, theirs)
                sent = [
                    *(one.fileno() for one in (pipe[1], lease[1])),
                    *(f.fileno() for f in files),
                ]
                self._ask(json.dumps(asdict(limits)).encode("ascii"), sent)
            except OSError as error:
                raise SandboxUnavailable(
                    f"the decoding process could not be started: {error}{self._complaint()}"
                ) from error
            mine.pop_all()  # both live on in the child's handle
            return ForkedChild(pipe[0].detach(), lease[0])

    def _ask(self, message: bytes, descriptors: list[int]) -> None:
        """One request and its answer. Raises OSError."""
        with self._lock:
            try:
                self._await_ready()
                socket.send_fds(self._control, [message], descriptors)
                self._expect(STARTED, FORK_S)
            except TimeoutError:
                self._process.kill()  # a late answer would be taken for the next one
                raise

    def close(self) -> None:
        """End the server and all its children."""
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._complaints.close()

    def _await_ready(self) -> None:
        if not self._ready:
            self._expect(READY, WARM_UP_S)
            self._ready = True

    def _expect(self, wanted: bytes, timeout_s: float) -> None:
        self._control.settimeout(timeout_s)
        answer = self._control.recv(1)
        if answer != wanted:
            raise ConnectionResetError("it ended")

    def _complaint(self) -> str:
        """The last line that the server wrote to its standard error before it ended."""
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return ""
        self._complaints.seek(0)
        lines = self._complaints.read().decode("utf-8", "backslashreplace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""


def _pair(
    mine: contextlib.ExitStack, theirs: contextlib.ExitStack
) -> tuple[socket.socket, socket.socket]:
    one, other = socket.socketpair()
    return mine.enter_context(one), theirs.enter_context(other)


def search_path() -> str:
    """This process's module search path as JSON: an isolated interpreter has another."""
    return json.dumps([str(Path(entry).absolute()) for entry in sys.path])
