from types import SimpleNamespace
from typing import cast

import cv2
import numpy as np
import pytest

from hashing.edit_types import EditType
from hashing.explain.difference.registered_frames import RegisteredPair, same_time_indices
from hashing.explain.redaction.redactions import Censored, areas, without_hidden
from hashing.explain.regions.classify_patches import Finding
from hashing.imaging.boxes import mostly_in
from tests.hashing.explain import overlay_made
from tests.made import scene

SIZE = (384, 216)
BOX = (0.3, 0.35, 0.55, 0.7)


def _cut(box: tuple[float, float, float, float]) -> tuple[slice, slice]:
    x0, y0, x1, y1 = box
    return (
        slice(round(y0 * SIZE[1]), round(y1 * SIZE[1])),
        slice(round(x0 * SIZE[0]), round(x1 * SIZE[0])),
    )


def _coded(picture: np.ndarray, quality: int = 60) -> np.ndarray:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def _grained(t: float) -> np.ndarray:
    """A scene with detail everywhere, so that its loss can be seen everywhere."""
    picture = scene(11, t, SIZE).astype(np.float32)
    grain = np.random.default_rng(3).normal(0, 22, picture.shape[:2]).astype(np.float32)
    picture += cv2.GaussianBlur(grain, (0, 0), 1.0)[..., None] * 2
    return picture.clip(0, 255).astype(np.uint8)


