import numpy as np

from hashing.describe.frame_cache import FrameCache
from hashing.describe.region_descriptors import describe_regions, search_windows
from hashing.imaging.boxes import iou
from tests.hashing.films import INSET, Films


def test_windows_lie_in_the_picture_and_together_cover_it() -> None:
    covered = np.zeros((100, 100), bool)
    for x0, y0, x1, y1 in search_windows():
        assert 0 <= x0 < x1 <= 1 + 1e-9
        assert 0 <= y0 < y1 <= 1 + 1e-9
        covered[int(100 * y0) : round(100 * y1), int(100 * x0) : round(100 * x1)] = True
    assert covered.all()


def test_a_window_over_an_inset_finds_what_the_whole_picture_does_not(film: Films) -> None:
    regions = describe_regions(FrameCache(film("inset")))
    assert regions.vectors.shape == (len(regions.boxes), 512)
    known = film("street").descriptors.vectors.astype(np.float32)
    best = (regions.vectors @ known.T).max(axis=1)
    whole = (film("inset").descriptors.vectors.astype(np.float32) @ known.T).max()
    assert best.max() > whole
    x0, y0, x1, y1 = regions.boxes[int(best.argmax())]
    assert x0 < (INSET[0] + INSET[2]) / 2 < x1
    assert y0 < (INSET[1] + INSET[3]) / 2 < y1


def test_flat_windows_are_left_out(film: Films) -> None:
    assert len(describe_regions(FrameCache(film("faded"))).vectors) == 0


def test_the_outline_of_a_small_photo_is_a_window(film: Films) -> None:
    regions = describe_regions(FrameCache(film("photo with a small one")))
    known = film("park photo").descriptors.vectors.astype(np.float32)
    box = regions.boxes[int((regions.vectors @ known.T).max(axis=1).argmax())]
    assert iou(tuple(box), (0.695, 0.028, 0.975, 0.308)) > 0.85
