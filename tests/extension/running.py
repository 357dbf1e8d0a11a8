"""A real service with a small library, which a test may stop and start again."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from app.settings import Settings
from tests.app.api.access_made import made_key
from tests.extension.chromium import wait_for

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
SCOPES = ("check", "library:read")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Running:
    """`firstseen serve` on a port of its own, with two samples in its library."""

    def __init__(self, folder: Path) -> None:
        self.library = folder / "library"
        self.log = folder / "log"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        known = [str(SAMPLES / "library" / name) for name in ("skyline.mp4", "launch.jpg")]
        self._command("library", "add", *known, "--context", f"{SAMPLES}/context.csv")
        self.key = made_key(Settings(library=self.library), *SCOPES, name="desk")[1]
        self._process: subprocess.Popen[bytes] | None = None

    def _command(self, *words: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "app", *words, "--library", str(self.library)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 3), done.stderr  # 3: a row of the context for another file

    def start(self) -> None:
        words = ["serve", "--library", str(self.library), "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app", *words, "--unsafe-decoding"],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        wait_for(self.answers, "the service", 60)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/v1/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def upload(self, item: str, claimed_date: str) -> str:
        """The id of a check of a sample, started as another program would."""
        parts = (
            f'--b\r\nContent-Disposition: form-data; name="claimed_date"\r\n\r\n{claimed_date}\r\n'
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="{item}"\r\n\r\n'
        )
        content = parts.encode() + (SAMPLES / "items" / item).read_bytes() + b"\r\n--b--\r\n"
        headers = {
            "authorization": f"Bearer {self.key}",
            "content-type": "multipart/form-data; boundary=b",
        }
        request = urllib.request.Request(f"{self.address}/v1/checks", content, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(json.load(answer)["id"])

    def stop(self) -> None:
        """At once, as a machine that is pulled from the wall."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)
            self._process = None
