"""Folders of yt-dlp: what an info.json may say of a clip, and what no stranger's file may do."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.imports.sources import read_source
from app.imports.statements import ImportUnreadable
from app.imports.ytdlp import MAX_INFO_BYTES, context_of

POST: dict[str, Any] = {
    "id": "abc",
    "title": "Towers  at night",
    "ext": "mp4",
    "extractor": "youtube",
    "extractor_key": "Youtube",
    "webpage_url": "https://www.youtube.com/watch?v=abc",
    "uploader": "Harbour Watch",
    "timestamp": 1552567800,
    "upload_date": "20190314",
    "epoch": 1700000000,
    "http_headers": {"Cookie": "secret"},
    "cookies": "secret",
}


def folder_of(tmp_path: Path, **files: object) -> Path:
    """info.json files by stem (bytes as they are), each beside a file of that stem."""
    for stem, info in files.items():
        data = info if isinstance(info, bytes) else json.dumps(info).encode()
        (tmp_path / f"{stem}.info.json").write_bytes(data)
        (tmp_path / f"{stem}.mp4").write_bytes(b"footage")
        (tmp_path / f"{stem}.jpg").write_bytes(b"thumbnail")
    return tmp_path


def test_a_site_s_own_date_of_a_known_page_is_a_publication(tmp_path: Path) -> None:
    source = read_source(folder_of(tmp_path, post=POST))
    assert source.kind == "yt-dlp"
    (entry,) = source.entries
    assert entry.path == tmp_path / "post.mp4"
    assert entry.left_out == ()
    assert entry.context.title == "Towers at night"
    (appearance,) = entry.context.appearances
    assert appearance.kind == "published"
    assert appearance.date == "2019-03-14T12:50:00Z"
    assert appearance.source_url == POST["webpage_url"]
    assert appearance.publisher == "Harbour Watch"
    assert "secret" not in repr(entry)


def test_the_day_counts_where_there_is_no_time() -> None:
    context, _ = context_of(POST | {"timestamp": None})
    assert [one.date for one in context.appearances] == ["2019-03-14"]


@pytest.mark.parametrize(
    "changes",
    [
        {"extractor": "generic", "extractor_key": "Generic"},
        {"extractor": "", "extractor_key": None},
        {"extractor": "html5", "extractor_key": "HTML5MediaEmbed"},
        {"extractor": "generic:quoted-html", "extractor_key": "QuotedHTML"},
        {"extractor": "generic", "extractor_key": "Youtube"},
        {"webpage_url": "http://nas.local/video"},
        {"webpage_url": "http://desk.internal/video"},
        {"webpage_url": None},
        {"webpage_url": "http://192.168.1.7/video"},
        {"webpage_url": "http://localhost/video"},
        {"webpage_url": "file:///etc/passwd"},
        {"timestamp": 5, "upload_date": "19700101"},
        {"timestamp": 9e15, "upload_date": "99990101"},
        {"timestamp": 1e300, "upload_date": "20191399"},
    ],
)
def test_a_date_that_nobody_vouches_for_dates_nothing(changes: dict[str, Any]) -> None:
    context, left_out = context_of(POST | changes)
    assert context.appearances == ()
    assert left_out
    assert context.title == "Towers at night", "the rest is taken"


def test_when_it_was_saved_is_noted_and_dates_nothing() -> None:
    context, left_out = context_of({"title": "A", "epoch": 1700000000})
    assert context.appearances == ()
    assert context.notes == "saved by yt-dlp, by its own clock: 2023-11-14T22:13:20Z"
    assert left_out == ()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe{", "is not UTF-8"),
        (b"[]", "is not the JSON object"),
        (b"[" * 100_000, "is not"),
        (b" " * (MAX_INFO_BYTES + 1), "is larger than 16"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_the_others(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    source = read_source(folder_of(tmp_path, bad=data, post=POST))
    assert [entry.path.name for entry in source.entries] == ["post.mp4"]
    (passed,) = source.passed_over
    assert passed.name == "bad.info.json"
    assert reason in str(passed.reason)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "secret.mp4"
    inside.mkdir()
    outside.write_bytes(b"another's")
    (inside / "post.info.json").write_text(json.dumps(POST))
    (inside / "post.mp4").symlink_to(outside)
    source = read_source(inside)
    assert source.entries == ()
    assert len(source.passed_over) == 1


def test_lists_and_files_without_footage_are_no_clips(tmp_path: Path) -> None:
    (tmp_path / "list.info.json").write_text(json.dumps({"_type": "playlist", "title": "All"}))
    (tmp_path / "gone.info.json").write_text(json.dumps(POST))
    source = read_source(tmp_path)
    assert source.entries == ()
    assert [passed.name for passed in source.passed_over] == ["gone.info.json"]


def test_a_folder_of_neither_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"footage")
    with pytest.raises(ImportUnreadable, match="is no folder of yt-dlp"):
        read_source(tmp_path)
    with pytest.raises(ImportUnreadable, match="is no folder"):
        read_source(tmp_path / "nowhere")


def test_another_tool_s_result_does_not_stop_a_folder(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text("scores: 1")
    assert read_source(folder_of(tmp_path, post=POST)).kind == "yt-dlp"
