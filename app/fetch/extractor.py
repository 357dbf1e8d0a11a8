"""Media behind a page's address, through yt-dlp: the optional extra `links`.

yt-dlp runs as a process of its own (app.fetch.extractor_process) that reaches nothing but our
proxy. Its configuration, plug-ins, caches, cookies, helpers and post-processing are off, since each
of them could run or read what the link's owner wants.
"""

import contextlib
import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.fetch.egress_proxy import Proxy, Rules
from app.fetch.extractor_process import SANDBOXED
from app.network.errors import FetchFailed, LinkError, LinkTooLarge
from app.network.url_parsing import Link, shown
from app.progress import OnProgress
from app.sandbox.fork_handle import search_path

BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from app.fetch.extractor_process import main; main()"
)
INSTALL = "media behind pages needs the extra 'links': pip install 'firstseen[links]'"
POLL_S = 0.1
START_S = 30.0
MAX_DOWNLOADS_REACHED = 101  # yt-dlp's exit code after --max-downloads
TOLD_BYTES = 65_536
# yt-dlp's own words, as of 2026.10: `yt-dlp --help`
SWITCHES = """
    --ignore-config --no-config-locations --no-plugin-dirs --no-js-runtimes --no-remote-components
    --no-cache-dir --no-cookies --no-cookies-from-browser --no-exec --no-mark-watched
    --no-playlist --playlist-items 1 --max-downloads 1 --no-wait-for-video --default-search error
    --match-filters !is_live --abort-on-error --abort-on-unavailable-fragments
    --downloader native --fixup never --no-embed-metadata --no-embed-thumbnail --no-embed-subs
    --no-embed-chapters --no-embed-info-json --no-write-subs --no-write-thumbnail
    --no-write-info-json --no-write-comments --no-sponsorblock --no-split-chapters
    --concat-playlist never --no-mtime --no-continue --no-overwrites --xff never
    --socket-timeout 30 --retries 2 --fragment-retries 3 --extractor-retries 1
    --color never --no-progress --no-warnings
""".split()  # noqa: SIM905  one a line would hide the groups
# one file with picture and sound, else the picture: joining two would need another program
FORMAT = ("--format", "b/bv*/ba*", "--format-sort", "res:1080")
TOLD = "after_move:%(.{title,ext,webpage_url,playlist_count})j"


@dataclass(frozen=True, slots=True)
class FromPage:
    """One file that yt-dlp left, and what it said of it. sandboxed: it had a network of its own."""

    path: Path
    title: str | None
    page_url: str | None
    videos: int  # on the page
    sandboxed: bool


def installed() -> bool:
    """Whether the extra `links` is."""
    return importlib.util.find_spec("yt_dlp") is not None


def fetch_from_page(
    link: Link,
    rules: Rules,
    folder: Path,
    max_bytes: int,
    certificates: Path | None,
    hosts: dict[str, None],
    on_progress: OnProgress,
) -> FromPage:
    """The first video of a page, as a file below `folder`, which is yt-dlp's to write in.

    Raises FetchRefused, FetchFailed, TooLarge, and whatever on_progress raises.
    """
    with _child(folder) as (process, control):
        listener = _listener(control)
        with Proxy(rules, listener, hosts) as proxy:
            job = {
                "folder": str(folder),
                "port": proxy.port,
                "max_bytes": max_bytes,
                "seconds": rules.seconds,
                "certificates": str(certificates) if certificates else None,
                "arguments": _arguments(link, proxy, folder, max_bytes),
            }
            _send(process, control, json.dumps(job).encode())
            code = _wait(process, rules.seconds, on_progress)
        made = [path for path in folder.glob("item.*") if _is_whole(path)]
        if code not in (0, MAX_DOWNLOADS_REACHED) or len(made) != 1:
            raise _why(link, proxy, folder, max_bytes)
        told = _told(folder / "told")
        return FromPage(
            path=made[0],
            title=_text(told.get("title")),
            page_url=_text(told.get("webpage_url")),
            videos=told["playlist_count"] if isinstance(told.get("playlist_count"), int) else 1,
            sandboxed=listener is not None,
        )


