"""The real tasks in the sandbox: what they give inside is what they give outside."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from app.evidence.evidence_sheet import EvidenceSheet
from app.metadata.read import read_metadata
from app.sandbox.fork_handle import ForkServer
from app.sandbox.limits import SandboxLimits
from app.sandbox.sandbox import Sandbox
from hashing.decode.probe import probe
from hashing.describe.fingerprint import fingerprint
from hashing.errors import DecodeError, LimitExceeded
from hashing.types import Fingerprint, Limits, Match
from tests.app.sandbox.test_codec import same
from tests.made.broken import (
    make_cut_short,
    make_damaged_middle,
    make_no_frames,
    make_one_frame,
    make_pointer,
    make_sound_only,
    make_without_index,
)
from tests.made.stills import AnimationKind, StillKind, make_animation, make_huge_png, make_still
from tests.made.videos import make_video


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    server = ForkServer()
    yield server
    server.close()


def outside(path: Path) -> list[Any]:
    """The same tasks in this process; an error stands for its answer."""
    with path.open("rb") as file:
        try:
            info = probe(file)
        except DecodeError as error:
            return [type(error), str(error), read_metadata(file)]
        try:
            return [info, read_metadata(file, None, info), fingerprint(file, info)]
        except DecodeError as error:
            return [info, type(error), str(error)]


def inside(path: Path, server: ForkServer) -> list[Any]:
    with Sandbox.open(path, server=server) as sandbox:
        try:
            info = sandbox.call("probe")
        except DecodeError as error:
            return [type(error), str(error), sandbox.call("metadata")]
        try:
            return [info, sandbox.call("metadata"), sandbox.call("fingerprint")]
        except DecodeError as error:
            return [info, type(error), str(error)]


def assert_same(path: Path, server: ForkServer) -> None:
    here, there = outside(path), inside(path, server)
    for ours, theirs in zip(here, there, strict=True):
        assert ours is theirs or same(ours, theirs), f"{ours!r:.300}\n{theirs!r:.300}"


@pytest.mark.parametrize("kind", get_args(StillKind.__value__))
def test_stills_of_every_kind_are_described_in_the_sandbox(
    tmp_path: Path, server: ForkServer, kind: StillKind
) -> None:
    path = make_still(tmp_path / "still", kind)
    assert_same(path, server)
    assert isinstance(inside(path, server)[2], Fingerprint)


@pytest.mark.parametrize("kind", get_args(AnimationKind.__value__))
def test_animations_are_described_in_the_sandbox(
    tmp_path: Path, server: ForkServer, kind: AnimationKind
) -> None:
    assert_same(make_animation(tmp_path / "animation", kind), server)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".avi", ".ts"])
def test_videos_are_described_in_the_sandbox(
    tmp_path: Path, server: ForkServer, suffix: str
) -> None:
    path = make_video(tmp_path / f"clip{suffix}", seconds=2)
    assert_same(path, server)
    fingerprint = inside(path, server)[2]
    assert len(fingerprint.descriptors.times) > 0
    assert fingerprint.audio is not None


@pytest.mark.parametrize(
    "make",
    [
        make_cut_short,
        make_damaged_middle,
        make_no_frames,
        make_one_frame,
        make_sound_only,
        make_without_index,
    ],
)
def test_broken_files_break_alike(
    tmp_path: Path, server: ForkServer, make: Callable[[Path], Path]
) -> None:
    assert_same(make(tmp_path / "broken.mp4"), server)


def test_a_pointer_leads_nowhere(tmp_path: Path, server: ForkServer) -> None:
    target = make_video(tmp_path / "target.mp4", seconds=1)
    for kind in ("mov_alias", "hls", "ffconcat", "dash"):
        path = make_pointer(tmp_path / f"pointer-{kind}.mov", kind, str(target))
        with Sandbox.open(path, server=server) as sandbox, pytest.raises(DecodeError):
            sandbox.call("fingerprint")


def test_a_picture_of_billions_of_pixels_is_refused_by_its_header(
    tmp_path: Path, server: ForkServer
) -> None:
    path = make_huge_png(tmp_path / "huge.png")
    with (
        Sandbox.open(path, server=server) as sandbox,
        pytest.raises(LimitExceeded, match="max_pixels"),
    ):
        sandbox.call("probe")


def test_limits_of_the_science_cross(tmp_path: Path, server: ForkServer) -> None:
    path = make_still(tmp_path / "still.jpg")
    with (
        Sandbox.open(path, server=server) as sandbox,
        pytest.raises(LimitExceeded, match="max_pixels"),
    ):
        sandbox.call("probe", limits=Limits(max_pixels=100))


def test_progress_of_a_video_rises_to_its_end(tmp_path: Path, server: ForkServer) -> None:
    fractions: list[float] = []
    with Sandbox.open(make_video(tmp_path / "clip.mp4", seconds=3), server=server) as sandbox:
        sandbox.call("fingerprint", on_progress=lambda stage, fraction: fractions.append(fraction))
    assert fractions == sorted(fractions)
    assert fractions
    assert fractions[-1] > 0.5


def test_little_memory_is_named_and_nothing_worse(tmp_path: Path, server: ForkServer) -> None:
    path = make_still(tmp_path / "still.png", "png", size=(1600, 1200))
    limits = SandboxLimits(memory_bytes=4 * 2**20)
    with Sandbox.open(path, limits, server) as sandbox, pytest.raises(DecodeError, match="memory"):
        sandbox.call("fingerprint")


def test_another_model_is_another_space(tmp_path: Path, server: ForkServer) -> None:
    from hashing.describe.sscd import DEFAULT_MODEL, MODELS

    other_model = next(path for name, path in MODELS.items() if name != DEFAULT_MODEL)
    path = make_still(tmp_path / "still.jpg")
    other = ForkServer(model=other_model)
    try:
        spaces = set()
        for each in (server, other):
            with Sandbox.open(path, server=each) as sandbox:
                spaces.add(sandbox.call("fingerprint").space)
    finally:
        other.close()
    assert len(spaces) == 2


@pytest.mark.slow
def test_two_copies_are_compared_and_shown_in_the_sandbox(
    tmp_path: Path, server: ForkServer
) -> None:
    query = make_video(tmp_path / "query.mp4", seconds=2)
    known = make_video(tmp_path / "known.mp4", seconds=2, crf=30)
    with Sandbox.open(known, server=server) as sandbox:
        reference = sandbox.call("fingerprint")
    with Sandbox.open(query, server=server) as sandbox:
        query = sandbox.call("fingerprint")
        match = sandbox.call("compare", reference=reference)
        assert same(match, sandbox.call("compare", reference=reference, query=query))
        assert match.accepted
        sheet = sandbox.call("evidence", reference=reference.preview, match=match)
    assert isinstance(match, Match)
    assert isinstance(sheet, EvidenceSheet)
    assert sheet.pairs


@pytest.mark.slow
def test_nothing_is_imported_once_the_server_is_warm(tmp_path: Path) -> None:
    """In the sandbox no module can be found any more; what comes late would be missing there."""
    files = [
        make_video(tmp_path / "clip.mp4", seconds=2),
        make_still(tmp_path / "still.heic", "heic"),
    ]
    script = (
        "import sys; from app.sandbox.child.tasks import warm\n"
        "from app.sandbox.child_session import Session\n"
        "tasks = warm(None); before = set(sys.modules)\n"
        "for path in sys.argv[1:]:\n"
        "    with open(path, 'rb') as file:\n"
        "        session = Session((file,), lambda *_: None)\n"
        "        for name in ('probe', 'metadata'): tasks[name](session)\n"
        "        query = tasks['fingerprint'](session)\n"
        "        match = tasks['compare'](session, query)\n"
        "tasks['evidence'](session, query.preview, match)\n"  # of the still: the least work
        "print(sorted(set(sys.modules) - before))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *map(str, files)],
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[]\n"
