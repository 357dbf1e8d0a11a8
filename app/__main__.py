"""`firstseen` and `python -m app`: run the command line, and turn what goes wrong into one line."""

import sys
import traceback

from app.cli.options import complain
from app.database.private_files import make_new_files_private
from hashing.errors import FirstseenError

INTERRUPTED = 130  # as a shell names a process that was stopped with Ctrl-C


def main() -> None:
    """Never returns: ends the process with the exit code of app.errors."""
    sys.exit(run())


def run() -> int:
    """The exit code of the command that the arguments name.

    One of the two places that catch everything: an internal error must not look like a finding.
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
        complain("interrupted")
        return INTERRUPTED
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 0
    except Exception as error:
        from app.error_codes import EXIT_UNEXPECTED

        place = traceback.extract_tb(error.__traceback__)[-1]
        kind = type(error).__name__
        complain(f"an internal error: {kind}: {error} ({place.name}, line {place.lineno})")
        return EXIT_UNEXPECTED
    return 0


if __name__ == "__main__":
    main()
