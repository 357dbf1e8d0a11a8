"""A round picture over footage ends along one ellipse; what was blended in does not."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.explain.regions.round_picture import MIN_RIM_SHARE, round_outline
from tests.made import scene

SIZE = (384, 216)
TIMES = (0.0, 0.5, 1.0, 1.5)
CENTRE, AXES = (80, 140), (50, 50)
TRUE = (30 / 384, 90 / 216, 130 / 384, 190 / 216)


def footage(seed: int) -> NDArray[np.uint8]:
    return np.stack([scene(seed, t, SIZE) for t in TIMES]).astype(np.uint8)


def laid_over(*, soft_px: float, axes: tuple[int, int] = AXES) -> NDArray[np.uint8]:
    """Footage with other footage in an ellipse, whose rim is as soft as that."""
    mask = np.zeros(SIZE[::-1], np.float32)
    cv2.ellipse(mask, CENTRE, axes, 0, 0, 360, 1.0, -1)
    if soft_px:
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), soft_px), np.float32)
    mask = mask[None, :, :, None]
    return np.asarray(mask * footage(41) + (1 - mask) * footage(12), np.uint8)


@pytest.mark.parametrize("near", [TRUE, (0.06, 0.3, 0.36, 0.92)])
def test_the_rim_of_a_round_picture_is_detected(near: tuple[float, float, float, float]) -> None:
    outline = round_outline(laid_over(soft_px=0), footage(12), near)
    assert outline is not None
    assert outline[0] == pytest.approx(TRUE, abs=0.015)
    assert outline[1] >= MIN_RIM_SHARE


def test_an_oval_is_detected_as_well() -> None:
    outline = round_outline(laid_over(soft_px=0, axes=(34, 50)), footage(12), TRUE)
    assert outline is not None
    assert outline[0] == pytest.approx((46 / 384, TRUE[1], 114 / 384, TRUE[3]), abs=0.015)
    assert outline[1] >= MIN_RIM_SHARE


@pytest.mark.parametrize(
    "item", [footage(12), laid_over(soft_px=8)], ids=["nothing laid over", "blended in"]
)
def test_no_rim_is_no_round_picture(item: NDArray[np.uint8]) -> None:
    outline = round_outline(item, footage(12), TRUE)
    assert outline is None or outline[1] < MIN_RIM_SHARE
