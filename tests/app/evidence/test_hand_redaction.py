"""What a person blanks by hand is in nothing that is made, on either side."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.evidence.evidence_sheet import FramePart, Redaction
from app.evidence.face_redaction import FILL_RGB
from app.evidence.hand_redaction import HandFill, hand_fill
from app.evidence.make_sheet import DIMMED, NOT_LAID_OVER, evidence
from hashing.types import Box, Edit, Homography, Match, PreviewFrames, Segment, Span
from tests.app.evidence.faces_made import CROP_AND_MIRROR, cropped_and_mirrored, decoded, film
from tests.made.scenes import scene

type Mask = NDArray[np.bool_]

LEFT: Box = (0.0, 0.25, 0.5, 0.75)
# the item shows 80 % of the known frame, mirrored: its left half is the known frame's right
LEFT_IN_KNOWN: Box = (0.5, 0.3, 0.9, 0.7)


@pytest.fixture(scope="module")
def known() -> PreviewFrames:
    return film([scene(9, 0.0, (512, 288))] * 20)


@pytest.fixture(scope="module")
def item() -> PreviewFrames:
    return film([cropped_and_mirrored(scene(9, 0.0, (512, 288)))] * 20)


def match(homography: Homography | None = CROP_AND_MIRROR) -> Match:
    whole = Span(0.0, 2.0)
    segment = Segment(whole, whole, 0.97, 1.0, False, None, homography, True, 100)
    edits = (Edit("text", 0.9, {"area": 0.1}, None, whole, (0.0, 0.0, 1.0, 1.0)),)
    return Match(0.97, "accepted", (segment,), edits)


def gone(picture: bytes, dimmed: float = 1.0) -> Mask:
    """Where a picture has the flat colour, or that colour dimmed; JPEG leaves ripples of it."""
    fill = np.array(FILL_RGB) * dimmed
    return np.asarray(np.abs(decoded(picture).astype(int) - fill).max(axis=2) <= 24)


def inside(mask: Mask, box: Box, margin: float = 0.02) -> Mask:
    height, width = mask.shape
    x0, y0, x1, y1 = box
    return mask[
        round((y0 + margin) * height) : round((y1 - margin) * height),
        round((x0 + margin) * width) : round((x1 - margin) * width),
    ]


def test_a_part_blanked_in_the_item_is_gone_from_everything(
    item: PreviewFrames, known: PreviewFrames
) -> None:
    by_hand = Redaction(blanked=(FramePart("item", LEFT),))
    one = evidence(item, known, match(), unblurred=True, strip=True, redaction=by_hand)
    assert one.by_hand
    for pair in (*one.pairs, *one.strip):
        for content in (pair.query, pair.difference, pair.aligned):
            assert content is not None
            assert inside(gone(content), LEFT).all()
        assert inside(gone(pair.reference), LEFT_IN_KNOWN).all()
        assert gone(pair.query).mean() < 0.4
    assert inside(gone(one.thumbnails[0].picture), LEFT).all()


def test_a_part_blanked_in_the_known_clip_is_gone_from_the_item_too(
    item: PreviewFrames, known: PreviewFrames
) -> None:
    by_hand = Redaction(blanked=(FramePart("known", LEFT_IN_KNOWN),))
    one = evidence(item, known, match(), unblurred=True, redaction=by_hand)
    for pair in one.pairs:
        assert inside(gone(pair.query), LEFT).all()
        assert inside(gone(pair.reference), LEFT_IN_KNOWN).all()


def test_everything_but_a_part_can_be_blanked(item: PreviewFrames, known: PreviewFrames) -> None:
    by_hand = Redaction(kept=(FramePart("item", LEFT),))
    one = evidence(item, known, match(), unblurred=True, redaction=by_hand)
    for pair in one.pairs:
        assert not inside(gone(pair.query), LEFT).all()
        assert gone(pair.query)[:, gone(pair.query).shape[1] // 2 + 4 :].all()
        assert inside(gone(pair.reference), (0.1, 0.1, 0.5, 0.9), 0.04).all()
        assert not inside(gone(pair.reference), LEFT_IN_KNOWN).all()
        # what the known frame shows beyond the item's goes too; the page dims it
        beyond = gone(pair.reference, DIMMED)
        assert inside(beyond, (0.0, 0.0, 0.09, 1.0)).all()
        assert inside(beyond, (0.91, 0.0, 1.0, 1.0)).all()


def test_a_span_limits_a_part_to_its_time(item: PreviewFrames, known: PreviewFrames) -> None:
    by_hand = Redaction(blanked=(FramePart("item", LEFT, Span(0.0, 0.8)),))
    one = evidence(item, known, match(), unblurred=True, redaction=by_hand)
    assert [bool(inside(gone(p.query), LEFT).all()) for p in one.pairs] == [True, False, False]


def test_without_an_alignment_the_sheet_says_what_is_not_blanked(
    item: PreviewFrames, known: PreviewFrames
) -> None:
    by_hand = Redaction(blanked=(FramePart("item", LEFT),))
    one = evidence(item, known, match(None), unblurred=True, redaction=by_hand)
    assert one.problems == (NOT_LAID_OVER,)
    kept = Redaction(kept=(FramePart("item", LEFT),))
    for pair in evidence(item, known, match(None), unblurred=True, redaction=kept).pairs:
        assert gone(pair.reference).mean() > 0.99


def test_nothing_by_hand_is_said_to_be_nothing(item: PreviewFrames, known: PreviewFrames) -> None:
    assert not evidence(item, known, match(), unblurred=True, redaction=Redaction()).by_hand


def test_a_pixel_that_an_edge_cuts_is_blanked() -> None:
    part = FramePart("item", (0.15, 0.15, 0.55, 0.55))
    blanked = hand_fill(Redaction(blanked=(part,)), "item", 0.0, (10, 10, 3))
    kept = hand_fill(Redaction(kept=(part,)), "item", 0.0, (10, 10, 3))
    assert blanked is not None
    assert kept is not None
    assert blanked.mask.sum() == 25  # pixels 1 to 5
    assert (~kept.mask).sum() == 9  # pixels 2 to 4
    assert hand_fill(Redaction(kept=(part,)), "known", 0.0, (10, 10, 3)) is None


def test_a_fill_without_a_finite_place_covers_all() -> None:
    behind = np.array([[1.0, 0, 0], [0, 1, 0], [-0.2, 0, 1]])
    fill = HandFill(np.zeros((10, 10), bool), False)
    assert fill.lay_onto(behind, (10, 10)).mask.all()


@pytest.mark.parametrize(
    "box", [(0.5, 0, 0.4, 1), (0, 0, 1, 1.1), (0, 0, 0, 1), (float("nan"), 0, 1, 1)]
)
def test_a_part_is_inside_the_frame(box: Box) -> None:
    with pytest.raises(ValueError, match="part of a frame"):
        FramePart("item", box)


def test_parts_are_bounded() -> None:
    with pytest.raises(ValueError, match="1000"):
        Redaction((FramePart("item", LEFT),) * 1001)
