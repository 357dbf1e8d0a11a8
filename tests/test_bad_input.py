"""Files and folders that go wrong, through the built command line: each gives a report or one clear
line, the right exit code, and an unharmed library."""

import ctypes
import hashlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.made import make_video
from tests.made.broken import (
    POINTER_SUFFIXES,
    make_cut_short,
    make_damaged_middle,
    make_long,
    make_no_frames,
    make_one_frame,
    make_pointer,
    make_sound_only,
    make_without_index,
)
from tests.made.stills import SUFFIXES, make_animation, make_huge_png, make_still

ROOT = Path(__file__).parents[1]
ODD_NAME = 'it\'s "quoted" \n über 東京 \u202e.mp4'

UNREADABLE = {  # name -> what its report says
    "empty.mp4": "empty",
    "text.mp4": "text",
    "no-index.mp4": "read",
    "no-frames.mp4": "not one frame",
    "sound.mp4": "no video stream",
    "huge.png": "max_pixels",
    **{f"pointer{suffix}": "" for suffix in POINTER_SUFFIXES.values()},
}


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.out)
        return report


def firstseen(*words: object, cwd: Path = ROOT, **options: Any) -> Run:
    command = [sys.executable, "-m", "app", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("settings", {})}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=300, **options
    )
    return Run(done.returncode, done.stdout, done.stderr)


def fingerprint_of(folder: Path) -> dict[str, str]:
    """Every file below a folder and its hash."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of everything that may go wrong in a file, all of one scene where it shows any."""
    folder = tmp_path_factory.mktemp("items")
    target = make_video(tmp_path_factory.mktemp("elsewhere") / "target.ts", 1, 1.0)
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "text.mp4").write_text("This is a text, whatever it is called.\n" * 50)
    make_without_index(folder / "no-index.mp4")
    make_cut_short(folder / "cut-short.mp4")
    make_damaged_middle(folder / "damaged.mp4")
    make_sound_only(folder / "sound.mp4")
    make_one_frame(folder / "one-frame.mp4")
    make_no_frames(folder / "no-frames.mp4")
    make_long(folder / "long.mp4", every_s=180.0)
    make_huge_png(folder / "huge.png")
    make_animation(folder / "animation.gif", "gif")
    make_animation(folder / "animation.webp", "webp")
    make_animation(folder / "animation.png", "apng")
    for kind, suffix in SUFFIXES.items():
        make_still(folder / f"still-{kind}{suffix}", kind)
    for pointer, suffix in POINTER_SUFFIXES.items():
        make_pointer(folder / f"pointer{suffix}", pointer, str(target))
    make_video(folder / ODD_NAME, 1, 2.0)
    make_video(folder / "whole.mp4", 1, 5.0)
    return folder


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that knows the scene of most items."""
    folder = tmp_path_factory.mktemp("known")
    clip = make_video(folder / "scene.mp4", 1, 6.0)
    run = firstseen("library", "add", clip, "--library", folder / "library")
    assert run.code == 0, run.err
    return folder / "library"


@pytest.fixture(scope="module")
def scanned(
    items: Path, library: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Run, dict[str, dict[str, Any]]]:
    """What `scan` said of the folder, and each report by the item's name."""
    jsonl = tmp_path_factory.mktemp("scanned") / "reports.jsonl"
    before = fingerprint_of(library)
    run = firstseen("scan", items, "--jsonl", jsonl, "--library", library)
    after = fingerprint_of(library)
    assert before["library.db"] == after["library.db"], "a check must not write to the library"
    reports = [json.loads(line) for line in jsonl.read_text().splitlines()]
    return run, {report["item"]["name"]: report for report in reports}


type Scanned = tuple[Run, dict[str, dict[str, Any]]]


def test_every_item_has_one_report_and_the_exit_code_says_that_some_failed(
    scanned: Scanned, items: Path
) -> None:
    run, reports = scanned
    assert run.code == 3
    assert sorted(reports) == sorted(path.name for path in items.iterdir())


def test_no_fault_of_firstseen_itself_came_up(scanned: Scanned) -> None:
    run, reports = scanned
    printed = run.err + "".join(p for report in reports.values() for p in report["problems"])
    assert "fault of firstseen" not in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_says_why_and_has_no_verdict(scanned: Scanned, name: str) -> None:
    report = scanned[1][name]
    assert report["verdict"] is None
    assert len(report["problems"]) >= 1
    assert UNREADABLE[name] in " ".join(report["problems"])


@pytest.mark.parametrize("kind", SUFFIXES)
def test_a_still_of_the_scene_is_found_in_every_format(scanned: Scanned, kind: str) -> None:
    report = scanned[1][f"still-{kind}{SUFFIXES[kind]}"]  # type: ignore[index]
    item = report["item"]
    assert (item["kind"], item["width"], item["height"]) == ("still", 640, 360)
    assert report["verdict"]["matched"], report["verdict"]


@pytest.mark.parametrize("name", ["animation.gif", "animation.webp", "animation.png"])
def test_the_frames_of_an_animation_are_used(scanned: Scanned, name: str) -> None:
    report = scanned[1][name]
    assert report["item"]["kind"] == "video"
    assert report["item"]["duration_s"] == pytest.approx(1.2, abs=0.11)
    assert report["verdict"]["matched"], report["verdict"]


