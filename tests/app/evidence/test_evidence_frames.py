"""The strip to step through: instants evenly, pictures laid over each other, and no face."""

from collections.abc import Collection, Iterator

import numpy as np
import pytest

from app.evidence import evidence_frames
from app.evidence import make_sheet as sheets
from app.evidence.difference_map import aligned
from app.evidence.evidence_frames import strip_frames, strip_times
from app.evidence.evidence_sheet import MAX_STRIP, EvidenceSheet, Pair
from app.evidence.face_redaction import FILL_RGB, CachingDetector, Rgb
from app.evidence.make_sheet import evidence
from app.evidence.thumbnails import thumbnail
from hashing.faces import Face
from hashing.types import Box, Match, PreviewFrames, Segment, Span
from tests.app.evidence.faces_made import (
    cropped_and_mirrored,
    decoded,
    film,
    likeness,
    match,
    plain_frames,
    reference_frames,
    with_head,
)
from tests.app.evidence.test_make_sheet import SEEN, SEEN_IN_DIFFERENCE
from tests.made.scenes import scene

SHORT_S = 1.0  # two instants: looking for a face in a picture takes a second


@pytest.fixture(scope="module")
def reference() -> PreviewFrames:
    return film(reference_frames())


@pytest.fixture(scope="module")
def query() -> PreviewFrames:
    return film([cropped_and_mirrored(frame) for frame in reference_frames()])


@pytest.fixture(scope="module")
def sheet(query: PreviewFrames, reference: PreviewFrames) -> EvidenceSheet:
    return evidence(query, reference, match(SHORT_S), strip=True)


def pictures(strip: tuple[Pair, ...]) -> Iterator[tuple[str, Rgb]]:
    for step in strip:
        for name in ("query", "reference", "aligned", "difference"):
            content = getattr(step, name)
            assert content is not None
            yield name, decoded(content)


def test_no_face_survives_in_any_picture_of_a_strip(sheet: EvidenceSheet) -> None:
    assert len(sheet.strip) == 2
    for name, picture in pictures(sheet.strip):
        assert likeness(picture) < SEEN, name


def test_the_search_for_faces_would_have_found_them(
    query: PreviewFrames, reference: PreviewFrames
) -> None:
    shown = evidence(query, reference, match(SHORT_S), unblurred=True, strip=True)
    seen = [(name, likeness(picture) > SEEN) for name, picture in pictures(shown.strip)]
    assert {name for name, found in seen if found} == {"query", "reference", "aligned"}
    assert sum(found for _, found in seen) == 3 * len(shown.strip)


def test_a_face_of_the_known_side_alone_is_in_no_aligned_picture_and_no_difference() -> None:
    wall = plain_frames()
    known = film([with_head(frame, 200, 110) for frame in wall])
    item = film([cropped_and_mirrored(frame) for frame in wall])
    for unblurred in (False, True):
        one = evidence(item, known, match(SHORT_S), unblurred=unblurred, strip=True)
        for step in one.strip:
            assert step.difference is not None
            assert step.aligned is not None
            assert (likeness(decoded(step.difference)) > SEEN_IN_DIFFERENCE) == unblurred
            assert (likeness(decoded(step.aligned)) > SEEN) == unblurred


class SeesAt:
    """A detector that finds a face only at certain looks."""

    def __init__(self, box: Box, *at: int) -> None:
        self.box, self.at, self.looks = box, at, 0

    def detect(self, picture: Rgb, **how: object) -> list[Face]:
        self.looks += 1
        return [Face(self.box, 0.9)] if self.looks - 1 in self.at else []


def filled(picture: bytes, x: float, y: float) -> bool:
    pixels = decoded(picture).astype(int)
    here = pixels[round(y * pixels.shape[0]), round(x * pixels.shape[1])]
    return bool(np.abs(here - FILL_RGB).max() <= 6)


def still_film(seconds: int, seed: int = 3) -> PreviewFrames:
    """One scene that does not move: a face followed in it stays where it is."""
    return film([scene(seed, 0.0, (512, 288))] * (10 * seconds))


