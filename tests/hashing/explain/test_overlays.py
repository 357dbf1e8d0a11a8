"""What was laid over is found, named and placed; copies with nothing over them give nothing."""

import numpy as np
import pytest

from hashing.describe.frame_cache import FrameCache
from hashing.explain.difference.residual import masks
from hashing.explain.overlays import overlay_edits
from hashing.types import Box, Edit
from tests.hashing.explain import overlay_made as made

BOX: Box = (0.1, 0.22, 0.4, 0.68)


@pytest.fixture(scope="module")
def known() -> FrameCache:
    return made.reel()


@pytest.fixture(scope="module")
def photo() -> FrameCache:
    return made.reel(length=0)


def edits(known: FrameCache, change: made.Change) -> list[Edit]:
    return overlay_edits(made.reel(change=change), known, made.placed(), ())


def overlap(one: Box | None, other: Box) -> float:
    """Intersection over union."""
    assert one is not None
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or tall <= 0:
        return 0.0
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * tall / (areas - wide * tall)


@pytest.mark.parametrize(
    "change", [made.recompressed, made.softened, made.noisy, made.tinted, None]
)
def test_copies_with_nothing_over_them_give_nothing(
    known: FrameCache, photo: FrameCache, change: made.Change | None
) -> None:
    assert overlay_edits(made.reel(change=change), known, made.placed(), ()) == []
    still = made.reel(change=change, length=0)
    assert overlay_edits(still, photo, made.placed(length=0), ()) == []


def test_a_small_misplacement_is_no_overlay(known: FrameCache) -> None:
    shifted = np.array([[1.004, 0, -1.2], [0, 1.004, 1.1], [0, 0, 1.0]])
    assert overlay_edits(made.reel(), known, made.placed(shifted), ()) == []


def test_subtitles_are_text_at_the_bottom(known: FrameCache) -> None:
    found = edits(known, made.subtitled)
    assert {one.type for one in found} == {"text"}
    boxes = [one.box for one in found if one.box is not None]
    assert min(box[1] for box in boxes) > 0.7
    assert max(box[2] for box in boxes) - min(box[0] for box in boxes) > 0.45


def test_a_mark_in_a_corner_is_a_logo_there_throughout(known: FrameCache) -> None:
    (found,) = edits(known, made.marked)
    assert found.type == "logo"
    assert found.query is None
    assert overlap(found.box, (270 / 384, 12 / 216, 374 / 384, 36 / 216)) > 0.5


def test_a_line_of_writing_in_a_corner_is_text(known: FrameCache) -> None:
    (found,) = edits(known, made.signed)
    assert found.type == "text"
    assert "opacity" not in found.measure  # the footage is seen between the letters


def test_writing_with_a_wide_space_in_it_is_one_line_of_text(known: FrameCache) -> None:
    (found,) = edits(known, made.spaced)
    assert found.type == "text"  # its first word alone would pass for a mark
    assert overlap(found.box, (18 / 384, 184 / 216, 236 / 384, 206 / 216)) > 0.6


def test_a_yellow_face_is_a_sticker(known: FrameCache, photo: FrameCache) -> None:
    (found,) = edits(known, made.smiling)
    assert found.type == "sticker"
    assert overlap(found.box, (80 / 384, 58 / 216, 144 / 384, 122 / 216)) > 0.6
    assert found.measure["area"] == pytest.approx(np.pi * 32**2 / (384 * 216), rel=0.5)
    still = made.reel(change=made.smiling, length=0)
    (same,) = overlay_edits(still, photo, made.placed(length=0), ())
    assert same.type == "sticker"


@pytest.mark.parametrize("hide", [made.blurred_out, made.pixelated, made.blacked_out])
def test_hidden_places_are_censored(known: FrameCache, hide: made.Hiding) -> None:
    (found,) = edits(known, hide(BOX))
    assert found.type == "censor"
    assert overlap(found.box, BOX) > 0.5


def test_another_clip_in_a_corner_is_an_inset_over(known: FrameCache) -> None:
    box = (0.62, 0.58, 0.97, 0.95)
    (found,) = edits(known, made.hosting(box))
    assert found.type == "inset_over"
    assert overlap(found.box, box) > 0.8


def test_a_bar_with_writing_above_the_footage_is_text(known: FrameCache) -> None:
    down = np.array([[1, 0, 0], [0, 1, 48.0], [0, 0, 1]])
    captioned = made.reel(change=made.captioned)
    (found,) = overlay_edits(captioned, known, made.placed(down), ())
    assert found.type == "text"
    assert overlap(found.box, (0, 0, 1, 48 / 264)) > 0.7


def test_a_black_bar_below_a_night_picture_ends_where_that_begins() -> None:
    captioned = made.reel(change=made.night_captioned)
    (found,) = overlay_edits(captioned, made.reel(change=made.night), made.placed(), ())
    assert found.type == "text"
    assert overlap(found.box, (0, 216 / 264, 1, 1)) > 0.9


def test_a_bar_without_writing_is_none(known: FrameCache) -> None:
    down = np.array([[1, 0, 0], [0, 1, 40.0], [0, 0, 1]])
    boxed = made.reel(change=lambda one, t: np.pad(one, ((40, 40), (0, 0), (0, 0))))
    assert overlay_edits(boxed, known, made.placed(down), ()) == []


def test_the_mask_hides_what_lies_over_and_nothing_else(known: FrameCache) -> None:
    mask = masks(made.reel(change=made.smiling), known, made.placed())
    assert mask is not None
    hidden = mask.at(3.0, made.SIZE)
    assert hidden[68:112, 90:134].mean() > 0.7
    assert hidden[:, 195:].mean() < 0.01