def test_a_video_cut_short_is_matched_on_what_is_left(scanned: Scanned) -> None:
    report = scanned[1]["cut-short.mp4"]
    assert report["verdict"]["matched"]
    assert any("ends at" in problem for problem in report["problems"])
    assert report["matches"][0]["segments"][-1]["query"][1] < 4.5


def test_a_hole_in_a_video_is_reported_and_the_rest_is_used(scanned: Scanned) -> None:
    report = scanned[1]["damaged.mp4"]
    assert report["verdict"]["matched"]
    assert any("decodes" in problem for problem in report["problems"])


def test_a_video_of_one_frame_is_checked_as_a_still(scanned: Scanned) -> None:
    report = scanned[1]["one-frame.mp4"]
    assert report["item"]["kind"] == "still"
    assert report["item"]["duration_s"] is None
    assert report["verdict"]["relation"] == "excerpt"


def test_a_name_of_any_letters_is_kept_in_json_and_harmless_in_the_terminal(
    scanned: Scanned, items: Path, library: Path
) -> None:
    assert scanned[1][ODD_NAME]["verdict"]["matched"]
    run = firstseen("check", items / ODD_NAME, "--library", library)
    assert run.code == 0
    assert "\u202e" not in run.out
    assert "東京" in run.out
    assert not any(line.strip().startswith("über") for line in run.out.splitlines())


def test_the_target_of_a_playlist_is_not_opened(scanned: Scanned) -> None:
    for suffix in POINTER_SUFFIXES.values():
        item = scanned[1][f"pointer{suffix}"]["item"]
        assert item.get("video_codec") is None, suffix


