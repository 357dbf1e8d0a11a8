"""The parent's handle on decoding processes that are started afresh, one for each sandbox.

For systems without fork (Windows). Every sandbox then pays for the imports again.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from app.sandbox.errors import SandboxUnavailable
from app.sandbox.exit_status import Ending
from app.sandbox.fork_handle import DEFAULT_TASKS, ENVIRONMENT, search_path
from app.sandbox.limits import SandboxLimits

if sys.platform == "win32":
    from app.sandbox.walls import windows

BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from app.sandbox.child.spawned import main; main(*sys.argv[2:])"
)
ENDING_S = 10.0


class SpawnedChild:
    """One process, as its parent holds it."""

    def __init__(self, process: "subprocess.Popen[bytes]", job: int | None) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._job = job
        self.outgoing = process.stdin.fileno()
        self.incoming = process.stdout.fileno()

    def give_up(self) -> None:
        """Kill it. Safe from any thread, and when it has ended."""
        if self._process.poll() is None:
            self._process.kill()

    def ending(self) -> Ending | None:
        """How it ended, after it was given up or died."""
        code = self._process.wait(ENDING_S)
        return Ending(exit_code=None, signal=-code) if code < 0 else Ending(code, signal=None)

    def close(self) -> None:
        self._process.wait(ENDING_S)
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
        self._tasks_module = tasks_module
        self._model = "" if model is None else str(model.absolute())

    def fork(self, limits: SandboxLimits, files: Sequence[BinaryIO]) -> SpawnedChild:
        """A new child that opens `files` once more. Raises SandboxUnavailable."""
        # a virtual environment's python.exe starts the real one as a second process
        executable = getattr(sys, "_base_executable", sys.executable)
        arguments = [
            executable if sys.platform == "win32" else sys.executable,
            "-I",
            "-c",
            BOOT,
            search_path(),
            json.dumps(asdict(limits)),
            self._tasks_module,
            self._model,
            *(str(Path(one.name).absolute()) for one in files),
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
                f"the decoding process could not be started: {error}"
            ) from error
        return SpawnedChild(process, job)

    def close(self) -> None:
        """Nothing is kept between sandboxes."""
