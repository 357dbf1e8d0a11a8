"""The list of trust anchors is checked before a file is read, and its error says what is wrong."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app import verify
from app.errors import UsageError
from app.library.library import Library
from app.pipeline.unreadable import report_unread
from app.sandbox.client import MediaSandbox
from app.sandbox.errors import SandboxLimit
from app.settings import Settings
from hashing.errors import DecodeError
from hashing.message import Message, Param, verbatim
from tests.made.broken import make_sound_only
from tests.made.stills import make_still

REPO = Path(__file__).parents[3]


@pytest.mark.parametrize("content", [b"no certificate", b"\xff\xfe\x00"])
def test_a_check_with_an_unusable_trust_list_ends_with_the_reason(
    tmp_path: Path, content: bytes
) -> None:
    item = make_still(tmp_path / "photo.jpg", "jpeg")
    Library.open(tmp_path / "library", create=True).close()
    anchors = tmp_path / "anchors.pem"
    anchors.write_bytes(content)
    environment = {**os.environ, "FIRSTSEEN_TRUST_ANCHORS": str(anchors)}
    command = [sys.executable, "-m", "app", "check", str(item), "--library"]

    done = subprocess.run(
        [*command, str(tmp_path / "library")],
        cwd=REPO, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stdout == ""
    assert f"the trust list {anchors} should hold PEM certificates" in " ".join(done.stderr.split())


def test_a_file_that_does_not_decode_is_read_with_the_same_list(tmp_path: Path) -> None:
    path = make_sound_only(tmp_path / "sound.mp4")
    anchors = tmp_path / "anchors.pem"
    anchors.write_text("no certificate")

    with pytest.raises(UsageError, match="should hold PEM certificates"):
        report_unread(
            path, DecodeError(verbatim("no pictures in it")), Settings(trust_anchors=anchors)
        )


def test_a_file_whose_metadata_takes_too_long_is_checked_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = make_still(tmp_path / "photo.jpg", "jpeg")
    settings = Settings(library=tmp_path / "library")
    call = MediaSandbox.call

    def slow(self: MediaSandbox, task: str, /, **arguments: Any) -> Any:
        if task == "metadata":
            params: dict[str, Param] = {"limit": "10", "task": task}
            raise self._end(SandboxLimit(Message("error-sandbox-facts-cpu", params)))
        return call(self, task, **arguments)

    monkeypatch.setattr(MediaSandbox, "call", slow)
    with Library.open(settings.library, create=True) as library:
        report = verify.check_item(item, None, library, settings)
    assert report.verdict is not None
    assert [problem.id for problem in report.problems] == ["problem-metadata-unread"]
    assert report.credentials is not None
    assert report.credentials.state == "unreadable"


@pytest.mark.parametrize("task", ["probe", "metadata"])
def test_the_step_that_failed_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    item = make_still(tmp_path / "photo.jpg", "jpeg")
    error = SandboxLimit(Message("error-sandbox-facts-cpu", {"limit": "10", "task": task}))
    error.task = task
    asked: list[str] = []
    call = MediaSandbox.call

    def noted(self: MediaSandbox, name: str, /, **arguments: Any) -> Any:
        asked.append(name)
        return call(self, name, **arguments)

    monkeypatch.setattr(MediaSandbox, "call", noted)
    report_unread(item, error, Settings())
    assert asked == [name for name in ("metadata", "probe") if name != task]
