import numpy as np
import pytest

from hashing.imaging.boxes import iou
from hashing.imaging.rectangles import find_rectangles
from hashing.types import Box
from tests.hashing.films import resized
from tests.made import scene

HOST = scene(3, 1.0, (640, 360))


def with_inset(box: Box) -> np.ndarray:
    out = HOST.copy()
    x0, y0, x1, y1 = (
        round(640 * box[0]),
        round(360 * box[1]),
        round(640 * box[2]),
        round(360 * box[3]),
    )
    out[y0:y1, x0:x1] = resized(scene(2, 1.0, (640, 360)), (x1 - x0, y1 - y0))
    return out


@pytest.mark.parametrize(
    "box", [(0.41, 0.16, 0.79, 0.54), (0.0, 0.55, 0.45, 1.0), (0.5, 0.0, 1.0, 1.0)]
)
def test_a_picture_in_a_picture_is_outlined_wherever_it_lies(box: Box) -> None:
    assert max(iou(box, rectangle) for rectangle in find_rectangles(with_inset(box))) > 0.93


def test_what_lies_beside_a_bar_is_outlined() -> None:
    captioned = np.concatenate([HOST, np.full((90, 640, 3), 255, np.uint8)])
    assert max(iou((0, 0, 1, 0.8), rectangle) for rectangle in find_rectangles(captioned)) > 0.95


def test_a_soft_picture_has_no_outlines() -> None:
    ramp = np.linspace(0, 255, 640).astype(np.uint8)
    assert find_rectangles(np.repeat(np.tile(ramp, (360, 1))[..., None], 3, axis=2)) == []


def test_overlap_is_shared_area_over_all_of_it() -> None:
    assert iou((0, 0, 0.5, 1), (0, 0, 0.5, 1)) == pytest.approx(1)
    assert iou((0, 0, 0.5, 1), (0.25, 0, 0.75, 1)) == pytest.approx(1 / 3)
    assert iou((0, 0, 0.4, 1), (0.6, 0, 1, 1)) == 0
