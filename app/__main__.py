"""`firstseen` and `python -m app`: run the command line, and turn what goes wrong into one line."""

import io
import sys
import traceback
from typing import Any, TextIO

from app.cli.printing import complain
from app.database.private_files import make_new_files_private
from app.messages.catalogue import text
from hashing.errors import FirstseenError

INTERRUPTED = 130  # as a shell names a process that was stopped with Ctrl-C


class _PipeOutput(io.FileIO):
    """A standard stream that discards what nobody reads any more.

    A reader that has read enough, such as `head`, closes its end of the pipe. The work of a command
    goes on then, and its exit code says how that ended.
    """

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            return len(data)


def main() -> None:
    """Never returns: ends the process with the exit code of app.errors."""
    sys.stdout, sys.stderr = _tolerate_closed_pipe(sys.stdout), _tolerate_closed_pipe(sys.stderr)
    sys.exit(run())


def _tolerate_closed_pipe(stream: TextIO) -> TextIO:
    """The same stream, but where a closed pipe is no error."""
    output = _PipeOutput(stream.fileno(), "wb", closefd=False)
    lines = stream is sys.stderr or stream.isatty()
    return io.TextIOWrapper(
        io.BufferedWriter(output), encoding=stream.encoding, line_buffering=lines
    )


def run() -> int:
    """The exit code of the command that the arguments name.

    One of the two places that catch everything: an internal error must not pass for a finding.
    """
    make_new_files_private()  # libraries, indexes, temporary files and exports alike
    for stream in (sys.stdout, sys.stderr):
        # a terminal without Unicode shows escapes; it must not end the check
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        from app.cli.commands import app

        app()
    except FirstseenError as error:
        from app.error_codes import exit_code

        complain(str(error))
        return exit_code(error)
    except KeyboardInterrupt:
        complain(text("cli-interrupted"))
        return INTERRUPTED
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 0
    except Exception as error:
        from app.error_codes import EXIT_UNEXPECTED

        place = traceback.extract_tb(error.__traceback__)[-1]
        kind = type(error).__name__
        complain(text("cli-internal-error", kind=kind, place=place.name, line=str(place.lineno)))
        return EXIT_UNEXPECTED
    return 0


if __name__ == "__main__":
    main()