def test_the_address_in_a_playlist_is_not_called(library: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/clip.ts"
        for kind, suffix in POINTER_SUFFIXES.items():
            make_pointer(tmp_path / f"pointer{suffix}.mp4", kind, address)
        run = firstseen("scan", tmp_path, "--jsonl", tmp_path / "out.jsonl", "--library", library)
        with pytest.raises(TimeoutError):
            server.accept()
    assert run.code == 3


def test_a_limit_is_a_setting_and_its_error_names_it(items: Path, library: Path) -> None:
    limits = {
        "max_bytes": ("animation.gif", "1000"),
        "max_pixels": ("still-png.png", "10000"),
    }
    for name, (item, value) in limits.items():
        settings = {f"FIRSTSEEN_{name.upper()}": value}
        run = firstseen("check", items / item, "--library", library, "--json", settings=settings)
        assert run.code == 3, name
        assert name in " ".join(run.report()["problems"]).lower(), run.report()["problems"]


@pytest.mark.parametrize(
    ("name", "item", "value", "end_s"),
    [("max_frames", "whole.mp4", "50", 2.0), ("max_duration_s", "whole.mp4", "2.5", 2.5)],
)
def test_beyond_a_limit_there_is_a_verdict_on_what_was_covered(
    items: Path, library: Path, name: str, item: str, value: str, end_s: float
) -> None:
    settings = {f"FIRSTSEEN_{name.upper()}": value}
    run = firstseen("check", items / item, "--library", library, "--json", settings=settings)
    report = run.report()
    assert run.code == 0, run.err
    assert report["verdict"]["matched"]
    assert report["unmatched"][-1] == pytest.approx([end_s, report["item"]["duration_s"]], abs=0.1)
    assert name in " ".join(report["problems"])
    assert "not checked" in " ".join(report["verdict"]["limits"])


def test_a_ten_hour_video_is_checked_as_far_as_the_setting_allows(scanned: Scanned) -> None:
    report = scanned[1]["long.mp4"]
    assert report["verdict"] is not None
    assert report["item"]["duration_s"] == pytest.approx(36_000, rel=0.01)
    assert any("max_duration_s" in problem for problem in report["problems"])


def test_a_ten_hour_video_is_read_where_the_setting_allows_it(items: Path, library: Path) -> None:
    settings = {"FIRSTSEEN_MAX_DURATION_S": "40000"}
    run = firstseen("check", items / "long.mp4", "--library", library, "--json", settings=settings)
    assert run.code == 0, run.err
    assert run.report()["item"]["duration_s"] == pytest.approx(36_000, rel=0.01)


def test_adding_bad_files_adds_none_of_them(items: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    bad = [items / name for name in UNREADABLE]
    run = firstseen("library", "add", *bad, "--library", library, "--json")
    assert run.code == 3
    outcomes = json.loads(run.out)
    assert len(outcomes) == len(bad)
    assert all(outcome["problem"] and outcome["id"] is None for outcome in outcomes)
    assert json.loads(firstseen("library", "list", "--library", library, "--json").out) == []


def test_an_original_is_never_changed(items: Path, library: Path) -> None:
    item = items / "damaged.mp4"
    before = item.read_bytes(), item.stat().st_mtime_ns
    firstseen("check", item, "--library", library)
    assert (item.read_bytes(), item.stat().st_mtime_ns) == before


def test_a_file_that_is_not_there_is_reported(library: Path, tmp_path: Path) -> None:
    run = firstseen("check", tmp_path / "absent.mp4", "--library", library, "--json")
    assert run.code == 3
    assert run.report()["verdict"] is None
    assert run.report()["item"]["name"] == "absent.mp4"


@pytest.mark.parametrize("link", ["http://127.0.0.1/clip.mp4", "http://[::ffff:10.0.0.1]/a.mp4"])
def test_a_link_that_points_inside_is_refused_in_a_report(library: Path, link: str) -> None:
    run = firstseen("check", link, "--library", library, "--json")
    assert run.code == 3
    assert run.report()["verdict"] is None
    assert "not public" in " ".join(run.report()["problems"])


# ---- folders and libraries


def without_root_powers() -> None:
    """Run in the child before it starts: root then obeys the permissions of files too."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH; linux/capability.h
            if libc.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
                os._exit(99)


@pytest.fixture
def closed(tmp_path: Path) -> Any:
    folder = tmp_path / "closed"
    folder.mkdir()
    make_still(folder / "inside.jpg")
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


@pytest.mark.skipif(sys.platform != "linux", reason="drops Linux capabilities")
def test_a_folder_that_cannot_be_read_is_named_and_the_rest_is_scanned(
    closed: Path, library: Path, tmp_path: Path
) -> None:
    make_still(tmp_path / "open.jpg")
    jsonl = tmp_path / "out" / "reports.jsonl"
    jsonl.parent.mkdir()
    run = firstseen(
        "scan", tmp_path, "--jsonl", jsonl, "--library", library, preexec_fn=without_root_powers
    )
    assert run.code == 3, run.err
    reports = [json.loads(line) for line in jsonl.read_text().splitlines()]
    verdicts = {report["item"]["name"]: report["verdict"] for report in reports}
    assert verdicts["open.jpg"] is not None
    assert verdicts["closed"] is None


def test_a_folder_that_is_no_library_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.txt").write_text("mine")
    item = make_still(tmp_path / "item.jpg")
    before = fingerprint_of(tmp_path)
    for command in (["check", item], ["library", "add", item], ["library", "stats"]):
        run = firstseen(*command, "--library", tmp_path)
        assert run.code == 4, command
        assert len(run.err.splitlines()) == 1, run.err
    assert fingerprint_of(tmp_path) == before


def test_a_library_of_a_newer_version_is_refused_and_left_alone(
    library: Path, tmp_path: Path
) -> None:
    newer = tmp_path / "library"
    shutil.copytree(library, newer)
    with sqlite3.connect(newer / "library.db") as database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        database.execute(f"PRAGMA user_version = {version + 1}")
    database.close()
    before = fingerprint_of(newer)["library.db"]
    for command in (["library", "list"], ["library", "remove", "R000001"]):
        run = firstseen(*command, "--library", newer)
        assert run.code == 4, command
        assert "newer" in run.err
    assert fingerprint_of(newer)["library.db"] == before


def test_a_database_that_is_damaged_is_refused(library: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "library"
    shutil.copytree(library, damaged)
    data = bytearray((damaged / "library.db").read_bytes())
    data[:4096] = os.urandom(4096)
    (damaged / "library.db").write_bytes(data)
    run = firstseen("library", "list", "--library", damaged)
    assert run.code == 4
    assert len(run.err.splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_report_that_cannot_be_written_is_said_in_one_line(library: Path, items: Path) -> None:
    item = items / "still-png.png"
    run = firstseen("check", item, "--library", library, "--html", "/dev/full")
    assert run.code in {2, 3}
    assert "/dev/full" in run.err.splitlines()[-1]
    assert "Traceback" not in run.err


SMALL_DISK = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


def can_mount() -> bool:
    try:
        probe = [*SMALL_DISK, "mount -t tmpfs tmpfs /mnt"]
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not can_mount(), reason="this system lets no user mount a small disk")
def test_a_full_disk_stops_an_addition_and_harms_nothing(tmp_path: Path) -> None:
    """A disk of 400 kB takes a few clips; the next is refused, and those added are still there."""
    disk = tmp_path / "disk"
    disk.mkdir()
    clips = tmp_path / "clips"
    clips.mkdir()
    for seed in range(1, 7):
        make_video(clips / f"clip-{seed}.mp4", seed, 2.0, sound_kind=None)
    script = (
        'mount -t tmpfs -o size=400k tmpfs "$1" || exit 99; '
        '"$2" -m app library add "$3" --library "$1/library" > "$4/added"; echo $? > "$4/code"; '
        '"$2" -m app library list --library "$1/library" --json > "$4/list"'
    )
    done = subprocess.run(
        [*SMALL_DISK, script, "sh", disk, sys.executable, clips, tmp_path],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "No space" in done.stderr or "full" in done.stderr, done.stderr
    assert (tmp_path / "code").read_text().strip() == "4"
    added = [line for line in (tmp_path / "added").read_text().splitlines() if "added" in line]
    known = json.loads((tmp_path / "list").read_text())
    assert 0 < len(added) < 6
    assert len(known) == len(added)
