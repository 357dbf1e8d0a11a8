"""The pictures of a sheet: the same instants, what is shown of the known one, and no face."""

from dataclasses import replace

import numpy as np
import pytest

from app.evidence.difference_map import difference_map
from app.evidence.evidence_frames import MAX_SEGMENTS, pair_times, reference_time
from app.evidence.evidence_sheet import EvidenceSheet, Pair
from app.evidence.face_redaction import FILL_RGB, invert
from app.evidence.make_sheet import evidence, mark_shown
from app.evidence.thumbnails import thumbnail
from app.report.html import render
from app.report.parse import report_from_json
from app.report.report import Shown
from hashing.edit_types import EditType
from hashing.faces import Face
from hashing.message import Message, verbatim
from hashing.types import Edit, Homography, Match, PreviewFrames, Segment, Span
from tests.app.api.service_made import report
from tests.app.evidence.faces_made import (
    CROP_AND_MIRROR,
    cropped_and_mirrored,
    decoded,
    film,
    likeness,
    match,
    pictures_of,
    plain_frames,
    reference_frames,
    with_head,
)
from tests.made.scenes import scene

SEEN = 0.8  # likeness of a face that is there: 0.97 and more; of none: up to 0.66
SEEN_IN_DIFFERENCE = 0.7  # there 0.74 and more, of none up to 0.6


@pytest.fixture(scope="module")
def reference() -> PreviewFrames:
    return film(reference_frames())


@pytest.fixture(scope="module")
def query() -> PreviewFrames:
    return film([cropped_and_mirrored(frame) for frame in reference_frames()])


@pytest.fixture(scope="module")
def sheet(query: PreviewFrames, reference: PreviewFrames) -> EvidenceSheet:
    edits = (
        Edit(
            EditType.TEXT,
            0.9,
            {"area": 0.1},
            verbatim("Text"),
            Span(0.5, 1.5),
            (0.1, 0.1, 0.6, 0.9),
        ),
    )
    one = match()
    return evidence(query, reference, Match(one.score, one.decision, one.segments, edits))


def page_of(sheet: EvidenceSheet) -> str:
    found = {
        "clip": {"id": "R000001", "name": "a.mp4", "title": None, "place": None},
        "appearances": [],
        "accepted": True,
        "score": 0.97,
        "relation": "edited",
        "coverage": {"query": 1.0, "reference": 1.0},
        "segments": [
            {"query": [0.0, 2.0], "reference": [0.0, 2.0], "speed": 1.0, "reversed": False,
             "mirrored": True, "inliers": 100}
        ],
        "edits": [
            {"type": "text", "confidence": 0.9, "query": [0.5, 1.5], "text": "Text",
             "box": [0.1, 0.1, 0.6, 0.9], "measure": {"area": 0.1}}
        ],
        "audio": {"state": "not_checked", "offset_s": None, "spans": []},
    }  # fmt: skip
    checked = report_from_json(report("q.mp4", matches=[found]))
    return render(checked, {"R000001": sheet}, Shown(faces=sheet.faces))


def test_no_face_survives_anywhere_in_the_page(sheet: EvidenceSheet) -> None:
    pictures = pictures_of(page_of(sheet))
    beside_the_verdict = 2  # the item's frame and the known clip's
    assert len(pictures) == beside_the_verdict + 3 * len(sheet.pairs) + len(sheet.thumbnails)
    assert len(sheet.thumbnails) == 1
    for picture in pictures:
        assert likeness(picture) < SEEN
    assert sheet.faces_filled > 0


def test_the_search_for_faces_would_have_found_them(
    query: PreviewFrames, reference: PreviewFrames
) -> None:
    shown = evidence(query, reference, match(), unblurred=True)
    pictures = pictures_of(page_of(shown))
    beside_the_verdict = [True, True]
    pairs = [True, True, False] * 3
    assert [likeness(picture) > SEEN for picture in pictures] == beside_the_verdict + pairs
    assert shown.faces == "shown"


def test_no_face_survives_in_the_difference_of_a_picture_that_lacks_it() -> None:
    wall = plain_frames()
    known = film([with_head(frame, 200, 110) for frame in wall])
    item = film([cropped_and_mirrored(frame) for frame in wall])
    for unblurred in (False, True):
        one = evidence(item, known, match(), unblurred=unblurred)
        assert len(one.pairs) == 3
        for pair in one.pairs:
            assert pair.difference is not None
            assert (likeness(decoded(pair.difference)) > SEEN_IN_DIFFERENCE) == unblurred