def _arguments(link: Link, proxy: Proxy, folder: Path, max_bytes: int) -> list[str]:
    return [
        *SWITCHES,
        *FORMAT,
        *("--proxy", proxy.url),
        *("--max-filesize", str(max_bytes)),
        *("--ffmpeg-location", str(folder / "none")),
        *("--output", f"{str(folder).replace('%', '%%')}/item.%(ext)s"),
        *("--print-to-file", TOLD, f"{str(folder).replace('%', '%%')}/told"),
        "--",
        link.url,
    ]


@contextlib.contextmanager
def _child(folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", socket.socket | None]]:
    """The process, waiting for its job, and on Linux the socket that it gets it over."""
    control: socket.socket | None = None
    with contextlib.ExitStack() as opened:
        given = subprocess.PIPE
        if sys.platform == "linux":
            control, theirs = socket.socketpair()
            opened.enter_context(control)
            given = opened.enter_context(theirs).fileno()
        out = opened.enter_context((folder / "stdout").open("wb"))
        err = opened.enter_context((folder / "stderr").open("wb"))
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", BOOT, search_path(), str(os.getpid())],
            env=_environment(folder),
            cwd=folder,
            stdin=given,
            stdout=out,
            stderr=err,
        )
        if control is not None:
            theirs.close()  # so that the child's end is seen here
        try:
            yield process, control
        finally:
            process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()


def _environment(folder: Path) -> dict[str, str]:
    home = str(folder)
    return {"HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", "TZ": "UTC", "YTDLP_NO_PLUGINS": "1"}


def _listener(control: socket.socket | None) -> socket.socket | None:
    """Where in the child's own network the proxy is to listen; None where it has none."""
    if control is None:
        return None
    control.settimeout(START_S)
    try:
        said, descriptors, _, _ = socket.recv_fds(control, 1, 1)
    except TimeoutError:
        said, descriptors = b"", []
    if not said:
        raise FetchFailed("the process that reads pages could not be started")
    return socket.socket(fileno=descriptors[0]) if said == SANDBOXED else None


def _send(
    process: "subprocess.Popen[bytes]", control: socket.socket | None, message: bytes
) -> None:
    with contextlib.suppress(OSError):  # it has ended already, which its exit code tells
        if control is not None:
            control.sendall(message)
            control.shutdown(socket.SHUT_WR)
        elif process.stdin is not None:
            process.stdin.write(message)
            process.stdin.close()


def _wait(process: "subprocess.Popen[bytes]", seconds: float, on_progress: OnProgress) -> int:
    """Its exit code; -9 where the time was up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        on_progress("fetch", 0.0)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(POLL_S)
    process.kill()
    return process.wait()


def _why(link: Link, proxy: Proxy, folder: Path, max_bytes: int) -> LinkError:
    """What kept yt-dlp from it: the proxy's reason before its own."""
    if proxy.problem is not None:
        return proxy.problem
    said = "\n".join(_last_words(folder / name) for name in ("stdout", "stderr"))
    if "larger than max-filesize" in said or "File too large" in said:
        return LinkTooLarge(f"FIRSTSEEN_MAX_BYTES allows files of {max_bytes:,} bytes")
    if "does not pass filter (!is_live)" in said:
        return FetchFailed(f"this page of {link.host} shows a live broadcast, which has no end yet")
    lines = [line for line in said.splitlines() if line.startswith("ERROR: ")]
    reason = shown(lines[-1].removeprefix("ERROR: ")) if lines else "yt-dlp says nothing more"
    return FetchFailed(f"no video could be fetched from this page of {link.host}: {reason}")


def _is_whole(path: Path) -> bool:
    """Whether yt-dlp left a file of its own here: no part of one, and no way to another's."""
    return path.suffix not in (".part", ".ytdl") and path.is_file() and not path.is_symlink()


def _last_words(path: Path) -> str:
    if not _is_whole(path):
        return ""
    return path.read_bytes()[-TOLD_BYTES:].decode("utf-8", "backslashreplace")


def _told(path: Path) -> dict[str, Any]:
    if not _is_whole(path):
        return {}
    for line in reversed(path.read_bytes()[:TOLD_BYTES].decode("utf-8", "replace").splitlines()):
        with contextlib.suppress(ValueError):
            told = json.loads(line)
            if isinstance(told, dict):
                return told
    return {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
