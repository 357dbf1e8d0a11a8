"""A place that differs for a while is found by its step, however faint; what is even has none."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.explain.difference.residual import Difference
from hashing.explain.regions.temporal_steps import Step, step

SHAPE = (60, 100)
COUNT, PACE_S = 20, 0.4
PLACE = np.s_[20:38, 30:52]
ON = np.s_[6:14]


def _excess(seed: int = 3) -> NDArray[np.float32]:
    """(K, h, w) as an honest copy leaves it: uneven over the picture, even over time."""
    rng = np.random.default_rng(seed)
    lasting = rng.uniform(0.3, 1.1, SHAPE)
    return np.asarray(lasting + rng.normal(0, 0.25, (COUNT, *SHAPE)), np.float32).clip(0)


def _made_difference(excess: NDArray[np.float32]) -> Difference:
    shown = SimpleNamespace(
        times=np.arange(len(excess)) * PACE_S,
        excess=excess,
        covered=np.ones(SHAPE, bool),
        usable=np.ones(len(excess), bool),
    )
    return cast(Difference, shown)


def _step(excess: NDArray[np.float32], taken: NDArray[np.bool_] | None = None) -> Step | None:
    return step(_made_difference(excess), np.zeros(SHAPE, bool) if taken is None else taken, 2.0)


def _raised(place: tuple[slice, slice] = PLACE, by: float = 0.9) -> NDArray[np.float32]:
    excess = _excess()
    excess[ON][:, place[0], place[1]] += by
    return excess


def test_a_faint_rise_is_detected_with_its_place_and_time() -> None:
    found = _step(_raised())
    assert found is not None
    assert (found.patch.first, found.patch.last) == (6, 13)
    place = np.zeros(SHAPE, bool)
    place[PLACE] = True
    assert (found.patch.cells & place).sum() > 0.8 * (found.patch.cells | place).sum()
    assert found.gain == pytest.approx(0.9, abs=0.15)
    assert found.contrast > 4
    assert found.parted == 1.0


def test_an_even_copy_has_no_clear_step() -> None:
    found = _step(_excess())
    assert found is None or (found.gain < 0.3 and found.contrast < 2.5)


def test_what_rises_everywhere_is_no_contrast() -> None:
    excess = _excess()
    excess[ON] += 0.9
    found = _step(excess)
    assert found is None or found.contrast < 1.5


def test_what_flickers_is_not_parted() -> None:
    excess = _excess()
    excess[6:14:3, PLACE[0], PLACE[1]] += 2.0
    found = _step(excess)
    assert found is None or found.parted < 0.8


def test_places_that_are_taken_are_not_looked_at() -> None:
    excess = _raised(by=2.0)
    excess[ON][:, 5:17, 70:90] += 0.9
    taken = np.zeros(SHAPE, bool)
    taken[PLACE] = True
    found = _step(excess, taken)
    assert found is not None
    assert not (found.patch.cells & taken).any()
    assert found.patch.cells[8:14, 73:87].all()


def test_a_step_too_short_or_an_item_of_few_instants_has_none() -> None:
    excess = _excess()
    assert _step(excess[:6]) is None
    excess[6:9, PLACE[0], PLACE[1]] += 3.0  # 1.2 s
    found = _step(excess)
    assert found is None or found.parted < 0.8
