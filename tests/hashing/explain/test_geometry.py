"""What was done to the picture's geometry is measured; honest copies give nothing."""

from dataclasses import replace

import numpy as np
import pytest

from hashing.describe.frame_cache import FrameCache
from hashing.explain.difference.visible_area import _margin_depth, extent
from hashing.explain.geometry import geometry_edits, inscribed
from hashing.pan_zoom.stabilise import follow_crop, stabilise_reference
from hashing.types import Edit
from tests.hashing.explain import framed_made as made
from tests.hashing.explain.overlay_made import Change, Picture, captioned, hosting, subtitled


@pytest.fixture(scope="module")
def known() -> FrameCache:
    return made.made()


@pytest.fixture(scope="module")
def photo() -> FrameCache:
    return made.made(length=0)


def edits(known: FrameCache, change: Change, mirrored: bool = False) -> dict[str, Edit]:
    query = made.made(change)
    placement = made.placed(query, known, mirrored)
    return {edit.type: edit for edit in geometry_edits(query, known, placement, ())}


def photo_edits(photo: FrameCache, change: made.Still, mirrored: bool = False) -> dict[str, Edit]:
    query = made.made(made.always(change), length=0)
    placement = made.placed(query, photo, mirrored, length=0)
    return {edit.type: edit for edit in geometry_edits(query, photo, placement, ())}


@pytest.mark.parametrize(
    "change", [made.worn, made.resized((426, 240)), made.barred(top=40), made.gained(0.7, 30)]
)
def test_honest_copies_and_bars_leave_the_geometry_alone(
    known: FrameCache, change: made.Still
) -> None:
    assert edits(known, made.always(change)) == {}


def test_honest_photos_leave_the_geometry_alone(photo: FrameCache) -> None:
    assert photo_edits(photo, made.worn) == {}


def test_a_crop_says_what_is_left_and_where_it_was_cut(known: FrameCache) -> None:
    found = edits(known, made.always(made.cropped((0.1, 0.2, 0.8, 1.0))))
    assert set(found) == {"crop"}
    measure = found["crop"].measure
    assert measure["kept_area"] == pytest.approx(0.56, abs=0.02)
    assert measure["left"] == pytest.approx(0.1, abs=0.01)
    assert measure["right"] == pytest.approx(0.2, abs=0.01)
    assert measure["bottom"] == pytest.approx(0, abs=0.01)


def test_what_broke_off_is_no_crop_and_what_was_cut_besides_is_one(photo: FrameCache) -> None:
    upper = made.made(made.always(made.cropped((0.0, 0.0, 1.0, 0.7))), length=0)
    broken = FrameCache(replace(upper.fingerprint, decoded=(0.0, 0.0, 1.0, 0.7)))
    placement = made.placed(broken, photo, length=0)
    assert geometry_edits(broken, photo, placement, ()) == []
    assert [edit.type for edit in geometry_edits(upper, photo, placement, ())] == ["crop"]
    side = made.made(made.always(made.cropped((0.2, 0.0, 1.0, 0.7))), length=0)
    side = FrameCache(replace(side.fingerprint, decoded=(0.0, 0.0, 1.0, 0.7)))
    placement = made.placed(side, photo, length=0)
    (crop,) = geometry_edits(side, photo, placement, ())
    assert crop.measure["left"] == pytest.approx(0.2, abs=0.02)
    assert crop.measure["bottom"] == pytest.approx(0.0, abs=0.02)


def test_a_caption_bar_does_not_hide_a_crop(known: FrameCache) -> None:
    def change(picture: Picture, t: float) -> Picture:
        return captioned(made.cropped((0.0, 0.3, 1.0, 1.0))(picture), t)

    found = edits(known, change)
    assert found["crop"].measure["top"] == pytest.approx(0.3, abs=0.02)


def test_a_dark_rim_beside_a_white_bar_is_not_cut_off() -> None:
    """Windows that reach over into the bar see something else there; the picture is all there."""

    def change(picture: Picture, t: float) -> Picture:
        return made.barred(top=40, grey=255)(made.in_space(picture, t))

    query, dark = made.made(change), made.made(made.in_space)
    assert geometry_edits(query, dark, made.placed(query, dark), ()) == []


def test_what_lies_over_the_picture_cuts_nothing_off(known: FrameCache) -> None:
    assert edits(known, subtitled) == {}
    assert edits(known, hosting((0.6, 0.55, 0.97, 0.95))) == {}


def test_a_mirror_image_is_distinguished_from_an_upside_down_one(known: FrameCache) -> None:
    found = edits(known, made.always(made.mirrored), mirrored=True)
    assert set(found) == {"mirror"}
    assert found["mirror"].measure == {"axis": "vertical"}
    found = edits(known, made.always(made.upside_down), mirrored=True)
    assert set(found) == {"mirror"}
    assert found["mirror"].measure == {"axis": "horizontal"}


@pytest.mark.parametrize(("change", "degrees"), [(made.quarter, 90), (made.turned(-7), -7)])
def test_turns_are_measured_clockwise(
    known: FrameCache, change: made.Still, degrees: float
) -> None:
    found = edits(known, made.always(change))
    assert set(found) == {"rotate"}
    assert found["rotate"].measure["degrees"] == pytest.approx(degrees, abs=0.5)


def test_a_stretched_picture_is_measured_in_square_pixels(known: FrameCache) -> None:
    found = edits(known, made.always(made.resized((460, 288))))
    assert set(found) == {"stretch"}
    assert found["stretch"].measure["width_over_height"] == pytest.approx(460 / 512, abs=0.01)


def along_its_path(known: FrameCache, change: Change) -> dict[str, Edit]:
    query = made.made(change)
    found = follow_crop(query, known, made.placed(query, known))
    assert found is not None
    stabilised = stabilise_reference(query, known, found[0])
    assert stabilised is not None
    return {edit.type: edit for edit in geometry_edits(query, *stabilised, ())}


def test_a_moving_crop_is_distinguished_from_a_still_one(known: FrameCache) -> None:
    assert set(along_its_path(known, made.panned)) == {"zoom_pan"}
    found = along_its_path(known, made.zoomed)
    assert set(found) == {"zoom_pan"}
    assert found["zoom_pan"].measure["zoom"] == pytest.approx(1.29, abs=0.06)


def test_a_still_crop_has_no_path(known: FrameCache) -> None:
    query = made.made(made.always(made.cropped((0.1, 0.2, 0.8, 1.0))))
    assert follow_crop(query, known, made.placed(query, known)) is None


def test_a_turned_square_keeps_half_of_its_area_at_45_degrees() -> None:
    assert inscribed(1.0, 45) == pytest.approx(0.5)
    assert inscribed(16 / 9, 0) == 1.0


def test_the_extent_ends_where_another_picture_begins(known: FrameCache) -> None:
    query = made.made(made.side_by_side)
    seen = extent(query, known, made.placed(query, known))
    assert seen.box == pytest.approx((0, 0, 0.5, 1), abs=0.02)
    assert seen.visible == pytest.approx((0.25, 0, 0.75, 1), abs=0.02)


def test_half_a_picture_covered_by_another_that_agrees_here_and_there_is_detected() -> None:
    agrees = np.r_[np.full(50, 0.1), np.full(90, 1.0)]
    lines = np.stack([agrees * 80, np.full(140, 80.0)], axis=1)
    assert _margin_depth(lines, 100) == 50
    agrees[:50] = 0.2  # chance gives less: the footage itself is seen there
    assert _margin_depth(np.stack([agrees * 80, lines[:, 1]], axis=1), 100) == 0
