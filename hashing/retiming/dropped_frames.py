"""Whether footage gets on faster because it was sped up, or because pictures are missing.

Sped up evenly, every moment lies on a straight line; with pictures taken out at random, playback
runs ahead in jumps and the moments wander about the line as a random walk does. The sound settles
most cases: it is sped up with the pictures, or plays as it did while the pictures run away from it.
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
from hashing.retiming.frame_skipping import steps_of
from hashing.retiming.freeze_frames import STILL_LEVELS
from hashing.types import Fingerprint, Line, Seconds, Span, Timeline

FASTER = (1.03, 1.7)  # speeds that missing pictures can make
SHORTEST_S = 3.0
FEWEST_MOMENTS = 25
SMOOTH_S = 0.9
CLEARLY = 0.1  # of correlation by which one rate of the sound has to win
WANDERS, STRAIGHT = 0.5, 0.25  # share of the wandering that random drops would make
SURELY = 3.0  # standard errors
NOISY_S = 0.13  # moments scattered more than this say nothing
LEAST_S = 0.045
GAPPY = 0.06  # share of missing pictures from which some are
FEWEST_SINGLE = 0.3  # share of the item's pictures that follow at the known clip's own step
ODD, MOSTLY = 0.15, 0.9  # of a step, and the share of steps that must keep to it
SAME = 0.004  # of a slope, within which the item plays in real time
SHARP_S = 0.07  # moments that lie this close to a line lie on it


@dataclass(frozen=True, slots=True, eq=False)
class Departures:
    """Where the reference moments that agree best lie beside a line."""

    times: NDArray[np.float64]  # (n,) query
    off: NDArray[np.float64]  # (n,) s, reference
    weights: NDArray[np.float64]  # (n,) how sharply the moment is known


def thinned(line: Line, beside: Departures, query: Fingerprint, reference: Fingerprint) -> Line:
    """The line, with the share of missing pictures where they are what makes it faster."""
    if not FASTER[0] < line.speed < FASTER[1] or line.pauses:
        return line
    heard = _sound_plays_on(line, query, reference)
    steps = steps_of(query.timeline, reference.timeline, line)
    counted = steps.by_chance() if steps is not None else None
    if counted is not None and heard is not (not counted):
        return replace(line, dropped_share=1 - 1 / line.speed) if counted else line
    if line.end - line.start < SHORTEST_S:
        return line
    leaning = steps is not None and counted is None and steps.leaning()
    if leaning and heard is None and _wanders(line, beside, reference):
        return replace(line, dropped_share=1 - 1 / line.speed)
    wandering = _wandering(line, beside, reference)
    if heard is False or (heard is None and wandering is None):
        return line
    if heard is None:
        thin = wandering is not None and wandering >= WANDERS
    else:  # the sound plays on: only evenly sped up pictures speak against it
        thin = wandering is None or wandering > STRAIGHT
    return replace(line, dropped_share=1 - 1 / line.speed) if thin else line


def gaps(query: Timeline, reference: Timeline, lines: tuple[Line, ...]) -> float:
    """Share of the known pictures that are missing from an item that kept the others' moments.

    Seen where the item's pictures come unevenly, at the known clip's own step or several of them:
    between them, what the known clip shows meanwhile is not shown. What repeats is not missed.
    """
    ours, theirs = np.diff(query.times), np.diff(reference.times)
    if min(len(ours), len(theirs)) < FEWEST_MOMENTS:
        return 0.0
    step = float(np.median(theirs))
    even = (np.abs(theirs - step) < ODD * step).mean() > MOSTLY
    whole = np.abs(ours / step - np.round(ours / step)) < ODD
    single = float((np.round(ours / step) == 1).mean())  # 0 where the rate is another
    if not even or whole.mean() < MOSTLY or not FEWEST_SINGLE < single < 1 - GAPPY / 2:
        return 0.0
    missed = shown = 0
    for line in lines:
        if abs(line.slope - 1) > SAME or line.pauses:
            continue
        low, high = line.reference_time(line.start), line.reference_time(line.end)
        inside = (reference.times > low) & (reference.times < high - step)
        inside &= reference.change > STILL_LEVELS
        moments = np.array([line.query_time(float(time)) for time in reference.times[inside]])
        after = np.searchsorted(query.times, moments).clip(1, len(query.times) - 1)
        beside = np.abs(moments[:, None] - query.times[np.stack([after - 1, after], axis=1)])
        missed += int((beside.min(axis=1) > 0.5 * step).sum())
        shown += len(moments)
    return missed / shown if shown >= FEWEST_MOMENTS and missed >= GAPPY * shown else 0.0


def _wandering(line: Line, beside: Departures, reference: Fingerprint) -> float | None:
    """Slow departures from the line, as a share of what random drops make; None if too noisy."""
    found = _slow(beside)
    if found is None:
        return None
    wander, scatter, _ = found
    if wander >= max(LEAST_S, 0.8 * scatter) and scatter <= NOISY_S:
        return wander / _random_walk(line, reference)
    return 0.0 if max(wander, scatter) < SHARP_S else None


def _wanders(line: Line, beside: Departures, reference: Fingerprint) -> bool:
    """Whether slow departures from the line are more than the scatter of moments makes."""
    found = _slow(beside)
    if found is None:
        return False
    wander, scatter, error = found
    far = wander >= STRAIGHT * _random_walk(line, reference)
    return far and wander >= SURELY * error and scatter <= NOISY_S


def _slow(beside: Departures) -> tuple[Seconds, Seconds, Seconds] | None:
    """Standard deviations: of slow departures, of moments about them, and the former's error.

    None where there are too few.
    """
    times, off = beside.times, beside.off
    if len(times) < FEWEST_MOMENTS:
        return None
    straight = np.polyfit(times, off, 1, w=np.sqrt(np.minimum(1, beside.weights / 1e-3)))
    rest = off - np.polyval(straight, times)
    near = np.abs(times[:, None] - times) < SMOOTH_S / 2  # (n, n)
    count = near.sum(axis=1)
    slow = (near @ rest) / count
    scatter = float(np.std(rest - slow))
    return float(np.std(slow)), scatter, scatter / float(np.sqrt(count.mean()))


def _random_walk(line: Line, reference: Fingerprint) -> Seconds:
    """Root mean square of a random walk of drops, tied down at both ends as a fitted line does."""
    step = float(np.median(np.diff(reference.timeline.times)))
    kept = 1 / line.speed
    pictures = (line.end - line.start) / step
    return float(np.sqrt(pictures * (1 - kept) / kept**2 / 6)) * step


def _sound_plays_on(line: Line, query: Fingerprint, reference: Fingerprint) -> bool | None:
    """Whether the sound runs at real time rather than at the line's speed; None if not heard."""
    ours, theirs = query.audio, reference.audio
    if ours is None or theirs is None or ours.space != theirs.space:
        return None
    left, right = audio_levels(ours), audio_levels(theirs)
    part = Span(line.start, line.end)
    near = min(line.reference_time(line.start), line.reference_time(line.end))
    if line.reversed:
        return None

    def found(way: PlaybackChange) -> AudioLine | None:
        return find_audio_line(left, right, part, way, near, 1.0)

    plain = found(PlaybackChange())
    sped = [found(PlaybackChange(line.speed, pitched)) for pitched in (False, True)]
    best = max((one.correlation for one in sped if one is not None), default=0.0)
    own = plain.correlation if plain is not None else 0.0
    if plain is not None and is_significant(plain, in_sync=True) and own > best + CLEARLY:
        return True
    good = any(one is not None and is_significant(one, in_sync=True) for one in sped)
    return False if good and best > own + CLEARLY else None
