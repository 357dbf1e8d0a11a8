"""The parent's side of the fork server: start it, have it fork children, end both."""

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

from app.errors import cause_of
from app.sandbox.errors import SandboxUnavailable
from app.sandbox.exit_status import ExitStatus
from app.sandbox.limits import SandboxLimits
from hashing.message import Message

DEFAULT_TASKS = "app.sandbox.child.tasks"
READY, STARTED = b"!", b"+"  # as app.sandbox.child.fork_server sends them
WARM_UP_S = 120.0  # for the server to load all libraries and models; a guess, 3 s are usual
FORK_S = 30.0
EXIT_WAIT_S = 10.0
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
    """The parent's handle on one child of the server."""

    def __init__(self, pipe_fd: int, lease: socket.socket) -> None:
        self.incoming = self.outgoing = pipe_fd
        self._lease = lease

    def kill(self) -> None:
        """Have the server kill it. Safe from any thread, and after it has ended."""
        with contextlib.suppress(OSError):
            self._lease.shutdown(socket.SHUT_WR)

    def exit_status(self) -> ExitStatus | None:
        """Waits until a child that was killed or died has ended; None where the server is silent.

        The server has EXIT_WAIT_S to answer.
        """
        with contextlib.suppress(OSError, ValueError):
            self._lease.settimeout(EXIT_WAIT_S)
            return ExitStatus(**json.loads(self._lease.recv(4096)))
        return None

    def close(self) -> None:
        self._lease.close()
        os.close(self.incoming)


class ForkServer:
    """Starts at once and warms up in the background; the first `fork` waits for it. Thread-safe."""

    def __init__(self, tasks_module: str = DEFAULT_TASKS, model: Path | None = None) -> None:
        """model: another model file than the one that comes with its package."""
        self.tasks_module, self.model = tasks_module, model
        self._lock = threading.Lock()
        self._ready = False
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._control, server_end = socket.socketpair()
        arguments = [
            sys.executable,
            "-I",
            "-c",
            BOOT,
            search_path(),
            str(server_end.fileno()),
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
                stderr=self._stderr,
                pass_fds=[server_end.fileno()],
                start_new_session=True,  # an interrupt from the terminal is the parent's to handle
            )
        except OSError as error:
            self._control.close()
            self._stderr.close()
            raise SandboxUnavailable(
                Message("error-sandbox-start", {"reason": cause_of(error)})
            ) from error
        finally:
            server_end.close()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def fork(self, limits: SandboxLimits, files: Sequence[BinaryIO]) -> "ForkedChild":
        """A new child with `files` open. Raises SandboxUnavailable."""
        with contextlib.ExitStack() as parent_ends, contextlib.ExitStack() as child_ends:
            try:
                pipe = _socket_pair(parent_ends, child_ends)
                lease = _socket_pair(parent_ends, child_ends)
                file_descriptors = [file.fileno() for file in files]
                self._request_child(
                    limits, [pipe[1].fileno(), lease[1].fileno(), *file_descriptors]
                )
            except OSError as error:
                raise SandboxUnavailable(
                    Message(
                        "error-sandbox-start-more",
                        {"reason": cause_of(error), "output": self._last_stderr_line()},
                    )
                ) from error
            parent_ends.pop_all()  # both stay open in the child's handle
            return ForkedChild(pipe[0].detach(), lease[0])

    def _request_child(self, limits: SandboxLimits, descriptors: list[int]) -> None:
        """Ask for one child and wait until it is started. Raises OSError."""
        message = json.dumps(asdict(limits)).encode("ascii")
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
        self._stderr.close()

    def _await_ready(self) -> None:
        if not self._ready:
            self._expect(READY, WARM_UP_S)
            self._ready = True

    def _expect(self, expected: bytes, timeout_s: float) -> None:
        self._control.settimeout(timeout_s)
        if self._control.recv(1) != expected:
            raise ConnectionResetError("it ended")

    def _last_stderr_line(self) -> str:
        """The last line of the server's standard error, after ": "; empty while it still runs."""
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return ""
        self._stderr.seek(0)
        lines = self._stderr.read().decode("utf-8", "backslashreplace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""


def _socket_pair(
    parent_ends: contextlib.ExitStack, child_ends: contextlib.ExitStack
) -> tuple[socket.socket, socket.socket]:
    """The parent's and the child's end, each closed by its stack."""
    parent_end, child_end = socket.socketpair()
    return parent_ends.enter_context(parent_end), child_ends.enter_context(child_end)


def search_path() -> str:
    """This process's module search path as JSON, since an isolated interpreter has another."""
    return json.dumps([str(Path(entry).absolute()) for entry in sys.path])
