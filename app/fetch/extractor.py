"""Media on a web page, through yt-dlp: the optional extra `links`.

yt-dlp runs as a process of its own (app.fetch.extractor_process) that reaches nothing but our
proxy. Its configuration, plug-ins, caches, cookies, helpers and post-processing are off, since each
of them could run or read what the owner of the page wants.
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
from dataclasses import asdict, dataclass
from pathlib import Path

from app.fetch.egress_proxy import Proxy, Rules
from app.fetch.extractor_process import SANDBOXED, Job
from app.fetch.page_refusals import obstacle
from app.network.errors import FetchFailed, LinkError, LinkTooLarge
from app.network.url_parsing import Link
from app.progress import OnProgress
from app.sandbox.fork_handle import search_path
from hashing.message import Message

BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from app.fetch.extractor_process import main; main()"
)
POLL_S = 0.1
START_S = 30.0
MAX_DOWNLOADS_REACHED = 101  # yt-dlp's exit code after --max-downloads
LOG_BYTES = 65_536  # of yt-dlp's output that are read
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
# one file with video and sound, else the video: joining two would need another program
FORMAT = ("--format", "b/bv*/ba*", "--format-sort", "res:1080")
INFO_TEMPLATE = "after_move:%(.{title,ext,webpage_url,playlist_count})j"


@dataclass(frozen=True, slots=True)
class PageVideo:
    """One file that yt-dlp downloaded, and what it reported.

    videos: how many the page has.
    """

    path: Path
    title: str | None
    page_url: str | None
    videos: int


def installed() -> bool:
    """Whether the extra `links` is installed."""
    return importlib.util.find_spec("yt_dlp") is not None


def fetch_from_page(
    link: Link,
    rules: Rules,
    folder: Path,
    max_bytes: int,
    certificates: Path | None,
    hosts: dict[str, None],
    on_progress: OnProgress,
) -> PageVideo:
    """The first video of a page, as a file in `folder`, the only one that yt-dlp may write to.

    Raises FetchRefused, FetchFailed, TooLarge, and what on_progress raises.
    """
    with _child(folder) as (process, control):
        listener = _receive_listener(control)
        with Proxy(rules, listener, hosts) as proxy:
            job = Job(
                folder=str(folder),
                port=proxy.port,
                max_bytes=max_bytes,
                seconds=rules.left_s,
                certificates=str(certificates) if certificates else None,
                arguments=_arguments(link, proxy, folder, max_bytes),
            )
            _send(process, control, json.dumps(asdict(job)).encode())
            code = _wait(process, rules.left_s, on_progress)
        downloads = [path for path in folder.glob("item.*") if _is_whole(path)]
        if code not in (0, MAX_DOWNLOADS_REACHED) or len(downloads) != 1:
            raise _failure(link, proxy, folder, max_bytes)
        info = _read_info(folder / "info")
        return PageVideo(
            path=downloads[0],
            title=_text(info.get("title")),
            page_url=_text(info.get("webpage_url")),
            videos=videos if isinstance(videos := info.get("playlist_count"), int) else 1,
        )


def _arguments(link: Link, proxy: Proxy, folder: Path, max_bytes: int) -> list[str]:
    return [
        *SWITCHES,
        *FORMAT,
        *("--proxy", proxy.url),
        *("--max-filesize", str(max_bytes)),
        *("--ffmpeg-location", str(folder / "none")),
        *("--output", f"{str(folder).replace('%', '%%')}/item.%(ext)s"),
        *("--print-to-file", INFO_TEMPLATE, f"{str(folder).replace('%', '%%')}/info"),
        "--",
        link.url,
    ]


@contextlib.contextmanager
def _child(folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", socket.socket | None]]:
    """The process, waiting for its job, and on Linux the socket over which it gets it."""
    control: socket.socket | None = None
    with contextlib.ExitStack() as opened:
        stdin = subprocess.PIPE
        if sys.platform == "linux":
            control, child_end = socket.socketpair()
            opened.enter_context(control)
            stdin = opened.enter_context(child_end).fileno()
        out = opened.enter_context((folder / "stdout").open("wb"))
        err = opened.enter_context((folder / "stderr").open("wb"))
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", BOOT, search_path(), str(os.getpid())],
            env=_environment(folder),
            cwd=folder,
            stdin=stdin,
            stdout=out,
            stderr=err,
        )
        if control is not None:
            child_end.close()  # so that reading here ends when the child does
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


def _receive_listener(control: socket.socket | None) -> socket.socket | None:
    """A listening socket in the child's own network for the proxy; None where it has none."""
    if control is None:
        return None
    control.settimeout(START_S)
    try:
        answer, descriptors, _, _ = socket.recv_fds(control, 1, 1)
    except TimeoutError:
        answer, descriptors = b"", []
    if not answer:
        raise FetchFailed(Message("error-extractor-start"))
    return socket.socket(fileno=descriptors[0]) if answer == SANDBOXED else None


def _send(
    process: "subprocess.Popen[bytes]", control: socket.socket | None, message: bytes
) -> None:
    with contextlib.suppress(OSError):  # it has ended already; its exit code says so
        if control is not None:
            control.sendall(message)
            control.shutdown(socket.SHUT_WR)
        elif process.stdin is not None:
            process.stdin.write(message)
            process.stdin.close()


def _wait(process: "subprocess.Popen[bytes]", seconds: float, on_progress: OnProgress) -> int:
    """The process's exit code; -9 where it was killed after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        on_progress("fetch", 0.0)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(POLL_S)
    process.kill()
    return process.wait()


def _failure(link: Link, proxy: Proxy, folder: Path, max_bytes: int) -> LinkError:
    """Why no file was downloaded: the proxy's problem, else yt-dlp's own error."""
    if proxy.problem is not None:
        return proxy.problem
    output = "\n".join(_tail(folder / name) for name in ("stdout", "stderr"))
    if "larger than max-filesize" in output or "File too large" in output:
        return LinkTooLarge(Message("error-too-large", {"max_bytes": max_bytes}))
    if "does not pass filter (!is_live)" in output:
        return FetchFailed(Message("error-fetch-live", {"host": link.host}))
    lines = [line for line in output.splitlines() if line.startswith("ERROR: ")]
    why = obstacle(lines[-1].removeprefix("ERROR: ")) if lines else "unknown"
    return FetchFailed(Message("error-fetch-no-video", {"host": link.host, "why": why}))


def _is_whole(path: Path) -> bool:
    """True for a complete regular file: no partial download, no symbolic link."""
    return path.suffix not in (".part", ".ytdl") and path.is_file() and not path.is_symlink()


def _tail(path: Path) -> str:
    """The last LOG_BYTES of a file as text."""
    if not _is_whole(path):
        return ""
    return path.read_bytes()[-LOG_BYTES:].decode("utf-8", "backslashreplace")


def _read_info(path: Path) -> dict[str, object]:
    """What INFO_TEMPLATE printed; empty where it is missing or unreadable."""
    if not _is_whole(path):
        return {}
    for line in reversed(path.read_bytes()[:LOG_BYTES].decode("utf-8", "replace").splitlines()):
        with contextlib.suppress(ValueError):
            info = json.loads(line)
            if isinstance(info, dict):
                return info
    return {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
