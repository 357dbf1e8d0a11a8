import cv2
import numpy as np

from hashing.explain.redaction.solid_fills import covers
from tests.made import scene

SIZE = (384, 216)
ALL = np.ones(SIZE[::-1], bool)
WHERE = slice(70, 130), slice(120, 230)


def _grey() -> np.ndarray:
    return cv2.cvtColor(scene(11, 0.0, SIZE), cv2.COLOR_RGB2GRAY).astype(np.float32)


def _night() -> np.ndarray:
    """Light on the left alone: to the right of column 190 all is black."""
    x = np.arange(SIZE[0])[None, :]
    return _grey() * np.clip((190 - x) / 60, 0, 1).astype(np.float32)


def _boxes(found: list[np.ndarray]) -> list[tuple[int, int, int, int]]:
    out = []
    for one in found:
        rows, columns = np.flatnonzero(one.any(axis=1)), np.flatnonzero(one.any(axis=0))
        out.append((int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])))
    return out


def test_a_black_box_is_a_cover() -> None:
    known = _grey()
    item = known.copy()
    item[WHERE] = 0

    ((top, bottom, left, right),) = _boxes(covers(item, known, ALL))

    assert abs(top - 70) <= 3
    assert abs(bottom - 129) <= 3
    assert abs(left - 120) <= 3
    assert abs(right - 229) <= 3


def test_a_black_box_that_reaches_into_the_dark_is_a_cover_where_it_shows() -> None:
    known = _night()
    item = known.copy()
    item[WHERE] = 0

    ((top, bottom, left, right),) = _boxes(covers(item, known, ALL))

    assert abs(top - 70) <= 4
    assert abs(bottom - 129) <= 4
    assert abs(left - 120) <= 4
    assert right < 200


def test_shadows_that_went_black_are_no_cover() -> None:
    known = _grey()
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    dark = np.hypot((x - 190) / 90, (y - 100) / 50)
    known = known * np.clip(dark, 0.1, 1).astype(np.float32)
    item = np.maximum(0, known - 25)

    assert covers(item, known, ALL) == []


def test_a_plain_thing_in_another_tone_is_no_cover() -> None:
    known = _grey()
    known[WHERE] = 200

    assert covers(0.8 * known, known, ALL) == []


def test_a_black_disc_is_a_cover_and_a_pasted_dark_thing_with_a_soft_rim_is_none() -> None:
    known = _grey() + 40
    disc = cv2.ellipse(np.zeros(SIZE[::-1], np.float32), (175, 100), (45, 33), 0, 0, 360, 1, -1)
    soft = cv2.GaussianBlur(disc, (0, 0), 5.0)

    assert len(covers(known * (1 - disc), known, ALL)) == 1
    assert covers(known * (1 - soft), known, ALL) == []


def test_a_coloured_disc_is_a_sign_and_no_cover() -> None:
    known = _grey()
    item = cv2.ellipse(known.copy(), (175, 100), (45, 33), 0, 0, 360, 190, -1)

    assert covers(item, known, ALL) == []


def test_a_dark_sleeve_that_contrast_made_black_is_no_cover() -> None:
    known = _grey() * 0.6 + 90
    sleeve = 40 + 5 * np.sin(np.arange(110) / 5, dtype=np.float32)
    known[WHERE] = sleeve
    known[170:200, 20:60] = 40  # as dark elsewhere
    item = np.clip((known - 60) * 1.3, 0, 255)

    assert covers(item, known, ALL) == []