def test_a_page_never_says_redacted_of_pictures_that_are_not(
    query: PreviewFrames, reference: PreviewFrames
) -> None:
    shown = evidence(query, reference, match(), unblurred=True)
    with pytest.raises(ValueError, match="shows faces"):
        render(report_from_json(report("q.mp4")), {"R000001": shown}, Shown())


def test_without_a_detector_every_picture_is_filled(
    query: PreviewFrames, reference: PreviewFrames
) -> None:
    blank = evidence(query, reference, match(), detector=None)
    assert blank.pictures_filled == 2 * len(blank.pairs)
    for pair in blank.pairs:
        for content in (pair.query, pair.difference):
            assert content is not None
            assert np.abs(decoded(content).astype(int) - FILL_RGB).max() <= 3
    assert "redacted completely" in page_of(blank)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_no_face_survives_in_footage_without_its_rotation_tag(quarters: int) -> None:
    turn = [np.ascontiguousarray(np.rot90(frame, quarters)) for frame in reference_frames()]
    clip = film(turn)
    same: Homography = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    one = evidence(clip, clip, match(homography=same), strip=True)
    for pair in (*one.pairs, *one.strip):
        for content in (pair.query, pair.reference, pair.aligned):
            assert content is not None
            upright = np.ascontiguousarray(np.rot90(decoded(content), -quarters))
            assert likeness(upright) < SEEN
    upright = np.ascontiguousarray(np.rot90(decoded(thumbnail(clip)), -quarters))
    assert likeness(upright) < SEEN


class SeesInBright:
    """A detector that finds a face only where the middle of a frame is bright."""

    def detect(self, picture: np.ndarray, **how: object) -> list[Face]:
        return [Face((0.4, 0.4, 0.6, 0.6), 1.0)] if picture[140:150, 250:260].mean() > 128 else []


