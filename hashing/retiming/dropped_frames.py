"""Does footage advance faster because it was sped up, or because frames are missing?

Of footage sped up evenly, all timestamps lie on a straight line; where frames are missing at
random, they wander about the line as a random walk. The audio settles most cases: it is sped up
with the frames, or runs in real time. Thresholds were set by hand on the development benchmark.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hashing.audio.cross_correlation import (
    AudioLine,
    PlaybackChange,
    audio_levels,
    find_audio_line,
    is_significant,
)
from hashing.retiming.frame_skipping import measure_step_costs
from hashing.retiming.freeze_frames import STILL_LUMA_CHANGE
from hashing.types import Fingerprint, Line, Seconds, Span, Timeline

__all__ = [
    "missing_frame_share",
]

DROPPED_FRAME_SPEEDS = (1.03, 1.7)  # that missing frames can cause
MIN_LINE_S = 3.0
MIN_TIMESTAMPS = 25
SMOOTHING_S = 0.9
MIN_AUDIO_GAIN = 0.1  # of correlation, of one rate of the audio over the other
MIN_RANDOM_WALK_SHARE, MAX_STRAIGHT_WALK_SHARE = (
    0.5,
    0.25,
)  # of the wandering that random drops would cause
MIN_STANDARD_ERRORS = 3.0  # of the wandering
MAX_SCATTER_S = 0.13  # of timestamps; with more, nothing is measured
MIN_WANDER_S = 0.045
MIN_MISSING_SHARE = 0.06  # of the reference's frames, from which some are missing
MIN_SINGLE_STEP_SHARE = 0.3  # of the query's frame intervals, equal to the reference's
MAX_STEP_DEVIATION, MIN_REGULAR_SHARE = (
    0.15,
    0.9,
)  # of a frame interval; and share of the intervals within that
REAL_TIME_TOLERANCE = 0.004  # of a slope, from 1
MAX_STRAIGHT_S = 0.07  # from the line, of timestamps that lie on it


@dataclass(frozen=True, slots=True, eq=False)
class Departures:
    """Offsets from a line of the reference timestamps that correlate best."""

    times: NDArray[np.float64]  # (n,) query
    offsets: NDArray[np.float64]  # (n,) s, reference
    weights: NDArray[np.float64]  # (n,) curvature of the correlation peak


def estimate_dropped_frames(
    line: Line, departures: Departures, query: Fingerprint, reference: Fingerprint
) -> Line:
    """The line with its share of dropped frames, where they explain that it is faster."""
    if not DROPPED_FRAME_SPEEDS[0] < line.speed < DROPPED_FRAME_SPEEDS[1] or line.pauses:
        return line
    audio_in_real_time = _audio_in_real_time(line, query, reference)
    step_costs = measure_step_costs(query.timeline, reference.timeline, line)
    drops_at_random = step_costs.drops_at_random() if step_costs is not None else None
    if drops_at_random is not None and audio_in_real_time is not (not drops_at_random):
        return replace(line, dropped_share=1 - 1 / line.speed) if drops_at_random else line
    if line.end - line.start < MIN_LINE_S:
        return line
    suggestive = step_costs is not None and drops_at_random is None and step_costs.suggests_drops()
    if (
        suggestive
        and audio_in_real_time is None
        and _wanders_significantly(line, departures, reference)
    ):
        return replace(line, dropped_share=1 - 1 / line.speed)
    walk_share = _walk_share(line, departures, reference)
    if audio_in_real_time is False or (audio_in_real_time is None and walk_share is None):
        return line
    if audio_in_real_time is None:
        frames_dropped = walk_share is not None and walk_share >= MIN_RANDOM_WALK_SHARE
    else:  # the audio is in real time: only evenly sped up frames contradict drops
        frames_dropped = walk_share is None or walk_share > MAX_STRAIGHT_WALK_SHARE
    return replace(line, dropped_share=1 - 1 / line.speed) if frames_dropped else line


def missing_frame_share(query: Timeline, reference: Timeline, lines: tuple[Line, ...]) -> float:
    """Share of the reference's frames missing from a query that kept the others' timestamps, 0..1.

    Measured where the query's frame intervals are one or several of the reference's. Frames in
    which nothing changes are not missed. 0 where it cannot be measured, or few are missing.
    """
    query_steps, reference_steps = np.diff(query.times), np.diff(reference.times)
    if min(len(query_steps), len(reference_steps)) < MIN_TIMESTAMPS:
        return 0.0
    step = float(np.median(reference_steps))
    reference_regular = (
        np.abs(reference_steps - step) < MAX_STEP_DEVIATION * step
    ).mean() > MIN_REGULAR_SHARE
    whole_steps = np.abs(query_steps / step - np.round(query_steps / step)) < MAX_STEP_DEVIATION
    single = float((np.round(query_steps / step) == 1).mean())  # 0 where the rate is another
    if (
        not reference_regular
        or whole_steps.mean() < MIN_REGULAR_SHARE
        or not MIN_SINGLE_STEP_SHARE < single < 1 - MIN_MISSING_SHARE / 2
    ):
        return 0.0
    missing = shown = 0
    for line in lines:
        if abs(line.slope - 1) > REAL_TIME_TOLERANCE or line.pauses:
            continue
        low, high = line.reference_time(line.start), line.reference_time(line.end)
        inside = (reference.times > low) & (reference.times < high - step)
        inside &= reference.change > STILL_LUMA_CHANGE
        query_times = np.array([line.query_time(float(time)) for time in reference.times[inside]])
        after = np.searchsorted(query.times, query_times).clip(1, len(query.times) - 1)
        distances = np.abs(query_times[:, None] - query.times[np.stack([after - 1, after], axis=1)])
        missing += int((distances.min(axis=1) > 0.5 * step).sum())
        shown += len(query_times)
    return (
        missing / shown if shown >= MIN_TIMESTAMPS and missing >= MIN_MISSING_SHARE * shown else 0.0
    )


def _walk_share(line: Line, departures: Departures, reference: Fingerprint) -> float | None:
    """Slow departures from the line, relative to those of random drops; None if too noisy."""
    slow = _slow_departures(departures)
    if slow is None:
        return None
    wander, scatter, _ = slow
    if wander >= max(MIN_WANDER_S, 0.8 * scatter) and scatter <= MAX_SCATTER_S:
        return wander / _random_walk_s(line, reference)
    return 0.0 if max(wander, scatter) < MAX_STRAIGHT_S else None


def _wanders_significantly(line: Line, departures: Departures, reference: Fingerprint) -> bool:
    """Whether slow departures from the line exceed what the scatter of timestamps causes."""
    slow = _slow_departures(departures)
    if slow is None:
        return False
    wander, scatter, error = slow
    far = wander >= MAX_STRAIGHT_WALK_SHARE * _random_walk_s(line, reference)
    return far and wander >= MIN_STANDARD_ERRORS * error and scatter <= MAX_SCATTER_S


def _slow_departures(departures: Departures) -> tuple[Seconds, Seconds, Seconds] | None:
    """Standard deviations of slow departures and of the scatter about them, and error of the first.

    In seconds; None where there are too few timestamps.
    """
    times, offsets = departures.times, departures.offsets
    if len(times) < MIN_TIMESTAMPS:
        return None
    trend = np.polyfit(times, offsets, 1, w=np.sqrt(np.minimum(1, departures.weights / 1e-3)))
    residuals = offsets - np.polyval(trend, times)
    near = np.abs(times[:, None] - times) < SMOOTHING_S / 2  # (n, n)
    count = near.sum(axis=1)
    slow = (near @ residuals) / count
    scatter = float(np.std(residuals - slow))
    return float(np.std(slow)), scatter, scatter / float(np.sqrt(count.mean()))


def _random_walk_s(line: Line, reference: Fingerprint) -> Seconds:
    """Root mean square of a random walk of drops, tied at both ends as by a fitted line."""
    step = float(np.median(np.diff(reference.timeline.times)))
    kept_share = 1 / line.speed
    frame_count = (line.end - line.start) / step
    return float(np.sqrt(frame_count * (1 - kept_share) / kept_share**2 / 6)) * step


def _audio_in_real_time(line: Line, query: Fingerprint, reference: Fingerprint) -> bool | None:
    """Whether the audio runs in real time rather than at the line's speed; None if not found."""
    query_print, reference_print = query.audio, reference.audio
    if query_print is None or reference_print is None or query_print.space != reference_print.space:
        return None
    query_levels, reference_levels = audio_levels(query_print), audio_levels(reference_print)
    part = Span(line.start, line.end)
    near = min(line.reference_time(line.start), line.reference_time(line.end))
    if line.reversed:
        return None

    def locate(change: PlaybackChange) -> AudioLine | None:
        return find_audio_line(query_levels, reference_levels, part, change, near, 1.0)

    real_time = locate(PlaybackChange())
    sped_up = [locate(PlaybackChange(line.speed, pitched)) for pitched in (False, True)]
    best_sped_up = max(
        (audio_line.correlation for audio_line in sped_up if audio_line is not None), default=0.0
    )
    real_time_correlation = real_time.correlation if real_time is not None else 0.0
    if (
        real_time is not None
        and is_significant(real_time, in_sync=True)
        and real_time_correlation > best_sped_up + MIN_AUDIO_GAIN
    ):
        return True
    sped_up_significant = any(
        audio_line is not None and is_significant(audio_line, in_sync=True)
        for audio_line in sped_up
    )
    return (
        False
        if sped_up_significant and best_sped_up > real_time_correlation + MIN_AUDIO_GAIN
        else None
    )
