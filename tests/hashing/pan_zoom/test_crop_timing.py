"""The moments of a moving crop are told by what two pictures have in common."""

from dataclasses import replace

import numpy as np
import pytest

from hashing.describe.frame_cache import FrameCache
from hashing.pan_zoom.crop_timing import apply_timing, estimate_timing, fit_line_through
from hashing.types import Line
from tests.hashing.films import Films

CLOCK = Line(0.0, 4.0, 1.0, False, 1.0, 0.9, 0.5)


def test_the_moments_of_a_wandering_mirrored_crop_are_clocked(film: Films) -> None:
    """Looked for around a guess of another speed and some tenths of a second off."""
    query, reference = FrameCache(film("street, sideways and mirrored")), FrameCache(film("street"))
    guess = replace(CLOCK, speed=0.9, offset=1.2)
    common = np.array([[-1.4, 0.0, 320.0], [0.0, 1.4, -39.0], [0.0, 0.0, 1.0]])
    line = estimate_timing(query, reference, common, [(guess,)], mirrored=True)
    assert line is not None
    assert line.slope == 1.0
    assert line.offset == pytest.approx(1.0, abs=0.03)


def test_a_line_that_only_drifted_is_at_the_clock_s_speed() -> None:
    drifted = replace(CLOCK, speed=1.05, offset=0.92)
    (line,) = apply_timing((drifted,), CLOCK)
    assert (line.speed, line.offset) == (1.0, 1.0)


def test_a_line_of_another_speed_or_moment_is_left_alone() -> None:
    other = (replace(CLOCK, speed=1.2, offset=0.9), replace(CLOCK, offset=7.0))
    assert apply_timing(other, CLOCK) == other
    assert apply_timing(other, None) == other


def test_kept_pictures_on_both_sides_of_a_line_in_real_time_make_no_speed() -> None:
    """A moment is that of a kept picture, up to half their distance off."""
    item = np.array([0.84, 3.48, 5.28, 6.12, 7.08])
    beside = np.array([1.08, 0.96, 0.96, 0.96, 1.08])
    fitted = fit_line_through(np.stack([item, item + beside], axis=1))
    assert fitted is not None
    assert fitted[0] == 1.0
    assert fitted[1] == pytest.approx(1.0, abs=0.06)
