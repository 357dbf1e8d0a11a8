"""A page -> a PDF, by a Chromium that is installed: the layout engine that the page is made for.

WeasyPrint was considered: it needs no browser, but lays out no `:has()` and only some of CSS grid,
so that the summary is not one sheet, and it brings Pango and eight packages.
"""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hashing.errors import FirstseenError
from hashing.message import Message

NAMES: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "msedge",
    "microsoft-edge",
)
PLACES: Final = (  # where systems without such a command keep it
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
PRINT_S: Final = 60.0  # a report of 12 matches takes 2 s on one core
OPTIONS: Final = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pdf-header-footer",  # the page brings its own
    "--host-resolver-rules=MAP * ~NOTFOUND",  # the page asks for nothing; nor may the browser
)


class NotPrintedError(FirstseenError):
    """No PDF could be made; the message says why."""


def find_browser() -> Path | None:
    """The first installed browser that can print; None without one."""
    commands = (shutil.which(name) for name in NAMES)
    return next(
        (Path(place) for place in (*commands, *PLACES) if place and Path(place).is_file()), None
    )


def require_browser() -> None:
    """Raises NotPrintedError where no browser is installed."""
    if find_browser() is None:
        raise NotPrintedError(Message("error-no-browser", {"names": ", ".join(NAMES[:4])}))


def print_page(page: str, browser: Path | None = None) -> bytes:
    """The PDF of an HTML page, A4 or as the page says. browser: None for an installed one.

    Raises NotPrintedError.
    """
    program = browser or find_browser()
    if program is None:
        raise NotPrintedError(Message("error-no-browser", {"names": ", ".join(NAMES[:4])}))
    with TemporaryDirectory(prefix="firstseen-", ignore_cleanup_errors=True) as folder:
        source, printed = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(page, encoding="utf-8")
        command = [
            str(program),
            *OPTIONS,
            *_for_root(),
            f"--user-data-dir={Path(folder, 'profile')}",
            f"--print-to-pdf={printed}",
            source.as_uri(),
        ]
        try:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=PRINT_S,
                check=False,
            )
            pdf = printed.read_bytes()
        except subprocess.TimeoutExpired as error:
            raise NotPrintedError(
                Message("error-printing-slow", {"browser": program.name, "seconds": PRINT_S})
            ) from error
        except OSError as error:
            raise NotPrintedError(
                Message("error-not-printed", {"browser": program.name})
            ) from error
    if not pdf.startswith(b"%PDF-"):
        raise NotPrintedError(Message("error-not-printed", {"browser": program.name}))
    return pdf


def _for_root() -> tuple[str, ...]:
    """Chromium refuses its own sandbox to root. The page is firstseen's, and has no script."""
    return ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
