"""Exports of Telegram Desktop."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.imports.sources import read_source
from app.imports.statements import ImportUnreadable

MESSAGE: dict[str, Any] = {
    "id": 17,
    "type": "message",
    "date": "2019-03-14T20:50:00",
    "date_unixtime": "1552567800",
    "from": "Harbour Watch",
    "forwarded_from": "Someone else",
    "file": "video_files/towers.mp4",
    "media_type": "video_file",
    "mime_type": "video/mp4",
    "text": ["Towers ", {"type": "bold", "text": "at night"}],
}
CHANNEL: dict[str, Any] = {"name": "Harbour Watch", "type": "public_channel", "id": 1234567890}


def export_of(folder: Path, *messages: object, whole: bool = False) -> Path:
    """The export of one chat, or of all."""
    (folder / "video_files").mkdir(parents=True)
    (folder / "video_files" / "towers.mp4").write_bytes(b"footage")
    chat = CHANNEL | {"messages": list(messages)}
    data = {"about": "…", "chats": {"about": "…", "list": [chat]}} if whole else chat
    (folder / "result.json").write_text(json.dumps(data))
    return folder


@pytest.mark.parametrize("whole", [False, True])
def test_a_message_dates_its_media_and_names_its_channel(tmp_path: Path, whole: bool) -> None:
    folder = export_of(tmp_path / "export", MESSAGE, whole=whole)
    source = read_source(folder)
    assert source.kind == "telegram"
    assert read_source(folder / "result.json") == source
    (entry,) = source.entries
    assert entry.path == folder / "video_files" / "towers.mp4"
    assert entry.context.title == "Towers at night"
    assert entry.context.notes == "forwarded from: Someone else"
    (appearance,) = entry.context.appearances
    assert (appearance.kind, appearance.date) == ("published", "2019-03-14T12:50:00Z")
    assert appearance.publisher == "Harbour Watch"
    assert appearance.source_url == "https://t.me/c/1234567890/17"


def test_a_date_without_zone_stays_without_zone(tmp_path: Path) -> None:
    old = {key: value for key, value in MESSAGE.items() if key != "date_unixtime"}
    (entry,) = read_source(export_of(tmp_path / "export", old)).entries
    assert entry.context.appearances[0].date == "2019-03-14T20:50:00"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.mp4",
        "video_files/../../secret.mp4",
        "/etc/hostname",
        "(File not included. Change data exporting settings to download.)",
        "video_files",
        "a\0b",
    ],
)
def test_a_file_that_is_not_in_the_folder_is_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.mp4").write_bytes(b"another's")
    source = read_source(export_of(tmp_path / "export", MESSAGE | {"file": name}, MESSAGE))
    assert len(source.entries) == 1
    assert len(source.passed_over) == 1


def test_what_is_no_footage_is_no_clip(tmp_path: Path) -> None:
    source = read_source(
        export_of(
            tmp_path / "export",
            {"id": 1, "type": "service", "action": "pin_message"},
            MESSAGE | {"file": "files/list.pdf", "mime_type": "application/pdf"},
            {"id": 3, "type": "message", "text": "no media"},
            "not a message",
            None,
        )
    )
    assert (source.entries, source.passed_over) == ((), ())


@pytest.mark.parametrize("seconds", ["0", "99999999999999999999", "abc", -5, True])
def test_an_impossible_date_dates_nothing(tmp_path: Path, seconds: object) -> None:
    odd = MESSAGE | {"date_unixtime": seconds, "date": "yesterday"}
    (entry,) = read_source(export_of(tmp_path / "export", odd)).entries
    assert entry.context.appearances == ()
    assert entry.left_out


def test_a_broken_export_is_refused_in_words(tmp_path: Path) -> None:
    folder = export_of(tmp_path / "export", MESSAGE)
    (folder / "result.json").write_bytes(b'{"messages": [')
    with pytest.raises(ImportUnreadable, match=r"is not JSON \(line 1\)"):
        read_source(folder)


def test_a_file_that_was_posted_twice_keeps_both_dates(tmp_path: Path) -> None:
    later = MESSAGE | {"id": 18, "date_unixtime": "1700000000"}
    for order in ([MESSAGE, later], [later, MESSAGE]):
        folder = tmp_path / str(order[0]["id"])
        (entry,) = read_source(export_of(folder, *order)).entries
        dates = {appearance.date for appearance in entry.context.appearances}
        assert dates == {"2019-03-14T12:50:00Z", "2023-11-14T22:13:20Z"}


@pytest.mark.parametrize("kind", ["personal_chat", "saved_messages", "private_group", None])
def test_a_chat_without_addresses_publishes_nothing(tmp_path: Path, kind: str | None) -> None:
    folder = export_of(tmp_path / "export", MESSAGE)
    chat = json.loads((folder / "result.json").read_text()) | {"type": kind}
    (folder / "result.json").write_text(json.dumps(chat))
    (entry,) = read_source(folder).entries
    assert entry.context.appearances == ()
    assert "2019-03-14T12:50:00Z" in (entry.context.notes or "")
    assert "have no address" in str(entry.left_out[0])
