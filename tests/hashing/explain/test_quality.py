"""Loss against the known copy is estimated where kept pictures bear it, and only there."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from hashing.describe.frame_cache import FrameCache
from hashing.explain.quality import blockiness, quality_edits, sigma_of
from hashing.types import Edit
from tests.hashing.explain import framed_made as made
from tests.hashing.explain.overlay_made import SIZE, Picture


@pytest.fixture(scope="module")
def known() -> FrameCache:
    return made.made()


@pytest.fixture(scope="module")
def photo() -> FrameCache:
    return made.made(length=0)


def edits(reference: FrameCache, change: made.Still, length: float) -> dict[str, Edit]:
    query = made.made(made.always(change), length)
    placement = made.placed(query, reference, length=length)
    return {edit.type: edit for edit in quality_edits(query, reference, placement, ())}


def unchanged(picture: Picture) -> Picture:
    return picture


def softened(picture: Picture, sigma: float = 2.0) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def grainy(picture: Picture) -> Picture:
    grain = np.random.default_rng(5).normal(0, 18, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def coarse(picture: Picture, quality: int = 8) -> Picture:
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])


def smooth(picture: Picture) -> Picture:
    """The upper half flat, as a clear sky is."""
    out = picture.copy()
    out[: len(out) // 2] = np.linspace(150, 190, len(out) // 2)[:, None, None]
    return out


@pytest.mark.parametrize("change", [unchanged, made.gained(0.7, 30), made.barred(top=40)])
def test_faithful_copies_lose_nothing(
    known: FrameCache, photo: FrameCache, change: made.Still
) -> None:
    assert edits(known, change, made.LENGTH_S) == {}
    assert edits(photo, change, 0) == {}


def test_a_smaller_copy_is_measured_along_a_side(known: FrameCache) -> None:
    size = (SIZE[0] // 4 * 2, SIZE[1] // 4 * 2)
    found = edits(known, made.resized(size), made.LENGTH_S)
    assert found["downscaled"].measure["scale"] == pytest.approx(0.5, abs=0.01)


def test_a_soft_copy_has_lost_fine_detail(known: FrameCache, photo: FrameCache) -> None:
    found = edits(known, softened, made.LENGTH_S)
    assert set(found) == {"blurred"}
    found = edits(photo, softened, 0)
    assert set(found) == {"blurred"}
    assert found["blurred"].measure["sigma_px"] == pytest.approx(2.0, abs=0.6)


def test_grain_is_measured_in_flat_places_of_photos() -> None:
    photo = made.made(made.always(smooth), 0)
    found = edits(photo, lambda picture: grainy(smooth(picture)), 0)
    assert set(found) == {"noise"}
    assert float(found["noise"].measure["sigma"]) > 5


@pytest.mark.parametrize(
    ("mine", "known", "told"),
    [
        pytest.param(80.0, 20.0, True, id="far coarser"),
        pytest.param(80.0, 50.0, False, id="the known copy is coarse as well"),
        pytest.param(40.0, 5.0, False, id="still fine"),
        pytest.param(None, 5.0, False, id="the item's coding says nothing"),
        pytest.param(80.0, None, False, id="the known copy's says nothing"),
    ],
)
@pytest.mark.parametrize("length", [made.LENGTH_S, 0])
def test_coding_that_rounds_to_larger_steps_is_reported_with_both(
    length: float, mine: float | None, known: float | None, told: bool
) -> None:
    query, reference = (stating(made.made(length=length), step) for step in (mine, known))
    placement = made.placed(query, reference, length=length)
    found = {edit.type: edit.measure for edit in quality_edits(query, reference, placement, ())}
    assert found == ({"recompressed": {"step": mine, "known_step": known}} if told else {})


def stating(reel: FrameCache, step: float | None) -> FrameCache:
    info = replace(reel.fingerprint.info, coding_step=step)
    return FrameCache(replace(reel.fingerprint, info=info))


def test_coding_blocks_are_detected_in_photos(photo: FrameCache) -> None:
    assert "recompressed" in edits(photo, coarse, 0)


def test_blocks_count_on_their_own_grid_only() -> None:
    ramp = np.add.outer(np.arange(64.0), np.arange(64.0)).astype(np.float32)
    blocks = (
        ramp + 20 * ((np.arange(64) // 8) % 2)[None, :] + 20 * ((np.arange(64) // 8) % 2)[:, None]
    )
    assert blockiness(ramp) == pytest.approx(1)
    assert blockiness(blocks.astype(np.float32)) > 10
    assert blockiness(blocks[3:, 3:].astype(np.float32)) < 2


def test_more_blur_leaves_less() -> None:
    assert sigma_of(1.0) == pytest.approx(0, abs=0.01)
    assert 1.0 < sigma_of(0.5) < sigma_of(0.3) < sigma_of(0.1)


def test_a_strong_blur_is_reported_although_little_of_the_fine_detail_is_shared(
    photo: FrameCache,
) -> None:
    found = edits(photo, lambda picture: coarse(softened(picture, 3.5), 30), 0)
    assert found["blurred"].measure["sigma_px"] == pytest.approx(3.5, abs=1.2)


def test_detail_that_lies_beside_the_known_one_is_not_softer(photo: FrameCache) -> None:
    assert "blurred" not in edits(photo, lambda picture: np.roll(picture, 2, axis=1), 0)
