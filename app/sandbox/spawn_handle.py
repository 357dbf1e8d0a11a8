"""The parent's side where the system has no fork (Windows): a new interpreter for each sandbox.

Every sandbox then loads all libraries again.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from app.errors import cause_of
from app.sandbox.errors import SandboxUnavailable
from app.sandbox.exit_status import ExitStatus
from app.sandbox.fork_handle import DEFAULT_TASKS, ENVIRONMENT, search_path
from app.sandbox.limits import SandboxLimits
from hashing.message import Message

if sys.platform == "win32":
    from app.sandbox.walls import windows

BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from app.sandbox.child.spawned import main; main(*sys.argv[2:])"
)
EXIT_WAIT_S = 10.0


class SpawnedChild:
    """The parent's handle on one process. job: of Windows, which ends with the process."""

    def __init__(self, process: "subprocess.Popen[bytes]", job: int | None) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._job = job
        self.outgoing = process.stdin.fileno()
        self.incoming = process.stdout.fileno()

    def kill(self) -> None:
        """Kill it. Safe from any thread, and after it has ended."""
        if self._process.poll() is None:
            self._process.kill()

    def exit_status(self) -> ExitStatus | None:
        """Waits until a process that was killed or died has ended, EXIT_WAIT_S at most."""
        code = self._process.wait(EXIT_WAIT_S)
        return (
            ExitStatus(exit_code=None, signal=-code) if code < 0 else ExitStatus(code, signal=None)
        )

    def close(self) -> None:
        self._process.wait(EXIT_WAIT_S)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        if sys.platform == "win32" and self._job is not None:
            windows.close(self._job)


class SpawnServer:
    """Starts a new interpreter for each sandbox. Thread-safe."""

    alive = True

    def __init__(self, tasks_module: str = DEFAULT_TASKS, model: Path | None = None) -> None:
        """model: another model file than the one that comes with its package."""
        self.tasks_module, self.model = tasks_module, model
        self._model = "" if model is None else str(model.absolute())

    def fork(self, limits: SandboxLimits, files: Sequence[BinaryIO]) -> SpawnedChild:
        """A new process that opens `files` by their paths again. Raises SandboxUnavailable."""
        # a virtual environment's python.exe starts the real one as a second process
        executable = getattr(sys, "_base_executable", sys.executable)
        arguments = [
            executable if sys.platform == "win32" else sys.executable,
            "-I",
            "-c",
            BOOT,
            search_path(),
            json.dumps(asdict(limits)),
            self.tasks_module,
            self._model,
            *(str(Path(file.name).absolute()) for file in files),
        ]
        environment = ENVIRONMENT
        if sys.platform == "win32":
            environment = {**ENVIRONMENT, "SYSTEMROOT": windows.system_folder()}
        job = None
        try:
            process = subprocess.Popen(
                arguments,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
            if sys.platform == "win32":
                job = windows.limit(process, limits)
        except OSError as error:
            raise SandboxUnavailable(
                Message("error-sandbox-start", {"reason": cause_of(error)})
            ) from error
        return SpawnedChild(process, job)

    def close(self) -> None:
        """Does nothing: no process outlives its sandbox."""
