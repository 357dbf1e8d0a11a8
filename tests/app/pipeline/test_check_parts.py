"""Known footage in another part of a file than its main one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import verify
from app.dates import parse_date
from app.library.context_csv import Context
from app.library.library import Library
from app.library.records import Appearance, FileFacts
from app.pipeline.add_clip import add_clip
from app.pipeline.check_again import MAIN, StoredItem, check_again, matches_since
from app.pipeline.check_parts import parts_to_store
from app.pipeline.compare_files import compare
from app.report.report_json import to_json
from app.settings import Settings
from app.store.audited_changes import addition_entries
from app.verdict.claim import Claim
from tests.made import make_video
from tests.made.parts import make_motion_photo, make_two_tracks, with_unknown_coding

KNOWN, OTHER = 21, 22  # scenes: one that the library holds, one that it does not
SIZE = (320, 180)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(library=tmp_path_factory.mktemp("parts") / "library")


@pytest.fixture(scope="module")
def library(settings: Settings) -> Iterator[Library]:
    library = Library.open(settings.library, create=True)
    path = make_video(settings.library.parent / "known.mp4", KNOWN, 4.0, size=SIZE)
    add_clip(path, library, settings, Context(appearances=(Appearance("published", "2019-06-12"),)))
    yield library
    library.close()


def report_on(path: Path, library: Library, settings: Settings) -> dict[str, Any]:
    claim = Claim(date=parse_date("2024-08-02"))
    checked = verify.check(path, claim, library, settings)
    return {**to_json(checked.report), "sheets": checked.sheets}


def test_known_footage_in_a_second_track_is_matched_and_named(
    settings: Settings, library: Library, tmp_path: Path
) -> None:
    item = make_two_tracks(tmp_path / "two.mp4", (OTHER, KNOWN), 3.0, SIZE)
    report = report_on(item, library, settings)
    (part,) = report["parts"]
    assert (part["id"], part["checked"], part["reason"]) == ("track-2", True, None)
    assert part["unmatched"] == []
    assert report["unmatched"] == [[0.0, pytest.approx(3.0, abs=0.05)]]  # the main part
    assert report["verdict"]["matched"]
    assert "track 2" in report["verdict"]["headline"]
    (match,) = [match for match in report["matches"] if match["accepted"]]
    assert {segment["part"] for segment in match["segments"]} == {"track-2"}
    assert all(edit["part"] == "track-2" for edit in match["edits"])
    assert match["coverage"]["query"] == 0  # of the main part
    assert report["claim"]["date"]["finding"] == "partly_contradicted"
    (ranges,) = report["claim"]["date"]["parts"]
    assert (ranges["part"], ranges["query"]) == ("track-2", [[0.0, pytest.approx(3.0, abs=0.1)]])
    assert set(report["sheets"]) == {match["clip"]["id"]}


def test_a_photo_and_its_video_are_one_match_of_one_clip(
    settings: Settings, library: Library, tmp_path: Path
) -> None:
    item = make_motion_photo(tmp_path / "photo.jpg", "google_jpeg", KNOWN, 2.0)
    report = report_on(item, library, settings)
    assert [part["checked"] for part in report["parts"]] == [True]
    (match,) = [match for match in report["matches"] if match["accepted"]]
    assert [segment.get("part") for segment in match["segments"]] == [None, "video-1"]
    assert report["item"]["kind"] == "still"
    assert report["claim"]["date"]["finding"] == "contradicted"


def test_a_part_that_is_not_checked_is_a_limit_of_the_verdict(
    settings: Settings, library: Library, tmp_path: Path
) -> None:
    whole = make_two_tracks(tmp_path / "two.mp4", (KNOWN, OTHER), 3.0, SIZE)
    item = with_unknown_coding(whole, tmp_path / "unknown.mp4", b"zzzz", track=1)
    report = report_on(item, library, settings)
    (part,) = report["parts"]
    assert (part["checked"], part["reason"]) == (False, "its codec (zzzz) is not known")
    limits = report["verdict"]["limits"]
    assert any(limit.startswith("Not checked: video track 2") for limit in limits)
    assert "part" not in report["matches"][0]["segments"][0]


def test_an_ordinary_item_has_no_parts(
    settings: Settings, library: Library, tmp_path: Path
) -> None:
    item = make_video(tmp_path / "item.mp4", KNOWN, 2.0, size=SIZE)
    assert report_on(item, library, settings)["parts"] == []


def test_a_recheck_searches_for_the_parts_too(settings: Settings, tmp_path: Path) -> None:
    item = make_two_tracks(tmp_path / "two.mp4", (OTHER, KNOWN), 3.0, SIZE)
    known = make_video(tmp_path / "known.mp4", KNOWN, 4.0, size=SIZE)
    with Library.open(tmp_path / "library", create=True) as library:
        with verify.start_check(item, None, library, settings) as judged:
            parts = parts_to_store(judged.parts)
            facts = FileFacts("two.mp4", "0" * 64, 1)
            stored = StoredItem(facts, judged.query, judged.metadata, parts)
        add_clip(known, library, settings)
        matches = matches_since(stored, 0, library, settings)
        assert {part: set(of_part) for part, of_part in matches.items()} == {
            MAIN: set(),
            "track-2": {"R000001"},
        }
        checked = check_again(stored, None, library, settings, matches)
    assert [part.id for part in checked.report.parts] == ["track-2"]
    assert checked.verdict.matched
    assert set(checked.sheets) == {"R000001"}


def test_each_part_becomes_a_clip_of_the_library(settings: Settings, tmp_path: Path) -> None:
    file = make_two_tracks(tmp_path / "two.mp4", (OTHER, KNOWN), 3.0, SIZE)
    item = make_video(tmp_path / "item.mp4", KNOWN, 2.0, size=SIZE)
    with Library.open(tmp_path / "library", create=True) as library:
        added = add_clip(file, library, settings)
        assert (added.clip_id, added.parts) == ("R000001", ("R000002",))
        assert library.clip("R000002").name == "two.mp4 (video track 2 (h264))"
        report = report_on(item, library, settings)
        (match,) = [match for match in report["matches"] if match["accepted"]]
        assert match["clip"]["id"] == "R000002"
        same = report_on(file, library, settings)
        accepted = {m["clip"]["id"]: m for m in same["matches"] if m["accepted"]}
    assert same["verdict"]["relation"] == "exact"
    assert set(accepted) == {"R000001", "R000002"}


def test_adding_a_file_again_adds_the_parts_that_are_missing(
    settings: Settings, tmp_path: Path
) -> None:
    file = make_two_tracks(tmp_path / "two.mp4", (OTHER, KNOWN), 1.0, SIZE)
    with Library.open(tmp_path / "library", create=True) as library:
        add_clip(file, library, settings)
        library.remove("R000002")
        again = add_clip(file, library, settings)
        assert (again.new, again.parts) == (False, ("R000003",))
        assert addition_entries(again) == [("clip.add", "R000003")]
        assert add_clip(file, library, settings).parts == ()


def test_two_files_are_compared_with_all_their_parts(settings: Settings, tmp_path: Path) -> None:
    two = make_two_tracks(tmp_path / "two.mp4", (OTHER, KNOWN), 3.0, SIZE)
    plain = make_video(tmp_path / "plain.mp4", KNOWN, 3.0, size=SIZE)
    checked = compare(two, plain, settings)
    report = to_json(checked.report)
    assert [part["id"] for part in report["parts"]] == ["track-2"]
    (match,) = report["matches"]
    assert {segment["part"] for segment in match["segments"]} == {"track-2"}
    assert set(checked.sheets) == {"B"}
    turned = to_json(compare(plain, two, settings).report)
    assert turned["verdict"]["matched"]
    assert "Of the other file, video track 2 (h264) is what matches" in turned["verdict"]["limits"]
