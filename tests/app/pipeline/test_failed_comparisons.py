"""One comparison that fails: the check goes on with the others, and says which one it was."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app import verify
from app.library.library import Library
from app.library.records import FileFacts
from app.pipeline.add_clip import add_clip
from app.pipeline.check_again import MAIN, StoredItem, check_again, matches_since
from app.report.report_json import to_json
from app.sandbox.client import MediaSandbox
from app.sandbox.errors import SandboxKilled, SandboxMemory
from app.settings import Settings
from hashing.message import Message
from tests.made import scene
from tests.made.parts import make_two_tracks

SCENE, OTHER = 31, 32
SIZE = (320, 180)
DAMAGED = "'damaged.png' (R000001: its stored fingerprint is damaged)"

type Fault = Callable[[MediaSandbox, str], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(library=tmp_path / "library")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two copies of the same footage, and an item of it."""
    folder = tmp_path_factory.mktemp("made")
    photo = Image.fromarray(scene(SCENE, 0.5, SIZE))
    photo.save(folder / "item.jpg", quality=70)
    settings = Settings(library=folder / "library")
    with Library.open(settings.library, create=True) as library:
        for name in ("damaged.png", "sound.webp"):
            photo.save(folder / name)
            add_clip(folder / name, library, settings)
    return folder


@pytest.fixture
def item(made: Path) -> Path:
    return made / "item.jpg"


@pytest.fixture
def library(made: Path, settings: Settings) -> Iterator[Library]:
    shutil.copytree(made / "library", settings.library)
    with Library.open(settings.library) as library:
        yield library


def damage(settings: Settings, table: str, column: str, clip: int = 1) -> None:
    with closing(sqlite3.connect(settings.library / "library.db")) as database, database:
        database.execute(f"UPDATE {table} SET {column} = x'7500ff' WHERE clip = ?", (clip,))


def faulty(monkeypatch: pytest.MonkeyPatch, task: str, fault: Fault, times: int = 1) -> None:
    """Before the first so many calls of a task, do something to the sandbox."""
    left = [times]
    call = MediaSandbox.call

    def instead(self: MediaSandbox, name: str, /, **arguments: Any) -> Any:
        if name == task and left[0]:
            left[0] -= 1
            fault(self, name)
        return call(self, name, **arguments)

    monkeypatch.setattr(MediaSandbox, "call", instead)


def out_of_memory(sandbox: MediaSandbox, task: str) -> None:
    raise sandbox._end(SandboxMemory(Message("error-sandbox-memory", {"limit": "1"})))


def killed(sandbox: MediaSandbox, task: str) -> None:
    sandbox._child.kill()


def report_on(item: Path, library: Library, settings: Settings) -> dict[str, Any]:
    return to_json(verify.check_item(item, None, library, settings))


@pytest.mark.parametrize(
    ("table", "column"),
    [("fingerprints", "times"), ("fingerprints", "phash"), ("fingerprints", "problems"),
     ("pictures", "times")],
)  # fmt: skip
def test_a_damaged_clip_is_named_and_the_others_are_compared(
    library: Library, settings: Settings, item: Path, table: str, column: str
) -> None:
    damage(settings, table, column)
    report = report_on(item, library, settings)
    assert [match["clip"]["name"] for match in report["matches"]] == ["sound.webp"]
    assert report["verdict"]["matched"]
    assert f"Not compared: {DAMAGED}" in report["problems"]
    limit = f"Compared with all but {DAMAGED}: a match may have been missed"
    assert limit in report["verdict"]["limits"]


def test_no_match_says_what_was_not_compared(
    library: Library, settings: Settings, item: Path
) -> None:
    library.remove("R000002")
    damage(settings, "fingerprints", "pdq")
    verdict = report_on(item, library, settings)["verdict"]
    assert verdict["relation"] == "none"
    assert "1 comparison failed" in verdict["headline"]
    assert verdict["limits"][0].startswith(f"Compared with all but {DAMAGED}")


def test_a_comparison_that_ends_the_process_leaves_the_next_one_a_new_one(
    library: Library, settings: Settings, item: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty(monkeypatch, "compare", out_of_memory)
    checked = verify.check(item, None, library, settings)
    report = to_json(checked.report)
    (match,) = [match for match in report["matches"] if match["accepted"]]
    assert any("it took more memory than allowed" in text for text in report["problems"])
    assert set(checked.sheets) == {match["clip"]["id"]}  # the new process holds the item


def test_after_too_many_ended_processes_no_more_are_tried(
    library: Library, settings: Settings, item: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.pipeline.find_matches.MAX_FAILED_PROCESSES", 1)
    faulty(monkeypatch, "compare", out_of_memory)
    report = report_on(item, library, settings)
    assert report["verdict"]["relation"] == "none"
    assert any("1 comparison had failed before it" in text for text in report["problems"])


def test_a_process_killed_from_outside_is_started_again(
    library: Library, settings: Settings, item: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for task in ("metadata", "fingerprint", "compare", "parts", "evidence"):
        faulty(monkeypatch, task, killed)
    checked = verify.check(item, None, library, settings)
    assert checked.verdict.matched
    assert checked.verdict.shortfalls == ()
    assert len(checked.sheets) == 2


def test_one_killed_twice_is_not_the_file_s_fault(
    library: Library, settings: Settings, item: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty(monkeypatch, "fingerprint", killed, times=2)
    with pytest.raises(SandboxKilled, match="This says nothing about the file"):
        report_on(item, library, settings)


def test_a_recheck_goes_on_too(library: Library, settings: Settings, item: Path) -> None:
    with verify.start_check(item, None, library, settings) as judged:
        stored = StoredItem(FileFacts("item.jpg", "0" * 64, 1), judged.query, judged.metadata)
    damage(settings, "fingerprints", "times")
    accepted = matches_since(stored, 0, library, settings)
    assert {part: set(matches) for part, matches in accepted.items()} == {MAIN: {"R000002"}}
    report = to_json(check_again(stored, None, library, settings, accepted).report)
    assert f"Not compared: {DAMAGED}" in report["problems"]
    assert report["verdict"]["matched"]


def test_of_a_further_track_the_same_is_said(
    library: Library, settings: Settings, tmp_path: Path
) -> None:
    damage(settings, "fingerprints", "times")
    item = make_two_tracks(tmp_path / "two.mp4", (OTHER, SCENE), 1.0, SIZE)
    report = report_on(item, library, settings)
    assert report["verdict"]["matched"]
    (limit,) = [text for text in report["verdict"]["limits"] if "all but" in text]
    assert f"in video track 2 (h264), {DAMAGED}" in limit


def test_parts_that_cannot_be_listed_are_a_limit(
    library: Library, settings: Settings, item: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty(monkeypatch, "parts", out_of_memory)
    report = report_on(item, library, settings)
    assert report["verdict"]["matched"]
    assert any("what the file holds beside" in text for text in report["verdict"]["limits"])


def test_frames_that_cannot_be_shown_leave_those_of_other_matches(
    library: Library, settings: Settings, item: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty(monkeypatch, "evidence", out_of_memory)
    checked = verify.check(item, None, library, settings)
    assert len(checked.verdict.comparisons) == 2
    assert len(checked.sheets) == 1