def test_a_thumbnail_is_filled_where_only_the_known_clip_shows_the_face() -> None:
    same: Homography = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    dim, bright = (film([np.full((288, 512, 3), v, np.uint8)] * 100) for v in (60, 200))
    whole = Span(0.0, 10.0)
    segment = Segment(whole, whole, 0.97, 1.0, False, None, same, True, 100)
    for span in (Span(4.0, 6.0), Span(0.2, 0.6)):  # where a pair stands, and where none does
        edits = (Edit("text", 0.9, {"area": 0.1}, None, span, (0.3, 0.3, 0.7, 0.7)),)
        one = evidence(
            dim, bright, Match(0.97, "accepted", (segment,), edits), detector=SeesInBright()
        )
        picture = decoded(one.thumbnails[0].picture)
        middle = picture[picture.shape[0] // 2, picture.shape[1] // 2].astype(int)
        assert np.abs(middle - FILL_RGB).max() <= 6


def test_pairs_show_the_same_instant(sheet: EvidenceSheet) -> None:
    assert [pair.query_s for pair in sheet.pairs] == pytest.approx([0.3, 1.0, 1.7], abs=0.11)
    for pair in sheet.pairs:
        assert pair.reference_s == pytest.approx(pair.query_s, abs=0.051)
        assert pair.difference_mean is not None
        assert pair.difference_mean < 0.02


def test_another_instant_differs_more(query: PreviewFrames, reference: PreviewFrames) -> None:
    late = Segment(Span(0.0, 1.0), Span(1.0, 2.0), 0.9, 1.0, False, None, CROP_AND_MIRROR, True, 50)
    wrong = evidence(query, reference, Match(0.9, "accepted", (late,)), unblurred=True)
    right = evidence(query, reference, match(), unblurred=True)
    assert min(p.difference_mean or 0 for p in wrong.pairs) > 3 * max(
        p.difference_mean or 0 for p in right.pairs
    )


def test_without_an_alignment_there_is_no_difference_map(
    query: PreviewFrames, reference: PreviewFrames
) -> None:
    plain = evidence(query, reference, match(homography=None), unblurred=True)
    assert all(pair.difference is None and pair.difference_mean is None for pair in plain.pairs)


def test_pictures_are_small(sheet: EvidenceSheet) -> None:
    for pair in sheet.pairs:
        for content in (pair.query, pair.reference, pair.difference):
            assert content is not None
            assert len(content) < 80_000
            assert max(decoded(content).shape) <= 480


def test_many_segments_are_bounded_and_said_to_be(
    query: PreviewFrames, reference: PreviewFrames
) -> None:
    pieces = tuple(
        Segment(Span(0.2 * i, 0.2 * i + 0.2), Span(0.2 * i, 0.2 * i + 0.2), 0.9) for i in range(9)
    )
    many = Match(0.9, "accepted", pieces)
    assert len({index for index, _, _ in pair_times(many, query, reference)}) == MAX_SEGMENTS
    problem = evidence(query, reference, many, detector=None).problems[0]
    assert problem == Message("evidence-longest-segments", {"shown": MAX_SEGMENTS, "count": 9})


def test_the_reference_runs_backwards_in_a_reversed_segment() -> None:
    forward = Segment(Span(2.0, 4.0), Span(10.0, 14.0), 0.9)
    backward = Segment(Span(2.0, 4.0), Span(10.0, 14.0), 0.9, reversed=True)
    assert reference_time(forward, 2.5) == 11.0
    assert reference_time(backward, 2.5) == 13.0
    assert reference_time(Segment(Span(0, 0), Span(3, 3), 0.9), 0.0) == 3.0


def test_the_shown_part_is_outlined_and_the_rest_dimmed() -> None:
    known = np.full((100, 200, 3), 200, np.uint8)
    marked = mark_shown(known, invert(CROP_AND_MIRROR), None)
    assert (marked[50, 100] == 200).all()
    assert (marked[2, 2] == 80).all()
    by_box = mark_shown(known, None, (0.1, 0.1, 0.9, 0.9))
    assert (by_box == marked).mean() > 0.99
    assert (mark_shown(known, None, None) == known).all()


def test_the_same_picture_under_other_brightness_does_not_differ() -> None:
    picture = scene(1, 0.0, (200, 100))
    darker = np.clip(picture * 0.6 + 10, 0, 255).astype(np.uint8)
    same = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    _, mean = difference_map(darker, picture, same, np.copy)
    assert mean is not None
    assert mean < 0.01
    _, other = difference_map(scene(2, 0.0, (200, 100)), picture, same, np.copy)
    assert other is not None
    assert other > 0.08


def test_pictures_that_share_nothing_have_no_difference() -> None:
    picture = scene(1, 0.0, (200, 100))
    away = ((1.0, 0.0, 5.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    _, mean = difference_map(picture, picture, away, np.copy)
    assert mean is None


def test_only_small_jpegs_may_stand_in_a_sheet() -> None:
    with pytest.raises(ValueError, match="JPEG"):
        Pair(0, 0.0, 0.0, b"GIF89a", b"\xff\xd8\xff")
    with pytest.raises(ValueError, match="bytes"):
        Pair(0, 0.0, 0.0, b"\xff\xd8\xff" + bytes(500_000), b"\xff\xd8\xff")


def test_under_a_moving_crop_each_pair_is_laid_as_the_crop_lay_then() -> None:
    frames = [scene(8, 0.0, (512, 288))] * 21
    window = (360, 202)

    def at(second: float) -> tuple[int, int]:
        return round(70 * second), 40

    def shown(second: float) -> Homography:
        x, y = at(second)
        wide, high = 512 / window[0], 288 / window[1]
        return ((wide, 0.0, -x / window[0]), (0.0, high, -y / window[1]), (0.0, 0.0, 1.0))

    cut = []
    for index, frame in enumerate(frames):
        x, y = at(index / 10)
        cut.append(frame[y : y + window[1], x : x + window[0]])
    whole = Span(0.0, 2.0)
    held = Segment(whole, whole, 0.97, 1.0, False, None, shown(1.0), False, 100)
    followed = replace(held, path=tuple((t, shown(t)) for t in (0.0, 1.0, 2.0)))
    known, item = film(frames), film(cut)
    means = [
        [pair.difference_mean or 0.0 for pair in sheet.pairs]
        for sheet in (
            evidence(item, known, Match(0.97, "accepted", (one,)), unblurred=True)
            for one in (held, followed)
        )
    ]
    (first, middle, last), along = means
    assert max(along) < 1.5 * middle
    assert min(first, last) > 2 * max(along)