def _hidden(way: str, part: np.ndarray) -> np.ndarray:
    if way == "covered":
        return np.zeros_like(part)
    if way == "blurred":
        return cv2.GaussianBlur(part, (0, 0), 6.0)
    few = cv2.resize(part, (part.shape[1] // 9, part.shape[0] // 9), interpolation=cv2.INTER_AREA)
    return cv2.resize(few, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_NEAREST)


def _pairs(change, count: int = 5, quality: int = 60) -> list[RegisteredPair]:
    out = []
    for k in range(count):
        picture = _grained(0.7 * k)
        shown = _coded(change(picture.copy(), k), quality)
        out.append(RegisteredPair(0.7 * k, shown, picture, np.ones(SIZE[::-1], bool)))
    return out


def _hides(way: str, step: float = 0.0):
    def change(picture: np.ndarray, k: int) -> np.ndarray:
        where = _cut((BOX[0] + step * k, BOX[1], BOX[2] + step * k, BOX[3]))
        picture[where] = _hidden(way, picture[where])
        return picture

    return change


@pytest.mark.parametrize("way", ["covered", "blurred", "pixelated"])
def test_a_redacted_area_is_detected_with_its_way_and_place(way: str) -> None:
    (found,) = areas(_pairs(_hides(way)))

    assert found.way == ("covered" if way == "covered" else "unreadable")
    assert found.box == pytest.approx(BOX, abs=0.04)
    assert found.span is None


def test_an_area_that_moves_is_one() -> None:
    (found,) = areas(_pairs(_hides("blurred", step=0.08)))

    assert found.box[0] == pytest.approx(BOX[0], abs=0.05)
    assert found.box[2] == pytest.approx(BOX[2] + 0.32, abs=0.05)


def test_an_area_hidden_for_a_part_of_the_time_has_a_span() -> None:
    hide = _hides("covered")

    (found,) = areas(_pairs(lambda picture, k: hide(picture, k) if k >= 3 else picture))

    assert found.span is not None
    assert found.span.start == pytest.approx(1.75, abs=0.4)


@pytest.mark.parametrize("quality", [75, 20, 5])
def test_a_copy_has_none_however_badly_coded(quality: int) -> None:
    assert areas(_pairs(lambda picture, k: picture, quality=quality)) == []


def test_a_picture_blurred_all_over_has_none() -> None:
    assert areas(_pairs(lambda picture, k: cv2.GaussianBlur(picture, (0, 0), 2.0))) == []


def test_a_vignette_hides_nothing() -> None:
    y, x = np.mgrid[-1 : 1 : SIZE[1] * 1j, -1 : 1 : SIZE[0] * 1j]
    falls = (1 - 0.7 * (x**2 + y**2) / 2)[..., None]

    assert areas(_pairs(lambda picture, k: (picture * falls).astype(np.uint8))) == []


def test_a_place_filled_in_from_around_is_not_hidden() -> None:
    mask = np.zeros(SIZE[::-1], np.uint8)
    mask[_cut(BOX)] = 255

    def removed(picture: np.ndarray, k: int) -> np.ndarray:
        return cv2.inpaint(picture, mask, 3, cv2.INPAINT_TELEA)

    assert areas(_pairs(removed)) == []


def test_a_bar_along_the_rim_is_not_a_covered_area() -> None:
    def barred(picture: np.ndarray, k: int) -> np.ndarray:
        picture[-40:, 100:250] = 0
        return picture

    assert areas(_pairs(barred)) == []


def _change(box: tuple[float, float, float, float], kind: EditType = EditType.TAMPER) -> Finding:
    seen = SimpleNamespace(box=box)
    return cast(Finding, SimpleNamespace(kind=kind, patch=seen))


def test_what_a_moving_cover_has_just_left_is_no_change_of_the_scene() -> None:
    """The instants compared do not reach all of its places; one that stands has no others."""
    just_left, away = _change((0.2, 0.5, 0.27, 0.7)), _change((0.02, 0.5, 0.08, 0.7))
    box = (0.28, 0.42, 0.58, 0.81)
    moving = Censored("covered", box, 0.044, None, 0.5)
    standing = Censored("covered", box, 0.117, None, 0.5)
    assert without_hidden([just_left, away], [moving]) == [away]
    assert without_hidden([just_left, away], [standing]) == [just_left, away]


def test_no_content_change_is_reported_where_it_meets_a_cover() -> None:
    cover = _change((0.1, 0.24, 0.23, 0.39), EditType.CENSOR)
    beside, away = _change((0.13, 0.06, 0.34, 0.32)), _change((0.5, 0.06, 0.7, 0.32))
    sticker = _change((0.13, 0.06, 0.34, 0.32), EditType.STICKER)
    assert without_hidden([cover, beside, away, sticker], []) == [cover, away, sticker]


def test_boxes_that_lie_in_others() -> None:
    area = Censored("covered", BOX, 0.08, None, 1.0)

    assert mostly_in((0.32, 0.4, 0.5, 0.6), area.box)
    assert not mostly_in((0.5, 0.4, 0.9, 0.6), area.box)


@pytest.mark.parametrize("side", [14, 20, 26])
def test_large_blocks_are_one_unreadable_area(side: int) -> None:
    """Blocks this large keep little of the shapes; their steps say what was done."""

    def change(picture: np.ndarray, k: int) -> np.ndarray:
        part = picture[_cut(BOX)]
        size = part.shape[1] // side, part.shape[0] // side
        few = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        picture[_cut(BOX)] = cv2.resize(few, part.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        return picture

    (area,) = areas(_pairs(change))
    assert area.way == "unreadable"
    assert area.box == pytest.approx(BOX, abs=0.02)


def _plain(t: float) -> np.ndarray:
    """A head before a plain wall, and a shelf: next to no texture."""
    picture = np.full((*SIZE[::-1], 3), 150, np.uint8)
    turn = np.linspace(0, 2 * np.pi, 200)
    far = 1 + 0.12 * np.sin(5 * turn + 1) + 0.08 * np.sin(11 * turn)
    outline = np.stack([165 + 34 * far * np.cos(turn), 118 + 36 * far * np.sin(turn)], axis=1)
    cv2.fillPoly(picture, [outline.round().astype(np.int32)], (70, 80, 110), cv2.LINE_AA)
    for x, y in ((152, 106), (176, 109), (166, 133)):
        cv2.ellipse(picture, (x, y), (7, 4), 8, 0, 360, (30, 30, 50), -1, cv2.LINE_AA)
    for k in range(14):
        cv2.rectangle(picture, (260 + 8 * k, 20), (264 + 8 * k, 190), (30 + 9 * k, 60, 40), -1)
    return picture


def _plain_pairs(change, count: int = 5) -> list[RegisteredPair]:
    out = []
    for k in range(count):
        picture = _plain(k)
        out.append(
            RegisteredPair(
                0.7 * k, _coded(change(picture.copy(), k)), picture, np.ones(SIZE[::-1], bool)
            )
        )
    return out


@pytest.mark.parametrize("way", ["blurred", "pixelated"])
def test_an_outline_is_enough_where_all_else_is_plain(way: str) -> None:
    (found,) = areas(_plain_pairs(_hides(way)))

    assert found.way == "unreadable"
    assert mostly_in(found.box, BOX)


def test_a_plain_copy_has_none() -> None:
    assert areas(_plain_pairs(lambda picture, k: picture)) == []


def test_what_is_a_few_pixels_off_has_moved_and_is_not_hidden() -> None:
    def moved(picture: np.ndarray, k: int) -> np.ndarray:
        picture[_cut(BOX)] = np.roll(picture, (2, 3), (0, 1))[_cut(BOX)]
        return picture

    assert areas(_pairs(moved)) == []


def test_an_area_of_a_frame_that_is_blurred_all_over_is_detected() -> None:
    hide = _hides("pixelated")

    def change(picture: np.ndarray, k: int) -> np.ndarray:
        return cv2.GaussianBlur(hide(picture, k), (0, 0), 0.9)

    (found,) = areas(_pairs(change))
    assert found.box == pytest.approx(BOX, abs=0.04)


def test_frames_that_are_compared_are_of_the_same_time() -> None:
    query, known = overlay_made.reel(), overlay_made.reel()
    late = overlay_made.placed(length=5.0, offset=0.04)

    pairs = same_time_indices(query, known, late, 4)

    assert len(pairs) == 4
    assert all(a == b for a, b in pairs)
    assert [a for a, _ in pairs] == sorted(a for a, _ in pairs)
