"""Edits of time on made footage: each found with its measure, none on honest copies."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.align.placement import Placement
from hashing.align.segments import to_segments
from hashing.align.temporal_lines import correlate_frames, find_lines
from hashing.describe.frame_cache import FrameCache
from hashing.explain.playback_speed import reversed_edit
from hashing.explain.timing import time_edits
from hashing.imaging.homography import Transform
from hashing.retiming.freeze_frames import find_still_spans, interpolate_along
from hashing.retiming.refine_alignment import refine_alignment
from hashing.types import (
    CorrelationMatrix,
    Descriptors,
    Edit,
    Fingerprint,
    Line,
    MediaInfo,
    PreviewFrames,
    Segment,
    Span,
    Timeline,
)

WIDTH, HEIGHT = 64, 36
type Show = Callable[[float], float]  # query moment -> scene moment


class Scene:
    """Bright spots that wander over a still background."""

    def __init__(self, seed: int = 0, spots: int = 7) -> None:
        random = np.random.default_rng(seed)
        coarse = random.uniform(60, 180, (6, 10))
        self._ground = np.kron(coarse, np.ones((6, 7)))[:HEIGHT, :WIDTH]
        self._phase = random.uniform(0, 2 * np.pi, (spots, 4))
        self._rate = random.uniform(0.15, 1.1, (spots, 4))
        self._y, self._x = np.mgrid[:HEIGHT, :WIDTH]

    def at(self, time: float) -> NDArray[np.uint8]:
        """(36, 64) grey."""
        picture = self._ground.copy()
        swing = np.sin(self._phase + self._rate * time * 2)
        for dx, dy, dx2, dy2 in swing:
            x, y = WIDTH * (0.5 + 0.3 * dx + 0.15 * dx2), HEIGHT * (0.5 + 0.3 * dy + 0.15 * dy2)
            picture += 90 * np.exp(-((self._x - x) ** 2 + (self._y - y) ** 2) / 18)
        return picture.clip(0, 255).astype(np.uint8)


def film(scene: Scene, moments: NDArray[np.float64], show: Show, noise: float = 0.6) -> FrameCache:
    """A reel whose pictures are the scene at the moments that `show` names."""
    random = np.random.default_rng(9)
    shown, pictures = None, []
    for moment in moments:
        here = show(float(moment))
        if shown is None or here != shown:
            picture = scene.at(here) + random.normal(0, noise, (HEIGHT, WIDTH))
        shown = here
        pictures.append(picture.clip(0, 255).astype(np.uint8))
    stack = np.stack(pictures)
    change = np.abs(np.diff(stack.astype(np.float32), axis=0)).mean(axis=(1, 2))
    timeline = Timeline(moments, np.concatenate([[0.0], change]).astype(np.float32))
    kept = [0]
    for index in range(1, len(moments)):
        if moments[index] - moments[kept[-1]] >= 0.098:
            kept.append(index)
    step = float(np.median(np.diff(moments)))
    info = MediaInfo("video", WIDTH, HEIGHT, float(moments[-1]) + step, 1 / step)
    none = Descriptors(
        np.zeros(0),
        np.zeros((0, 512), np.float16),
        np.zeros((0, 32), np.uint8),
        np.zeros(0, np.uint8),
        np.zeros((0, 8), np.uint8),
        np.zeros(0, bool),
    )
    small = PreviewFrames("h264", WIDTH, HEIGHT, moments[kept], b"")
    reel = FrameCache(Fingerprint(info, "s", "d", none, timeline, small))
    reel._thumbnails = stack[kept]
    return reel


def even(seconds: float, rate: float = 25.0) -> NDArray[np.float64]:
    return np.arange(round(seconds * rate), dtype=np.float64) / rate


KNOWN_S = 16.0


def real_time(time: float) -> float:
    return time


def explained(
    query: FrameCache, reference: FrameCache | None = None
) -> tuple[dict[str, Edit], tuple[Segment, ...]]:
    reference = reference or film(Scene(), even(KNOWN_S), real_time)
    size = (WIDTH, HEIGHT)
    correlations = correlate_frames(
        query.times,
        query.thumbnails(),
        reference.times,
        reference.thumbnails(),
        np.eye(3),
        size,
        size,
    )
    assert correlations is not None
    transform = Transform(np.eye(3), 100, 120, 1.0, "axis")
    rough = Placement(transform, tuple(find_lines(correlations)), (), correlations)
    placement = refine_alignment(rough, query.fingerprint, reference.fingerprint)
    segments = to_segments(query, reference, placement.lines, transform, 0.9)
    found = time_edits(query, reference, placement, segments)
    return {edit.type: edit for edit in found}, segments


def test_an_honest_copy_has_no_edit_of_time() -> None:
    edits, segments = explained(film(Scene(), even(KNOWN_S), real_time, noise=2.0))
    assert edits == {}
    assert [segment.speed for segment in segments] == [1.0]


def test_pictures_that_coding_repeats_are_no_change_of_rate() -> None:
    known = film(Scene(), even(KNOWN_S), lambda t: t - 0.04 * (round(t * 25) % 8 == 0))
    copy = film(Scene(), even(KNOWN_S), lambda t: t - 0.04 * (round(t * 25) % 4 == 0))
    assert "frame_rate" not in explained(copy, known)[0]


def test_a_copy_of_a_scene_in_which_one_thing_moves_has_none() -> None:
    scene = Scene(3, spots=1)
    known = film(scene, even(KNOWN_S), real_time)
    edits, _ = explained(film(scene, even(KNOWN_S), real_time, noise=1.5), known)
    assert edits == {}


def test_slides_that_stand_still_in_both_are_no_freeze() -> None:
    def slides(time: float) -> float:
        return 40.0 * (time // 3.0)

    known = film(Scene(), even(KNOWN_S), slides)
    edits, _ = explained(film(Scene(), even(KNOWN_S), slides, noise=1.5), known)
    assert edits == {}


def test_a_piece_of_the_clip_is_a_trim_and_nothing_else() -> None:
    edits, segments = explained(film(Scene(), even(8.0), lambda time: time + 4.0))
    assert set(edits) == {"trim"}
    assert edits["trim"].measure["left_out_before_s"] == pytest.approx(4.0, abs=0.1)
    assert edits["trim"].measure["left_out_after_s"] == pytest.approx(4.0, abs=0.1)
    assert segments[0].reference.start == pytest.approx(4.0, abs=0.05)


def test_a_variable_frame_rate_is_no_edit() -> None:
    random = np.random.default_rng(4)
    moments = np.cumsum(random.choice([0.02, 0.03, 0.05, 0.06], 400))
    moments = moments[moments < KNOWN_S] - moments[0]
    edits, _ = explained(film(Scene(), moments, real_time))
    assert "speed" not in edits
    assert "frozen" not in edits
    assert "frames_dropped" not in edits


@pytest.mark.parametrize("factor", [0.5, 0.69, 0.9, 1.1, 1.38, 1.6, 2.0])
def test_a_speed_is_measured_to_one_percent(factor: float) -> None:
    query = film(Scene(), even(KNOWN_S / factor - 0.2), lambda time: time * factor)
    edits, segments = explained(query)
    assert edits["speed"].measure["factor"] == pytest.approx(factor, rel=0.01)
    assert segments[0].speed == pytest.approx(factor, rel=0.01)
    assert set(edits) == {"speed"}


def test_footage_played_backwards_is_reversed() -> None:
    edits, segments = explained(film(Scene(), even(KNOWN_S), lambda time: KNOWN_S - 0.04 - time))
    assert set(edits) == {"reversed"}
    assert segments[0].reversed


@pytest.mark.parametrize(("slope", "told"), [(-0.4, True), (1.0, False)])
def test_a_slow_piece_backwards_beside_real_time_has_to_be_shown_by_its_moments(
    slope: float, told: bool
) -> None:
    times = np.arange(40) / 10
    shown = np.where(times < 2, 3.0 + slope * times, 4.0 + times)
    apart = np.abs(shown[:, None] - np.arange(90) / 10)
    correlations = CorrelationMatrix(
        times, np.arange(90) / 10, (0.99 - 0.2 * apart).clip(0).astype(np.float32)
    )
    found = (
        Line(0.0, 2.0, 0.4, True, 3.0, 0.95, 0.8),
        Line(2.0, 4.0, 1.0, False, 4.0, 0.95, 0.8),
    )
    transform = Transform(np.eye(3), 100, 120, 1.0, "axis")
    assert (reversed_edit(Placement(transform, found, (), correlations)) is not None) is told


@pytest.mark.parametrize("stood", [0.6, 1.5, 2.4])
def test_a_freeze_is_measured_and_leaves_the_speed_alone(stood: float) -> None:
    def show(time: float) -> float:
        return time if time < 5 else max(5.0, time - stood)

    edits, segments = explained(film(Scene(), even(KNOWN_S), show))
    assert edits["frozen"].measure["seconds"] == pytest.approx(stood, abs=0.15)
    assert edits["frozen"].measure["at_s"] == pytest.approx(5.0, abs=0.15)
    assert "speed" not in edits
    assert [segment.speed for segment in segments] == [1.0]
    assert segments[0].reference.end == pytest.approx(KNOWN_S - stood, abs=0.1)


def test_pictures_missing_at_random_are_dropped_frames_and_not_speed() -> None:
    kept = np.random.default_rng(6).random(round(KNOWN_S * 25)) < 0.85
    moments = np.flatnonzero(kept) / 25
    query = film(Scene(), even(len(moments) / 25), lambda time: float(moments[round(time * 25)]))
    edits, segments = explained(query)
    assert edits["frames_dropped"].measure["dropped_share"] == pytest.approx(0.15, abs=0.04)
    assert "speed" not in edits
    assert [segment.speed for segment in segments] == [1.0]


def test_pieces_in_another_order_are_listed_both_ways() -> None:
    def show(time: float) -> float:
        return time + 8 if time < 6 else time - 6

    edits, segments = explained(film(Scene(), even(14.0), show))
    assert edits["reordered"].measure["pieces"] == 2
    assert "0:00.0-0:06.0 shows 0:08.0-0:14.0" in str(edits["reordered"].measure["cuts"])
    assert len(segments) == 2


def test_a_piece_left_out_is_measured() -> None:
    edits, _ = explained(film(Scene(), even(12.0), lambda time: time if time < 6 else time + 4))
    assert edits["reordered"].measure["left_out_s"] == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize("rate", [8.0, 12.0, 15.0, 20.0])
def test_fewer_pictures_a_second_are_a_frame_rate(rate: float) -> None:
    edits, _ = explained(film(Scene(), even(KNOWN_S, rate), real_time))
    assert set(edits) == {"frame_rate"}
    assert edits["frame_rate"].measure["shown_per_s"] == pytest.approx(rate, rel=0.08)


def test_fewer_pictures_are_seen_through_repeats_at_the_old_rate() -> None:
    edits, _ = explained(film(Scene(), even(KNOWN_S), lambda time: np.floor(time * 10) / 10))
    assert set(edits) == {"frame_rate"}
    assert edits["frame_rate"].measure["shown_per_s"] == pytest.approx(10, rel=0.1)


def test_repeats_that_fill_a_higher_rate_are_reported() -> None:
    def show(time: float) -> float:
        return float(np.floor(time * 25 + 1e-6)) / 25

    edits, _ = explained(film(Scene(), even(KNOWN_S, 30.0), show))
    assert set(edits) == {"frame_rate"}
    assert edits["frame_rate"].measure["nominal_per_s"] == pytest.approx(30, rel=0.02)


@pytest.mark.parametrize("rate", [10.0, 12.0, 15.0])
def test_a_copy_of_few_pictures_a_second_has_no_edit_of_time(rate: float) -> None:
    known = film(Scene(2), even(8.0, rate), real_time)
    edits, _ = explained(film(Scene(2), even(5.0, rate), real_time, noise=1.5), known)
    assert set(edits) <= {"trim"}


def test_the_clock_of_a_gif_is_no_speed() -> None:
    query = film(Scene(), np.arange(120) * 0.12, lambda time: time / 0.12 * 0.125)
    assert "speed" in explained(query)[0]
    query.fingerprint = replace(
        query.fingerprint, info=replace(query.fingerprint.info, container="gif")
    )
    edits, segments = explained(query)
    assert set(edits) - {"trim"} == {"frame_rate"}
    assert segments[0].speed == pytest.approx(0.125 / 0.12, rel=0.01)


def test_repeats_that_a_coder_went_on_refining_are_repeats() -> None:
    query = film(Scene(), even(KNOWN_S), lambda time: np.floor(time * 12.5 + 1e-6) / 12.5)
    timeline = query.fingerprint.timeline
    change = timeline.change.copy()
    change[1::2] = 0.2 * np.median(change[2::2])
    query.fingerprint = replace(query.fingerprint, timeline=replace(timeline, change=change))
    edits, _ = explained(query)
    assert set(edits) == {"frame_rate"}
    assert edits["frame_rate"].measure["shown_per_s"] == pytest.approx(12.5, rel=0.1)


def test_an_even_rate_below_that_of_an_uneven_clip_is_reported() -> None:
    random = np.random.default_rng(4)
    moments = np.cumsum(random.choice([0.02, 0.03, 0.05, 0.06], 400))
    known = film(Scene(), moments[moments < KNOWN_S] - moments[0], real_time)
    assert set(explained(film(Scene(), even(12.0, 12.0), real_time), known)[0]) - {"trim"} == {
        "frame_rate"
    }


def test_pictures_missing_while_the_others_keep_their_moments_are_dropped() -> None:
    kept = np.random.default_rng(6).random(round(KNOWN_S * 25)) > 0.2
    kept[0] = True
    edits, segments = explained(film(Scene(), even(KNOWN_S)[kept], real_time))
    assert set(edits) == {"frames_dropped"}
    assert edits["frames_dropped"].measure["dropped_share"] == pytest.approx(0.2, abs=0.04)
    assert [segment.speed for segment in segments] == [1.0]


def test_repeats_left_out_of_the_file_are_no_missing_pictures() -> None:
    def show(time: float) -> float:
        return time - 0.04 * (round(time * 25) % 5 == 0)

    known = film(Scene(), even(KNOWN_S), show)
    kept = even(KNOWN_S)[np.arange(400) % 5 != 0]
    edits, _ = explained(film(Scene(), kept, real_time), known)
    assert "frames_dropped" not in edits


def test_few_missing_pictures_of_a_short_clip_are_dropped_frames() -> None:
    kept = np.random.default_rng(8).random(68) > 0.2
    moments = np.flatnonzero(kept) / 25
    query = film(Scene(5), even(len(moments) / 25), lambda time: float(moments[round(time * 25)]))
    edits, _ = explained(query, film(Scene(5), even(3.0), real_time))
    assert "frames_dropped" in edits
    assert "speed" not in edits


def test_a_picture_that_changes_now_and_then_ends_a_still_run() -> None:
    times = even(4.0)
    change = np.where(np.arange(len(times)) % 20 == 0, 12.0, 0.0).astype(np.float32)
    runs = find_still_spans(Timeline(times, change), Span(0.0, 4.0))
    assert max(run.length for run in runs) < 0.9


def test_a_key_picture_does_not_end_a_still_run() -> None:
    times = even(4.0)
    change = np.where(np.arange(len(times)) == 50, 1.0, 0.0).astype(np.float32)
    assert [run.length for run in find_still_spans(Timeline(times, change), Span(0.0, 4.0))] == [
        pytest.approx(3.9, abs=0.1)
    ]


def test_a_freeze_that_a_coder_refines_first_is_measured_whole() -> None:
    def show(time: float) -> float:
        return time if time < 5 else max(5.0, time - 1.6)

    query = film(Scene(), even(KNOWN_S), show)
    timeline = query.fingerprint.timeline
    change = timeline.change.copy()
    usual = float(np.median(change))
    refined = (timeline.times > 5.0) & (timeline.times < 5.35)
    change[refined] = 0.5 * usual
    query.fingerprint = replace(query.fingerprint, timeline=replace(timeline, change=change))
    edits, _ = explained(query)
    assert edits["frozen"].measure["seconds"] == pytest.approx(1.6, abs=0.15)


def test_two_exact_pieces_are_a_cut_and_no_missing_pictures() -> None:
    edits, segments = explained(film(Scene(), even(7.0), lambda t: t if t < 3.4 else t + 0.9))
    assert "frames_dropped" not in edits
    assert edits["reordered"].measure["left_out_s"] == pytest.approx(0.9, abs=0.1)
    assert [segment.speed for segment in segments] == [1.0, 1.0]


def test_the_ends_of_the_known_clip_stand_for_a_moment_more() -> None:
    correlations = CorrelationMatrix(
        np.arange(3) / 10, np.arange(3) / 10, np.eye(3, dtype=np.float32)
    )
    assert interpolate_along(correlations, 1.0, -0.02)[0] == pytest.approx(1.0)
    assert np.isnan(interpolate_along(correlations, 1.0, -0.12)[0])
