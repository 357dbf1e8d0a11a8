"""Another picture over the footage is told by its four sides, whatever it shows."""

import cv2
import numpy as np
import pytest

from hashing.describe.frame_cache import FrameCache
from hashing.explain.difference.residual import difference
from hashing.explain.overlays import overlay_edits
from hashing.explain.regions.classify_patches import findings
from hashing.explain.regions.find_patches import patches
from hashing.explain.regions.picture_in_picture import Frame, frame_of
from hashing.types import Box
from tests.hashing.explain import overlay_made as made
from tests.hashing.explain.test_overlays import overlap

BOX: Box = (0.62, 0.06, 0.96, 0.4)


@pytest.fixture(scope="module")
def known() -> FrameCache:
    return made.reel()


def ball(picture: made.Picture, t: float) -> made.Picture:
    """A rectangle of few colours in which a ball swings."""
    x0, y0, x1, y1 = made.pixels(BOX, picture)
    part = np.full((y1 - y0, x1 - x0, 3), (14, 18, 40), np.uint8)
    at = (round((x1 - x0) * (0.5 + 0.25 * np.sin(2 * t))), (y1 - y0) // 2)
    cv2.circle(part, at, 22, (70, 90, 150), -1, cv2.LINE_AA)
    cv2.circle(part, (at[0] - 8, at[1] - 6), 6, (120, 150, 200), -1, cv2.LINE_AA)
    out = picture.copy()
    out[y0:y1, x0:x1] = part
    return out


def plate(picture: made.Picture, t: float) -> made.Picture:
    """Writing on a plate that stays."""
    x0, y0, x1, y1 = made.pixels((0.62, 0.06, 0.96, 0.22), picture)
    out = picture.copy()
    out[y0:y1, x0:x1] = (20, 40, 120)
    white = (255, 255, 255)
    at = (x0 + 8, y1 - 10)
    cv2.putText(out, "CITY TV 24", at, cv2.FONT_HERSHEY_DUPLEX, 0.65, white, 1, cv2.LINE_AA)
    return out


def frames(known: FrameCache, change: made.Change) -> list[Frame]:
    query, placement = made.reel(change=change), made.placed()
    found = difference(query, known, placement)
    assert found is not None
    return [frame_of(query, known, placement, found, one) for one in patches(found)]


def test_a_plain_moving_picture_is_an_inset_and_its_box_exact(known: FrameCache) -> None:
    (found,) = overlay_edits(made.reel(change=ball), known, made.placed(), ())
    assert found.type == "inset_over"
    assert found.query is None
    assert overlap(found.box, BOX) > 0.95


def test_another_scene_is_an_inset_and_its_box_exact(known: FrameCache) -> None:
    change = made.hosting(BOX)
    (found,) = overlay_edits(made.reel(change=change), known, made.placed(), ())
    assert found.type == "inset_over"
    assert overlap(found.box, BOX) > 0.95


@pytest.mark.parametrize(
    "change",
    [
        made.smiling,
        made.pasted_in((0.15, 0.2, 0.4, 0.6), 1.0, 5.0),
        made.painted_out((0.15, 0.2, 0.4, 0.6), 1.0, 5.0),
    ],
)
def test_what_has_no_straight_sides_has_no_frame(known: FrameCache, change: made.Change) -> None:
    found = frames(known, change)
    assert found
    assert not any(one.stands for one in found)


@pytest.mark.parametrize("change", [plate, made.blacked_out(BOX), made.pixelated(BOX)])
def test_plates_and_hidden_places_are_no_pictures(known: FrameCache, change: made.Change) -> None:
    found = findings(made.reel(change=change), known, made.placed())
    assert not {"inset_over", "tamper", "tamper_added"} & {one.kind for one in found}


def test_a_border_that_moves_is_no_frame() -> None:
    sides, box = (1.0, 0.9, 1.0, 0.9), BOX
    assert Frame(box, sides, (0.9, 0.8, 0.9, 0.8)).stands
    assert not Frame(box, sides, (0.2, 0.3, 0.2, 0.3)).stands


def test_amid_texture_each_instant_has_to_show_the_border() -> None:
    sides = (1.0, 0.8, 0.4, 0.9)
    assert Frame(BOX, sides, (1.0, 0.9, 0.8, 1.0)).stands
    assert not Frame(BOX, sides, (1.0, 0.9, 0.5, 1.0)).stands
