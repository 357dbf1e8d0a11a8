import cv2
import numpy as np
import pytest

from hashing.censored import Censored, areas, mostly_in
from hashing.looks import Look
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


def _looks(change, count: int = 5, quality: int = 60) -> list[Look]:
    out = []
    for k in range(count):
        picture = _grained(0.7 * k)
        shown = _coded(change(picture.copy(), k), quality)
        out.append(Look(0.7 * k, shown, picture, np.ones(SIZE[::-1], bool)))
    return out


def _hides(way: str, step: float = 0.0):
    def change(picture: np.ndarray, k: int) -> np.ndarray:
        where = _cut((BOX[0] + step * k, BOX[1], BOX[2] + step * k, BOX[3]))
        picture[where] = _hidden(way, picture[where])
        return picture

    return change


@pytest.mark.parametrize("way", ["covered", "blurred", "pixelated"])
def test_an_area_made_unreadable_is_found_with_its_way_and_place(way: str) -> None:
    (found,) = areas(_looks(_hides(way)))

    assert found.way == ("covered" if way == "covered" else "unreadable")
    assert found.box == pytest.approx(BOX, abs=0.04)
    assert found.span is None


def test_an_area_that_moves_is_one() -> None:
    (found,) = areas(_looks(_hides("blurred", step=0.08)))

    assert found.box[0] == pytest.approx(BOX[0], abs=0.05)
    assert found.box[2] == pytest.approx(BOX[2] + 0.32, abs=0.05)


def test_an_area_hidden_for_a_part_of_the_time_has_a_span() -> None:
    hide = _hides("covered")

    (found,) = areas(_looks(lambda picture, k: hide(picture, k) if k >= 3 else picture))

    assert found.span is not None
    assert found.span.start == pytest.approx(1.75, abs=0.4)


@pytest.mark.parametrize("quality", [75, 20])
def test_a_copy_has_none_however_badly_coded(quality: int) -> None:
    assert areas(_looks(lambda picture, k: picture, quality=quality)) == []


def test_a_picture_blurred_all_over_has_none() -> None:
    assert areas(_looks(lambda picture, k: cv2.GaussianBlur(picture, (0, 0), 2.0))) == []


def test_a_vignette_hides_nothing() -> None:
    y, x = np.mgrid[-1 : 1 : SIZE[1] * 1j, -1 : 1 : SIZE[0] * 1j]
    falls = (1 - 0.7 * (x**2 + y**2) / 2)[..., None]

    assert areas(_looks(lambda picture, k: (picture * falls).astype(np.uint8))) == []


def test_a_place_filled_in_from_around_is_not_hidden() -> None:
    mask = np.zeros(SIZE[::-1], np.uint8)
    mask[_cut(BOX)] = 255

    def removed(picture: np.ndarray, k: int) -> np.ndarray:
        return cv2.inpaint(picture, mask, 3, cv2.INPAINT_TELEA)

    assert areas(_looks(removed)) == []


def test_a_bar_along_the_rim_is_not_a_covered_area() -> None:
    def barred(picture: np.ndarray, k: int) -> np.ndarray:
        picture[-40:, 100:250] = 0
        return picture

    assert areas(_looks(barred)) == []


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

    (area,) = areas(_looks(change))
    assert area.way == "unreadable"
    assert area.box == pytest.approx(BOX, abs=0.02)