MIDDLE_BOX = (0.4, 0.4, 0.5, 0.6)
MIDDLE = (0.45, 0.5)
# x' = 1 - (x - 0.1) / 0.8 is its own inverse but for the centre: 0.45 of the item is 0.54 there
MIDDLE_OF_KNOWN = (0.1 + 0.8 * (1 - 0.45), 0.1 + 0.8 * 0.5)


def strip_of(seconds: float, detector: SeesAt, every_s: float = 0.5) -> tuple[Pair, ...]:
    count = int(seconds / every_s)
    frame = scene(3, 0.0, (512, 288))
    known, item = (
        film([frame] * (10 * int(seconds))),
        film([cropped_and_mirrored(frame)] * (10 * int(seconds))),
    )
    steps = evidence(item, known, match(seconds), detector=detector, strip=True).strip
    assert len(steps) == count
    return steps


def test_a_face_detected_in_one_frame_is_filled_in_its_neighbours_on_both_sides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheets, "pair_times", lambda *_: [])  # the strip alone
    monkeypatch.setattr(sheets, "CachingDetector", lambda detector: detector)
    steps = strip_of(4.0, detector := SeesAt(MIDDLE_BOX, 2))  # looks at 0, 2, 4, 6, 7 of the item
    near = [i in (3, 4, 5) for i in range(8)]
    assert [filled(s.query, *MIDDLE) for s in steps] == near
    assert [filled(s.reference, *MIDDLE_OF_KNOWN) for s in steps] == near
    for name in ("aligned", "difference"):
        assert [filled(getattr(s, name), *MIDDLE) for s in steps] == near, name
    assert detector.looks == 10, "each instant is looked at on one side, the ends on both"


def test_instants_far_apart_are_all_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_frames, "FOLLOW_S", 0.3)
    detector = SeesAt(MIDDLE_BOX)
    frames = still_film(3)
    strip_frames(frames, [0.0, 0.5, 1.0, 1.5, 2.0, 2.5], detector, unblurred=False)
    assert detector.looks == 6


def test_a_neighbour_that_could_not_be_looked_at_fills_the_one_between_whole() -> None:
    class Breaks(SeesAt):
        def detect(self, picture: Rgb, **how: object) -> list[Face]:
            super().detect(picture)
            if self.looks == 2:
                raise ValueError("broken")
            return []

    times = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    made = strip_frames(still_film(3), times, Breaks(MIDDLE_BOX), unblurred=False)
    assert [one.faces for one in made] == [(), None, None, None, (), ()]


def test_the_same_frame_is_looked_at_once_in_each_way() -> None:
    inner = SeesAt((0.1, 0.1, 0.2, 0.2), 0)
    once = CachingDetector(inner)
    picture = scene(1, 0.0, (64, 36))
    first = once.detect(picture, long_side_px=640)
    assert once.detect(picture.copy(), long_side_px=640) == first
    assert inner.looks == 1
    once.detect(picture)
    once.detect(picture, thorough=False)
    once.detect(picture.reshape(36 * 2, 32, 3), long_side_px=640)
    assert inner.looks == 4


class SeesTurned:
    """A detector that finds a clear face in turned frames, one upright, and a doubtful one."""

    def __init__(self) -> None:
        self.turns: list[set[int]] = []

    def detect(
        self, picture: Rgb, *, centerface_turns_deg: Collection[int], **how: object
    ) -> list[Face]:
        self.turns.append(set(centerface_turns_deg))
        return [
            Face(MIDDLE_BOX, 2.0, (90, 180)),
            Face((0.1, 0.1, 0.2, 0.2), 0.3),
            Face((0.7, 0.1, 0.8, 0.2), 2.0, (270, 0)),
        ]


def test_quick_searches_use_the_turns_of_clear_faces_and_now_and_then_all() -> None:
    inner = SeesTurned()
    once = CachingDetector(inner)
    frames = [scene(1, i / 10, (64, 36)) for i in range(9)]
    once.detect(frames[0])
    for frame in frames[1:]:
        once.detect(frame, thorough=False)
    every, known = {0, 90, 180, 270}, {0, 90}
    assert inner.turns == [every, every, known, known, known, known, known, every, known]


