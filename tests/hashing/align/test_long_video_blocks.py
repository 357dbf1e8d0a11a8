"""Two long clips: the same lines as all frames would give, in blocks of bounded size."""

from dataclasses import replace

import numpy as np
import pytest

from hashing.align import long_video_blocks
from hashing.align.long_video_blocks import MAX_BLOCK_FRAMES, correlate_with_still, resolve_overlaps
from hashing.align.temporal_lines import correlate_frames
from hashing.compare import compare
from hashing.describe import frame_cache
from hashing.describe.frame_cache import THUMBNAIL_BLOCK, FrameCache
from hashing.types import Fingerprint, Line
from tests.hashing.films import EXCERPT_S, LONG_S, Films
from tests.made.tiled import tile


@pytest.fixture
def every_pair_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clips of some seconds count as long, and windows are as much shorter."""
    monkeypatch.setattr(long_video_blocks, "MAX_CORRELATED_CELLS", 100)
    monkeypatch.setattr(long_video_blocks, "WINDOW_S", 3.0)
    monkeypatch.setattr(long_video_blocks, "MARGIN_S", 1.0)


PAIRS = [
    ("excerpt", "street"),
    ("sped up", "street"),
    ("reordered", "street"),
    ("harbour", "street"),
]


@pytest.mark.parametrize(("query", "reference"), PAIRS)
def test_blocks_find_what_the_whole_matrix_finds(
    film: Films, every_pair_long: None, query: str, reference: str
) -> None:
    in_blocks, whole = compare(film(query), film(reference)), film.match(query, reference)
    assert in_blocks.decision == whole.decision
    assert in_blocks.score == pytest.approx(whole.score, abs=0.05)
    assert [edit.type for edit in in_blocks.edits] == [edit.type for edit in whole.edits]
    for segment, expected in zip(in_blocks.segments, whole.segments, strict=True):
        assert segment.query.start == pytest.approx(expected.query.start, abs=0.2)
        assert segment.query.end == pytest.approx(expected.query.end, abs=0.2)
        assert segment.reference.start == pytest.approx(expected.reference.start, abs=0.2)
        assert segment.reversed == expected.reversed
        assert segment.speed == pytest.approx(expected.speed, abs=0.03)


def ten_minutes(clip: Fingerprint, seed: int) -> Fingerprint:
    """A clip again and again, with descriptors that are like nothing else, not even each other."""
    minute = tile([clip] * 16)
    long = tile([minute] * 10)
    vectors = np.random.default_rng(seed).normal(size=long.descriptors.vectors.shape)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return replace(long, descriptors=replace(long.descriptors, vectors=vectors.astype(np.float16)))


@pytest.fixture
def frames_counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int]]:
    """Cells of every matrix that is made, and thumbnails of every decoding."""
    counted: dict[str, list[int]] = {"cells": [], "decoded": []}
    correlate, luma = long_video_blocks.correlate_frames, frame_cache.luma

    def correlated(*arguments: object) -> object:
        query, reference = arguments[1], arguments[3]
        counted["cells"].append(len(query) * len(reference))  # type: ignore[arg-type]
        return correlate(*arguments)  # type: ignore[arg-type]

    def decoded(*arguments: object) -> np.ndarray:
        made: np.ndarray = luma(*arguments)  # type: ignore[arg-type]
        counted["decoded"].append(len(made))
        return made

    monkeypatch.setattr(long_video_blocks, "correlate_frames", correlated)
    monkeypatch.setattr(frame_cache, "luma", decoded)
    return counted


def test_seconds_in_two_hours_are_located_without_the_frames_of_two_hours(
    film: Films, frames_counted: dict[str, list[int]]
) -> None:
    park = ten_minutes(film("park"), 1)
    length = park.info.duration_s or 0.0
    query = tile([*[park] * 9, film("excerpt"), *[park] * 3])
    assert query.info.duration_s == pytest.approx(2.1 * 3600, rel=0.05)
    match = compare(query, film("street"))
    assert match.accepted
    (segment,) = match.segments
    assert segment.query.start == pytest.approx(9 * length, abs=0.2)
    assert segment.query.length == pytest.approx(EXCERPT_S[1] - EXCERPT_S[0], abs=0.2)
    assert segment.reference.start == pytest.approx(EXCERPT_S[0], abs=0.2)
    assert sum(frames_counted["cells"]) < 20 * 1500 * 60
    assert max(frames_counted["decoded"]) <= THUMBNAIL_BLOCK
    assert sum(frames_counted["decoded"]) < 10_000, "of 80,000"


def test_of_two_long_clips_only_blocks_are_correlated(
    film: Films, frames_counted: dict[str, list[int]]
) -> None:
    park, harbour = ten_minutes(film("park"), 1), ten_minutes(film("harbour"), 2)
    match = compare(tile([park, film("street"), park]), tile([film("street"), harbour]))
    assert match.accepted
    (segment,) = match.segments
    assert segment.query.start == pytest.approx(park.info.duration_s, abs=0.3)
    assert segment.query.length == pytest.approx(LONG_S, abs=0.5)
    assert segment.reference.start == pytest.approx(0.0, abs=0.3)
    assert max(frames_counted["cells"]) <= 2 * MAX_BLOCK_FRAMES**2
    assert sum(frames_counted["cells"]) < 20 * 1500 * 1500, "of 83,000,000"


def test_a_still_is_correlated_with_a_long_video_a_part_at_a_time(
    film: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    still, video = FrameCache(film("still")), FrameCache(film("street"))
    matrix = np.diag([still.width / video.width, still.height / video.height, 1.0])
    thumbnails = still.thumbnails(), video.thumbnails()
    expected = correlate_frames(
        still.times, thumbnails[0], video.times, thumbnails[1], matrix, still.size, video.size
    )
    assert expected is not None
    monkeypatch.setattr(long_video_blocks, "STILL_BLOCK_FRAMES", 25)
    forth, back = (
        correlate_with_still(still, video, matrix),
        correlate_with_still(video, still, np.linalg.inv(matrix)),
    )
    assert forth is not None
    assert back is not None
    np.testing.assert_allclose(forth.values, expected.values, atol=1e-5)
    assert forth.values.argmax() == back.values.argmax()


def line(start: float, end: float, offset: float, correlation: float = 0.9) -> Line:
    return Line(start, end, 1.0, False, offset, correlation, 0.5)


def test_of_lines_that_overlap_the_stronger_keeps_its_place() -> None:
    long, other = line(0, 100, 5.0), line(90, 110, 40.0)
    kept, rest = resolve_overlaps([other, long])
    assert (kept.start, kept.end) == (0, 100)
    assert (rest.start, rest.end, rest.offset) == (100, 110, 40.0)
    assert resolve_overlaps([long, line(20, 30, 60.0, 0.5)]) == (long,)


def test_what_two_windows_share_of_a_line_is_kept_once() -> None:
    first, second = line(0, 135, 5.0), line(105, 135.5, 5.02)
    kept = resolve_overlaps([first, second])
    assert [(line.start, line.end) for line in kept] == [(0, 135), (135, 135.5)]
