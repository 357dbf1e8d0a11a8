"""The process that runs yt-dlp: it locks itself down, runs one job and ends.

    python -I -c "..." SEARCH_PATH      (see app.fetch.extractor)

Its job comes over standard input as JSON, so that neither the link nor the proxy's secret is on
a command line, which everybody on the machine can read. On Linux standard input is a socket, over
which the process first sends SANDBOXED with a socket for the proxy to listen on, or OPEN.
"""

import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

SANDBOXED, OPEN = b"+", b"-"


@dataclass(frozen=True, slots=True)
class Job:
    """What yt-dlp is to do: crosses as JSON.

    folder: the only one it may write to. port: of the proxy. seconds: of CPU time. certificates:
    path of a PEM file to trust as well.
    """

    folder: str
    port: int
    max_bytes: int
    seconds: float
    certificates: str | None
    arguments: list[str]


def main() -> None:
    """Never returns: exits as yt-dlp does."""
    if sys.platform == "linux":
        _offer_listener()
    job = Job(**json.loads(sys.stdin.buffer.read()))
    null_device = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null_device, 0)
    folder = Path(job.folder)
    os.chdir(folder)
    if job.certificates:
        _trust_also(Path(job.certificates), folder)
    if sys.platform == "linux":
        from app.fetch import extractor_sandbox

        extractor_sandbox.limit(job.max_bytes, job.seconds)
        extractor_sandbox.lock(folder, job.port)
    import yt_dlp

    yt_dlp.main(job.arguments)


def _offer_listener() -> None:
    if sys.platform == "linux":
        from app.fetch import extractor_sandbox
        from app.sandbox.walls import linux

        linux.die_with_parent(int(sys.argv[2]))
        listener = extractor_sandbox.enter_own_network()
        with socket.socket(fileno=os.dup(0)) as control:
            if listener is None:
                control.sendall(OPEN)
                return
            with listener:
                socket.send_fds(control, [SANDBOXED], [listener.fileno()])


def _trust_also(certificates: Path, folder: Path) -> None:
    """yt-dlp trusts the certificates that certifi names, and has no switch for others."""
    import certifi

    bundle = folder / "certificates.pem"
    bundle.write_text(f"{certifi.contents()}\n{certificates.read_text()}")
    certifi.where = lambda: str(bundle)
