"""Pictures missing by chance told from pictures left out evenly, from how much each one changed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.retiming.frame_skipping import measure_step_costs
from hashing.types import Line, Timeline

COUNT, RATE = 260, 25.0


def changes(seed: int) -> NDArray[np.float64]:
    """Grey levels by which each known picture differs from the one before."""
    random = np.random.default_rng(seed)
    slow = np.interp(np.arange(COUNT), np.arange(0, COUNT + 13, 13), random.uniform(1, 6, 21))
    return slow * random.uniform(0.7, 1.3, COUNT)


def timelines(
    kept: NDArray[np.intp], rate: float = RATE, seed: int = 2
) -> tuple[Timeline, Timeline]:
    known = changes(seed)
    moved = np.concatenate([[0.0], np.cumsum(known)])
    steps = np.diff(kept)
    passed = moved[kept[1:] + 1] - moved[kept[:-1] + 1]
    random = np.random.default_rng(seed + 1)
    shown = passed * steps**-0.25 * random.uniform(0.93, 1.07, len(steps))
    query = Timeline(np.arange(len(kept)) / rate, np.append(0.0, shown).astype(np.float32))
    return query, Timeline(np.arange(COUNT) / RATE, known.astype(np.float32))


def missing_by_chance(query: Timeline, reference: Timeline, along: Line) -> bool | None:
    steps = measure_step_costs(query, reference, along)
    return None if steps is None else steps.drops_at_random()


def line(kept: NDArray[np.intp], rate: float = RATE) -> Line:
    end = len(kept) / rate
    return Line(0.0, end, float(kept[-1]) / RATE / end, False, 0.0, 0.9, 0.5)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("share", [0.1, 0.2, 0.3])
def test_pictures_missing_by_chance_are_seen(share: float, seed: int) -> None:
    kept = np.flatnonzero(np.random.default_rng(seed).random(COUNT) > share)
    query, reference = timelines(kept, seed=seed)
    assert missing_by_chance(query, reference, line(kept)) is True


@pytest.mark.parametrize("speed", [1.1, 1.25, 1.5])
def test_pictures_left_out_evenly_are_a_speed(speed: float) -> None:
    kept = np.floor(np.arange(int(COUNT / speed)) * speed).astype(np.intp)
    query, reference = timelines(kept)
    assert missing_by_chance(query, reference, line(kept)) is False


def test_all_pictures_at_another_rate_are_a_speed() -> None:
    kept = np.arange(COUNT)
    query, reference = timelines(kept, rate=30.0)
    assert missing_by_chance(query, reference, line(kept, 30.0)) is False


def test_nothing_is_said_where_nothing_changes() -> None:
    kept = np.flatnonzero(np.random.default_rng(1).random(COUNT) > 0.2)
    still = Timeline(np.arange(len(kept)) / RATE, np.zeros(len(kept), np.float32))
    known = Timeline(np.arange(COUNT) / RATE, np.zeros(COUNT, np.float32))
    assert missing_by_chance(still, known, line(kept)) is not True


def test_nothing_is_said_of_a_few_pictures() -> None:
    kept = np.arange(24)
    assert missing_by_chance(*timelines(kept), line(kept)) is None
