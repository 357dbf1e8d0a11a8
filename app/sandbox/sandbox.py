"""The parent's side: `with Sandbox.open(path, limits) as sandbox: sandbox.call("probe")`.

Whatever the decoding process does, its caller gets a checked value or an error of
`app.sandbox.errors` that says what happened.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from app.intake.item import open_regular
from app.messages.catalogue import checked
from app.sandbox.codec import CodecError
from app.sandbox.errors import (
    CROSSING,
    MESSAGE_CHARS,
    SandboxBroken,
    SandboxError,
    SandboxLimit,
    SandboxTimeout,
    SandboxUnavailable,
)
from app.sandbox.exit_status import error_for_exit
from app.sandbox.limits import MAX_FILES, Protection, SandboxLimits
from app.sandbox.pipe import MessageTooLarge, Pipe, PipeClosed
from app.sandbox.server_registry import Server, living, shared_server
from app.sandbox.type_check import check_fields
from hashing.message import Message, verbatim

type OnProgress = Callable[[str, float], None]  # stage, 0..1

HELLO_S = 30.0
MAX_PROGRESS = 100_000  # messages in one call
STAGE_CHARS = 200


class Sandbox:
    """One decoding process and its open files. For one thread at a time."""

    def __init__(self, server: Server, limits: SandboxLimits, files: Sequence[BinaryIO]) -> None:
        """files: the child gets its own descriptors; these are closed with the sandbox.

        Raises SandboxUnavailable.
        """
        self.limits = limits
        self._server = server
        self._files = files
        try:
            self._start()
        except BaseException:
            self._close_files()
            raise

    def _start(self) -> None:
        self._child = self._server.fork(self.limits, self._files)
        self._pipe = Pipe(self._child.incoming, self._child.outgoing, self.limits.output_bytes)
        self._closed = False
        self._timed_out = False
        self._failure: SandboxError | None = None
        self.protection = self._await_hello()

    @property
    def ended(self) -> bool:
        """True after an error that ended the process, and after `close`."""
        return self._failure is not None

    def restart(self) -> None:
        """A new process with the same files, which knows nothing of what the old one did.

        Raises SandboxUnavailable.
        """
        self._end_process()
        self._server = living(self._server)
        self._start()

    @classmethod
    def open(
        cls, path: Path | None, limits: SandboxLimits | None = None, server: Server | None = None
    ) -> Self:
        """A process that can read `path` and nothing else; None for one that reads no file.

        Raises IntakeError where the file cannot be opened, SandboxUnavailable.
        """
        return cls.open_many([] if path is None else [path], limits, server)

    @classmethod
    def open_many(
        cls,
        paths: Sequence[Path],
        limits: SandboxLimits | None = None,
        server: Server | None = None,
    ) -> Self:
        """Like `open` with several files; a task finds them, in this order, in its session."""
        if len(paths) > MAX_FILES:
            raise ValueError(f"a sandbox holds at most {MAX_FILES} files, got {len(paths)}")
        with contextlib.ExitStack() as opened:
            files = [opened.enter_context(open_regular(path)) for path in paths]
            sandbox = cls(server or shared_server(), limits or SandboxLimits(), files)
            opened.pop_all()  # it closes them
            return sandbox

    def call(
        self, task: str, /, *, on_progress: OnProgress | None = None, **arguments: object
    ) -> Any:
        """Run one task of the table in the sandbox. Returns its value.

        Raises what the task raised, where it is one of `app.sandbox.errors.CROSSING`;
        SandboxTimeout, SandboxMemory, SandboxLimit, SandboxBroken. After an error that ended the
        process, every further call raises SandboxBroken.
        """
        if self._failure is not None:
            raise SandboxBroken(
                Message("error-sandbox-has-ended", {"reason": self._failure.message})
            )
        with _naming(task), self._guard(task, self.limits.wall_s):
            self._pipe.send(("call", task, arguments))
            for _ in range(MAX_PROGRESS):
                match self._pipe.receive():
                    case ("progress", str(stage), float(fraction)):
                        if on_progress is not None:
                            on_progress(stage[:STAGE_CHARS], min(max(fraction, 0.0), 1.0))
                    case ("result", value):
                        return value
                    case ("error", str(name), Message() as message) if name in CROSSING:
                        error = CROSSING[name](_bounded(message))
                        break
                    case _:
                        raise CodecError("an answer of no known kind")
            else:
                raise CodecError(f"more than {MAX_PROGRESS} messages before an answer")
        raise error

    def close(self) -> None:
        """End the process. Closing twice does nothing."""
        self._end_process()
        self._close_files()

    def _close_files(self) -> None:
        for file in self._files:
            file.close()

    def _end_process(self) -> None:
        if not self._closed:
            self._closed = True
            self._child.kill()
            self._child.close()
        if self._failure is None:
            self._failure = SandboxBroken(Message("error-sandbox-closed"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _await_hello(self) -> Protection:
        """The walls that stand, as the child's first message reports. Raises SandboxUnavailable."""
        with self._guard("start", HELLO_S):
            match self._pipe.receive():
                case ("hello", dict() as walls):
                    check_fields(Protection, walls)
                    return Protection(**walls)
                case ("refused", Message() as message):
                    reason = _bounded(message)
                case _:
                    reason = Message("error-sandbox-nonsense")
        self.close()
        raise SandboxUnavailable(Message("error-sandbox-start", {"reason": reason}))

    @contextlib.contextmanager
    def _guard(self, task: str, wall_s: float) -> Iterator[None]:
        """End the process after wall_s seconds, or when anything goes wrong within the block."""
        timer = threading.Timer(wall_s, self._time_out)
        timer.daemon = True
        timer.start()
        try:
            yield
        except PipeClosed as error:
            raise self._end(self._error_for_closed_pipe(task)) from error
        except MessageTooLarge as error:
            raise self._end(
                SandboxLimit(
                    Message("error-sandbox-answer-large", {"task": task, "reason": error.message})
                )
            ) from error
        except CodecError as error:
            raise self._end(
                SandboxBroken(Message("error-sandbox-answer-unreadable", {"task": task}))
            ) from error
        except BaseException:  # a caller's progress function, an interrupt
            self._end(SandboxBroken(Message("error-sandbox-left", {"task": task})))
            raise
        finally:
            timer.cancel()

    def _time_out(self) -> None:
        self._timed_out = True
        self._child.kill()

    def _end(self, reason: SandboxError) -> SandboxError:
        """End the process, and remember why for later calls. Returns the reason."""
        self._failure = reason
        self._end_process()
        return reason

    def _error_for_closed_pipe(self, task: str) -> SandboxError:
        if self._timed_out:
            return SandboxTimeout(
                Message("error-sandbox-slow", {"seconds": self.limits.wall_s, "task": task})
            )
        self._child.kill()  # a closed pipe alone may leave it running
        return error_for_exit(self._child.exit_status(), task, self.limits)


def _bounded(message: Message) -> Message:
    """A message of the child, which is not trusted: one of the catalogue, or a text cut short."""
    message = checked(message)
    text = str(message)
    size = max(len(text), len(repr(message.params)))
    return message if size <= MESSAGE_CHARS else verbatim(text[:MESSAGE_CHARS])


@contextlib.contextmanager
def _naming(task: str) -> Iterator[None]:
    """Note in an error of the sandbox in which task it arose."""
    try:
        yield
    except SandboxError as error:
        error.task = task
        raise


def protection(server: Server | None = None) -> Protection:
    """Which walls this system puts around a decoding process. Raises SandboxUnavailable."""
    with Sandbox.open(None, server=server) as sandbox:
        return sandbox.protection