def test_the_known_picture_laid_into_the_items_frame_looks_like_the_item(
    query: PreviewFrames, reference: PreviewFrames
) -> None:
    shown = evidence(query, reference, match(), unblurred=True, strip=True)
    for step in shown.strip:
        assert step.aligned is not None
        item, known = decoded(step.query).astype(int), decoded(step.aligned).astype(int)
        assert np.abs(item - known).mean() < 8


def test_where_the_known_picture_does_not_reach_nothing_is_made_up() -> None:
    picture = scene(1, 0.0, (200, 100))
    half = ((0.5, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    laid = aligned(picture, picture, half, np.copy)
    assert (laid[:, 110:] == laid[0, -1]).all()
    assert not (laid[:, :90] == laid[0, -1]).all()


def test_without_an_alignment_a_strip_still_shows_both_sides(
    query: PreviewFrames, reference: PreviewFrames
) -> None:
    plain = evidence(query, reference, match(homography=None), unblurred=True, strip=True)
    assert plain.strip
    assert all(s.aligned is None and s.difference is None for s in plain.strip)


def test_a_strip_is_made_only_where_it_is_asked_for(
    query: PreviewFrames, reference: PreviewFrames
) -> None:
    assert evidence(query, reference, match(), detector=None).strip == ()


def long_film(seconds: int) -> PreviewFrames:
    return PreviewFrames("h264", 64, 36, np.arange(seconds * 10) / 10, b"")


def test_frames_lie_evenly_over_a_long_segment() -> None:
    film_of_a_minute = long_film(60)
    times = strip_times(match(60.0), film_of_a_minute, film_of_a_minute)
    assert len(times) == MAX_STRIP
    steps = np.diff([query_s for _, query_s, _ in times])
    assert (np.abs(steps - 2.5) <= 0.11).all()
    assert all(query_s == reference_s for _, query_s, reference_s in times)


def test_every_segment_has_two_frames_up_to_a_limit() -> None:
    one = long_film(100)

    def of(pieces: list[Span]) -> list[int]:
        cut = tuple(Segment(span, span, 0.9) for span in pieces)
        return [i for i, _, _ in strip_times(Match(0.9, "accepted", cut), one, one)]

    uneven = of([Span(0, 50), Span(51, 52), Span(53, 54)])
    assert len(uneven) == MAX_STRIP
    assert [uneven.count(i) for i in range(3)] == [20, 2, 2]
    many = of([Span(2 * i, 2 * i + 1 + i / 100) for i in range(20)])
    assert len(many) == MAX_STRIP
    assert set(many) == set(range(8, 20))


def test_a_still_has_one_instant() -> None:
    photo = PreviewFrames("webp", 64, 36, np.zeros(1), b"")
    same = Match(0.9, "accepted", (Segment(Span(0, 0), Span(3, 3), 0.9),))
    assert strip_times(same, photo, long_film(5)) == [(0, 0.0, 3.0)]


def test_a_sheet_with_too_long_a_strip_is_refused() -> None:
    step = Pair(0, 0.0, 0.0, b"\xff\xd8\xff", b"\xff\xd8\xff")
    with pytest.raises(ValueError, match="at most 24"):
        EvidenceSheet((), (), "redacted", None, 0, 0, (), (step,) * 25)


def test_a_clips_thumbnail_shows_no_face(reference: PreviewFrames) -> None:
    picture = decoded(thumbnail(reference))
    assert likeness(picture) < SEEN
    assert not (np.abs(picture.astype(int) - FILL_RGB) < 6).all(axis=2).all()


def test_a_thumbnail_without_a_detector_is_filled_whole(reference: PreviewFrames) -> None:
    picture = decoded(thumbnail(reference, detector=None))
    assert np.abs(picture.astype(int) - FILL_RGB).max() <= 3
