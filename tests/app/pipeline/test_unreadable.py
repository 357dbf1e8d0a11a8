"""What is still said of an item that cannot be checked."""

import hashlib
from pathlib import Path

import pytest

from app.errors import UsageError
from app.intake.item import IntakeError, NotMedia, from_path
from app.library.errors import LibraryUnusable
from app.pipeline.unreadable import report_unread
from app.report.report_json import to_json
from app.settings import Settings
from hashing.errors import DecodeError
from hashing.message import verbatim
from tests.made.broken import make_sound_only


def test_what_is_no_media_keeps_its_name_and_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("only words")
    with pytest.raises(NotMedia) as refused:
        from_path(path, 1000)

    item = to_json(report_unread(path, refused.value, Settings()))["item"]

    assert item["name"] == "notes.mp4"
    assert item["sha256"] == hashlib.sha256(b"only words").hexdigest()
    assert item["bytes"] == 10


def test_a_file_that_does_not_decode_keeps_its_metadata(tmp_path: Path) -> None:
    path = make_sound_only(tmp_path / "sound.mp4")
    error = DecodeError(verbatim("no pictures in it"))

    data = to_json(report_unread(path, error, Settings()))

    assert data["verdict"] is None
    assert data["problems"] == ["no pictures in it"]
    assert data["item"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert data["metadata"]["fields"]
    assert data["credentials"] == {"state": "none"}


def test_a_file_that_is_gone_keeps_its_name(tmp_path: Path) -> None:
    report = report_unread(
        tmp_path / "gone.mp4", IntakeError(verbatim("there is no such file")), Settings()
    )

    assert (report.item.name, report.item.sha256) == ("gone.mp4", None)
    assert report.problems == (verbatim("there is no such file"),)


def test_an_upload_is_called_what_its_owner_called_it(tmp_path: Path) -> None:
    report = report_unread(
        tmp_path / "5f3a", IntakeError(verbatim("gone")), Settings(), name="clip.mp4"
    )

    assert report.item.name == "clip.mp4"


@pytest.mark.parametrize(
    "error", [LibraryUnusable(verbatim("gone")), UsageError(verbatim("wrong"))]
)
def test_what_is_not_the_item_s_fault_is_no_report(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)):
        report_unread(tmp_path / "a.mp4", error, Settings())  # type: ignore[arg-type]
