"""The parent's side: `with Fence.open(path, limits) as fence: fence.call("probe")`.

Whatever the process behind the fence does, the caller gets a checked value or an error of
`app.fence.errors` that says what happened.
"""

import contextlib
import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.fence.codec import CodecError
from app.fence.errors import (
    CROSSING,
    FenceBroken,
    FenceError,
    FenceLimit,
    FenceTimeout,
    FenceUnavailable,
)
from app.fence.forks import ForkServer, shared_server
from app.fence.limits import MAX_FILES, MIB, FenceLimits, Protection
from app.fence.pipe import FrameTooLarge, Pipe, PipeClosed
from app.fence.shapes import check_fields
from app.intake import open_regular

type OnProgress = Callable[[str, float], None]  # stage, 0..1

HELLO_S = 30.0
ENDING_S = 10.0
MAX_PROGRESS = 100_000  # messages in one call
STAGE_CHARS = 200


class Fence:
    """One decoding process and the files that it holds open. Not for several threads at once."""

    def __init__(self, server: ForkServer, limits: FenceLimits, files: Sequence[int]) -> None:
        """Takes over nothing: the caller closes `files`. Raises FenceUnavailable."""
        self.limits = limits
        descriptor, self._lease = server.fork(limits, files)
        self._pipe = Pipe(descriptor, descriptor, limits.output_bytes)
        self._timed_out = False
        self._ended: FenceError | None = None
        self.protection = self._hello()

    @classmethod
    def open(
        cls, path: Path | None, limits: FenceLimits | None = None, server: ForkServer | None = None
    ) -> Self:
        """A process that can read `path` and nothing else; None for one that reads no file.

        Raises IntakeError where the file cannot be opened, FenceUnavailable.
        """
        return cls.open_many([] if path is None else [path], limits, server)

    @classmethod
    def open_many(
        cls,
        paths: Sequence[Path],
        limits: FenceLimits | None = None,
        server: ForkServer | None = None,
    ) -> Self:
        """The same with several files; a task finds them, in order, in its state as `files`."""
        if len(paths) > MAX_FILES:
            raise ValueError(f"a fence holds at most {MAX_FILES} files, got {len(paths)}")
        with contextlib.ExitStack() as opened:
            files = [opened.enter_context(open_regular(path)).fileno() for path in paths]
            return cls(server or shared_server(), limits or FenceLimits(), files)

    def call(self, task: str, /, *, on_progress: OnProgress | None = None, **arguments: Any) -> Any:
        """The value of one task of the table, run behind the fence.

        Raises what the task raised, where it is one of `app.fence.errors.CROSSING`; FenceTimeout,
        FenceMemory, FenceLimit, FenceBroken. After an error that ended the process, every
        further call raises FenceBroken.
        """
        if self._ended is not None:
            raise FenceBroken(f"the process that reads the file has ended: {self._ended}")
        with self._watched(task, self.limits.wall_s):
            self._pipe.send(("call", task, arguments))
            for _ in range(MAX_PROGRESS):
                match self._pipe.receive():
                    case ("progress", str(stage), float(fraction)):
                        if on_progress is not None:
                            on_progress(stage[:STAGE_CHARS], min(max(fraction, 0.0), 1.0))
                    case ("result", value):
                        return value
                    case ("error", str(name), str(text)) if name in CROSSING:
                        error = CROSSING[name](text)
                        break
                    case _:
                        raise CodecError("an answer of no known kind")
            else:
                raise CodecError(f"more than {MAX_PROGRESS} messages before an answer")
        raise error

    def close(self) -> None:
        """End the process. Closing twice does nothing."""
        if self._lease.fileno() >= 0:
            self._lease.close()
            self._pipe.close()
        if self._ended is None:
            self._ended = FenceBroken("it was closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _hello(self) -> Protection:
        with self._watched("start", HELLO_S):
            match self._pipe.receive():
                case ("hello", dict() as walls):
                    check_fields(Protection, walls)
                    return Protection(**walls)
                case ("refused", str(text)):
                    reason = text
                case _:
                    reason = "it said something unreadable"
        self.close()
        raise FenceUnavailable(f"the decoding process could not be started: {reason}")

    @contextlib.contextmanager
    def _watched(self, task: str, wall_s: float) -> Iterator[None]:
        """Ends the process when the time is up or anything goes wrong in between."""
        timer = threading.Timer(wall_s, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        except PipeClosed as error:
            raise self._end(self._post_mortem(task)) from error
        except FrameTooLarge as error:
            raise self._end(
                FenceLimit(f"reading the file answered {task!r} with {error}")
            ) from error
        except CodecError as error:
            raise self._end(
                FenceBroken(f"reading the file sent something unreadable during {task!r}: {error}")
            ) from error
        except BaseException as error:  # a caller's progress function, an interrupt
            self._end(FenceBroken(f"it was left in the middle of {task!r}: {type(error).__name__}"))
            raise
        finally:
            timer.cancel()

    def _give_up(self) -> None:
        self._timed_out = True
        with contextlib.suppress(OSError):  # the process may have ended in this moment
            self._lease.shutdown(socket.SHUT_WR)

    def _end(self, reason: FenceError) -> FenceError:
        self._ended = reason
        self.close()
        return reason

    def _post_mortem(self, task: str) -> FenceError:
        """Why the process is gone, as far as the system tells."""
        if self._timed_out:
            return FenceTimeout(
                f"reading the file took longer than wall_s = {self.limits.wall_s:g} s ({task!r})"
            )
        ending = self._ending()
        if not ending:
            return FenceBroken(f"the process that reads the file ended during {task!r}")
        used = f"{ending['cpu_s']:.1f} s of CPU time, {ending['peak_bytes'] / MIB:.0f} MiB at most"
        number = ending["signal"]
        over = ending["cpu_s"] >= self.limits.cpu_s - 0.5
        if number == signal.SIGXCPU or (number == signal.SIGKILL and over):
            return FenceLimit(
                f"reading the file took more CPU time than cpu_s = {self.limits.cpu_s} ({task!r})"
            )
        if number is None:
            what = f"ended with exit code {ending['exit_code']}"
        else:
            what = f"was ended by {signal.Signals(number).name}{_hint(number, self.limits)}"
        return FenceBroken(f"the process that reads the file {what} during {task!r} ({used})")

    def _ending(self) -> dict[str, Any]:
        """What the server says of the child's end; empty where it says nothing."""
        self._lease.settimeout(ENDING_S)
        with contextlib.suppress(OSError, ValueError):
            self._lease.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError, ValueError):
            ending: dict[str, Any] = json.loads(self._lease.recv(4096))
            return ending
        return {}


def protection(server: ForkServer | None = None) -> Protection:
    """Which walls this system puts around a decoding process. Raises FenceUnavailable."""
    with Fence.open(None, server=server) as fence:
        return fence.protection


def prepare(model: Path | None = None) -> ForkServer:
    """Start loading what decoding needs, in the background; the first fence waits for it.

    model: another model file than the one that comes with its package; such fences are opened
    with what this returns.
    """
    return shared_server(model)


def _hint(number: int, limits: FenceLimits) -> str:
    if number in (signal.SIGABRT, signal.SIGKILL):
        return f", as happens when memory runs out (memory_bytes = {limits.memory_bytes})"
    return ""
