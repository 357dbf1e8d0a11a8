"""What was put around the picture is named and measured; honest copies have nothing around them."""

import numpy as np
import pytest

from hashing.describe.frame_cache import FrameCache
from hashing.explain.borders.border_regions import Region, Side
from hashing.explain.borders.split_screen import split_cell
from hashing.explain.difference.visible_area import Extent
from hashing.explain.framing import frame_edits, outside, surrounding_picture
from hashing.types import Box, Edit
from tests.hashing.explain import framed_made as made
from tests.hashing.explain.overlay_made import SIZE, Change, Picture, captioned, hosting
from tests.made import scene


@pytest.fixture(scope="module")
def known() -> FrameCache:
    return made.made()


def edits(known: FrameCache, change: Change, length: float = made.LENGTH_S) -> dict[str, Edit]:
    query = made.made(change, length)
    placement = made.placed(query, known, length=length)
    return {edit.type: edit for edit in frame_edits(query, known, placement, ())}


@pytest.mark.parametrize(
    "change",
    [
        made.worn,
        made.resized((426, 240)),
        made.cropped((0.1, 0.1, 0.8, 0.9)),
        made.turned(6),
        made.gained(0.5, 0),
    ],
)
def test_copies_crops_and_turned_pictures_have_nothing_around_them(
    known: FrameCache, change: made.Still
) -> None:
    assert edits(known, made.always(change)) == {}


def test_what_lies_over_the_picture_is_not_around_it(known: FrameCache) -> None:
    assert edits(known, hosting((0.6, 0.55, 0.97, 0.95))) == {}


def test_bars_are_measured_and_their_colour_named(known: FrameCache) -> None:
    bar = SIZE[1] // 8
    found = edits(known, made.always(made.barred(top=bar)))
    assert set(found) == {"letterbox"}
    assert found["letterbox"].measure["top"] == pytest.approx(0.1, abs=0.01)
    assert found["letterbox"].measure["bottom"] == pytest.approx(0.1, abs=0.01)
    found = edits(known, made.always(made.barred(left=64, grey=255)))
    assert set(found) == {"pillarbox"}
    assert str(found["pillarbox"].measure["colour"]) >= "#f8f8f8"


def test_a_caption_bar_is_text_and_no_letterbox(known: FrameCache) -> None:
    assert edits(known, captioned) == {}
    query = made.made(captioned)
    regions = outside(query, known, made.placed(query, known))
    assert [(region.side, region.kind) for region in regions] == [("top", "text")]
    assert regions[0].share == pytest.approx(1 - SIZE[1] / query.height, abs=0.02)


def test_a_blurred_fill_is_distinguished_from_a_larger_picture(known: FrameCache) -> None:
    found = edits(known, made.always(made.on_blur))
    assert set(found) == {"blurred_background"}
    assert found["blurred_background"].measure["frame_share"] == pytest.approx(0.32, abs=0.02)
    box = (0.3, 0.25, 0.8, 0.75)
    found = edits(known, made.inside(box))
    assert set(found) == {"inset"}
    assert found["inset"].box == pytest.approx(box, abs=0.02)


@pytest.mark.parametrize(
    ("change", "box"),
    [
        (made.side_by_side, (0, 0, 0.5, 1)),
        (made.stacked, (0, 0, 1, 0.5)),
        (made.by_night, (0.5, 0, 1, 1)),
    ],
)
def test_cells_of_a_split_screen_are_detected(known: FrameCache, change: Change, box: Box) -> None:
    found = edits(known, change)
    assert set(found) == {"split_screen"}
    assert found["split_screen"].box == pytest.approx(box, abs=0.02)


def test_a_filmed_screen_and_a_page_are_recordings(known: FrameCache) -> None:
    found = edits(known, made.always(made.filmed))
    assert set(found) == {"screen_recording"}
    assert float(found["screen_recording"].measure["depth"]) > 0.03
    assert set(edits(known, made.always(made.on_page))) == {"screen_recording"}


def test_black_bars_that_only_this_piece_of_an_item_has_are_reported_so(
    known: FrameCache,
) -> None:
    def change(picture: Picture, t: float) -> Picture:
        barred = made.barred(left=60)(picture)
        return scene(55, t, (barred.shape[1], barred.shape[0])) if t < 1.4 else barred

    query = made.made(change)
    placement = made.longer(made.placed(query, known), 1.4)
    (edit,) = frame_edits(query, known, placement, ())
    assert edit.type == "pillarbox"
    assert edit.message.params["segments"] == "one"


def test_cells_lie_between_the_borders_of_equal_parts() -> None:
    whole = (0.0, 0.0, 1.0, 1.0)
    assert split_cell((0.5, 0.0, 1.0, 0.5), whole) == (0.5, 0.5)
    assert split_cell((1 / 3, 0.0, 2 / 3, 1.0), whole) == pytest.approx((1 / 3, 1.0))
    assert split_cell((0.1, 0.1, 0.6, 0.6), whole) is None
    assert split_cell(whole, whole) is None
    assert split_cell((2 / 3, 0.02, 0.98, 1 / 3), whole) is None  # an inset in a corner
    assert split_cell((0.0, 0.1, 0.5, 0.9), (0.0, 0.1, 1.0, 0.9)) == (0.5, 1.0)


def test_a_still_has_a_frame_too() -> None:
    photo = made.made(length=0)
    found = edits(photo, made.always(made.barred(top=SIZE[1] // 8)), length=0)
    assert set(found) == {"letterbox"}
    assert found["letterbox"].measure["top"] == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(("rim", "types"), [(0.02, []), (0.2, ["blurred_background"])])
def test_a_soft_rim_is_no_filled_background(rim: float, types: list[str]) -> None:
    box = (0.0, rim, 1.0, 1 - rim)
    identity = ((1.0, 0.0, 0.0), (0.0, 1 - 2 * rim, rim), (0.0, 0.0, 1.0))
    seen = Extent(identity, np.zeros((4, 2)), box, True, (0.0, 0.0, 0.0, 0.0))
    sides: tuple[Side, ...] = ("top", "bottom")
    around = [
        Region(side, (0.0, 0.0, 1.0, rim), "blurred_copy", (90, 90, 90), rim) for side in sides
    ]
    found = surrounding_picture(tuple(around), seen, (0.0, 0.0, 1.0, 1.0))
    assert ([found.type] if found else []) == types
