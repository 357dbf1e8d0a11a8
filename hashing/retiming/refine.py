"""Lines found coarsely -> lines as they are: exact slopes, moments at which the item stood still.

Lines come from pictures a tenth of a second apart. Here each is fitted again through the moments
that agree best, between pictures; a stretch that only a freeze explains becomes one line with a
pause; where hardly anything moves the sound says which moment it is; and stray lines that a much
better line puts in the shade are left out.
"""

from dataclasses import replace

import numpy as np

from hashing.align.spatiotemporal import Placement
from hashing.align.temporal import sample
from hashing.audio.cross_correlation import (
    AudioLevels,
    PlaybackChange,
    audio_levels,
    find_audio_line,
    is_significant,
)
from hashing.retiming.dropped_frames import FASTER, Departures, thinned
from hashing.retiming.freeze_frames import paused
from hashing.retiming.jump_cuts import split
from hashing.retiming.peak_sharpness import FAR, distances, sharpened, strays, voted
from hashing.types import AudioFingerprint, CorrelationMatrix, Fingerprint, Line, Seconds, Span

NEAR_S = 0.45  # how far from a line the moment that agrees best is looked for
CURVED = 2e-4  # bend of a peak under which it says nothing about when
FEWEST_MOMENTS = 8
FAINT, DULL = 0.7, 0.4  # of the best line's level and contrast: below, other speeds are stray
EVEN = 0.05  # contrast under which pictures do not say when
HEARD = 0.6  # correlation of sound that says when instead
TOGETHER = 5  # neighbouring moments that err alike
SLOWEST, FASTEST = 0.3, 3.4  # beyond these a slope is no speed at which anybody plays a clip
UNSURE = 0.06  # a slope measured no better than this is not told from real time
QUIET, DOUBTFUL = 0.1, 0.2  # contrast and distance from real time below which a speed needs proof
SURELY = 0.3  # units by which real time has to be further off
FURTHER, FURTHER_SHARE = 0.05, 0.5  # the same of other pieces; and as a share of their own
SHIFT_S = 0.02
CLEARLY = 0.01  # of correlation, where no row says when
EXACT = 0.6  # units from the best moments, up to which a piece is where they are
ROUGH = 0.1  # from real time: below, a speed has to be measured, and to explain more than that
REAL_TIME = 0.012  # a refitted slope this near to 1 is real time


def mended(placement: Placement, query: Fingerprint, reference: Fingerprint) -> Placement:
    """The placement with its lines' slopes, pauses and moments set right, in the query's order."""
    found = placement.agreement
    if found is None or min(len(found.query_times), len(found.reference_times)) < 2:
        return placement
    sharp = sharpened(found)
    lines = [fitted(voted(line, sharp, found), found) for line in without_strays(placement.lines)]
    lines = paused(_of_one_speed(lines, found), sharp, query.timeline, reference.timeline)
    lines = [_by_sound(line, found, query.audio, reference.audio) for line in lines]
    lines = [piece for line in lines for piece in _cut_clearly(line, found, sharp)]
    lines = [thinned(line, departures(line, found), query, reference) for line in lines]
    lines = [piece for line in lines for piece in _pieces(line, found, sharp)]
    in_real_time = any(line.speed == 1.0 for line in lines)
    lines = [surely_fast(line, found, in_real_time) for line in lines]
    return replace(placement, lines=tuple(lines))


def surely_fast(line: Line, found: CorrelationMatrix, in_real_time: bool) -> Line:
    """A line near real time is told from it only where its rows clearly say otherwise.

    in_real_time: other pieces are; a quiet one is so too, unless its rows surely say otherwise.
    """
    off = abs(line.speed - 1)
    quiet = in_real_time and line.contrast < QUIET and off < DOUBTFUL
    if not 0 < off < (DOUBTFUL if quiet else ROUGH) or line.pauses or line.dropped_share:
        return line
    apart = distances(found)
    turned = at_speed(line, 1.0)
    reach = max(NEAR_S, off * (line.end - line.start) / 2)
    moved = [
        replace(turned, offset=turned.offset + float(shift))
        for shift in np.arange(-reach, reach, SHIFT_S)
    ]
    own = strays(line, found, apart)
    further, best = min(((strays(one, found, apart), one) for one in moved), key=lambda one: one[0])
    if further >= FAR:
        return turned if quiet or _mean(line, found) < _mean(turned, found) + CLEARLY else line
    if further > own + (SURELY if quiet else max(FURTHER, FURTHER_SHARE * own)):
        return line
    return best


def _cut_clearly(line: Line, found: CorrelationMatrix, sharp: CorrelationMatrix) -> list[Line]:
    """The pieces of a line that a jump makes faster, where each is exact and in real time.

    With pictures missing here and there two pieces are better than one as well, but still faster.
    """
    if not FASTER[0] < line.speed < FASTER[1]:
        return [line]
    pieces = _pieces(line, found, sharp)
    exact = all(one.speed == 1.0 and strays(one, found) < EXACT for one in pieces)
    return pieces if exact else [line]


def _pieces(line: Line, found: CorrelationMatrix, sharp: CorrelationMatrix) -> list[Line]:
    pieces = split(line, sharp)
    return pieces if len(pieces) == 1 else [fitted(piece, found) for piece in pieces]


def without_strays(found: tuple[Line, ...]) -> list[Line]:
    """Lines that run at the best one's speed, or agree about as well and stand out as clearly."""
    best = max(
        found, key=lambda line: line.correlation * min(1.0, line.end - line.start), default=None
    )
    if best is None:
        return []
    return [
        line
        for line in found
        if (line.correlation >= FAINT * best.correlation and line.contrast >= DULL * best.contrast)
        or (line.reversed == best.reversed and abs(line.speed / best.speed - 1) < 0.03)
    ]


def _of_one_speed(lines: list[Line], found: CorrelationMatrix) -> list[Line]:
    """Short pieces at the speed of the longest, where that agrees as well as their own."""
    if len(lines) < 2:
        return lines
    longest = max(lines, key=lambda line: line.end - line.start)
    out = []
    for line in lines:
        turned = at_speed(line, longest.speed)
        near = abs(line.speed / longest.speed - 1) < 0.08 and line is not longest
        out.append(turned if near and _mean(turned, found) >= _mean(line, found) - 0.02 else line)
    return out


def departures(line: Line, found: CorrelationMatrix) -> Departures:
    """Where the moments that agree best lie beside a line."""
    rows = np.flatnonzero((found.query_times >= line.start) & (found.query_times < line.end))
    there = found.reference_times
    times, off, weights = [], [], []
    for row in rows:
        moment = line.reference_time(float(found.query_times[row]))
        low, high = np.searchsorted(there, [moment - NEAR_S, moment + NEAR_S])
        if high - low < 3:
            continue
        values = found.values[row, low:high].astype(np.float64)
        best = int(values.argmax())
        if not 0 < best < len(values) - 1:
            continue
        left, middle, right = values[best - 1 : best + 2]
        bend = 2 * middle - left - right
        if bend < CURVED:
            continue
        step = (there[low + best + 1] - there[low + best - 1]) / 2
        top = there[low + best] + 0.5 * (right - left) / bend * step
        times.append(float(found.query_times[row]))
        off.append(float(top) - moment)
        weights.append(bend)
    return Departures(np.array(times), np.array(off), np.array(weights))


def fitted(line: Line, found: CorrelationMatrix) -> Line:
    """The line through the moments that agree best; real time where it is as good as that."""
    beside = departures(line, found)
    times, off, weights = beside.times, beside.off, beside.weights
    if len(times) < FEWEST_MOMENTS or line.pauses or line.dropped_share:
        return _unless_real_time(line, found)
    weights = np.minimum(weights, 3 * np.median(weights))  # no one moment decides
    keep = np.ones(len(times), bool)
    tilt = shift = 0.0
    for _ in range(4):
        if keep.sum() < FEWEST_MOMENTS:
            return line
        tilt, shift = np.polyfit(times[keep], off[keep], 1, w=np.sqrt(weights[keep]))
        rest = off - tilt * times - shift
        keep = np.abs(rest) < max(0.05, 3 * float(np.median(np.abs(rest))))
    slope = line.slope + float(tilt)
    if slope * line.slope <= 0 or not SLOWEST <= abs(slope) <= FASTEST:
        return line  # where little moves, moments that agree best lie anywhere
    straight = replace(line, speed=abs(slope), offset=line.offset + float(shift))
    alone = keep.sum() / TOGETHER
    error = float(np.std(rest[keep]) / max(1e-6, float(np.std(times[keep]))) / np.sqrt(alone))
    if abs(straight.speed - 1) < max(REAL_TIME, min(UNSURE, 3 * error)):
        straight = at_speed(straight, 1.0)
    return straight if _mean(straight, found) >= _mean(line, found) - 0.01 else line


def _unless_real_time(line: Line, found: CorrelationMatrix) -> Line:
    """A line that could not be measured finely: real time where that is as near and as good."""
    turned = at_speed(line, 1.0)
    near = abs(line.speed - 1) < ROUGH and not line.pauses and not line.dropped_share
    return turned if near and _mean(turned, found) >= _mean(line, found) - 0.01 else line


def at_speed(line: Line, speed: float) -> Line:
    """The line turned about its middle to another speed."""
    middle = (line.start + line.end) / 2
    slope = -speed if line.reversed else speed
    return replace(line, speed=speed, offset=line.reference_time(middle) - slope * middle)


def _mean(line: Line, found: CorrelationMatrix) -> float:
    """Mean correlation along a line."""
    inside = (found.query_times >= line.start) & (found.query_times < line.end)
    values = sample(found.values, found, line.slope, line.offset)[inside]
    return float(np.nan_to_num(values, nan=0.0).mean()) if len(values) else 0.0


def _by_sound(
    line: Line,
    found: CorrelationMatrix,
    query: AudioFingerprint | None,
    reference: AudioFingerprint | None,
) -> Line:
    """A line on which hardly anything moves, put where the sound lies if the pictures allow it."""
    if (
        line.contrast >= EVEN
        or query is None
        or reference is None
        or query.space != reference.space
    ):
        return line
    heard = _heard(audio_levels(query), audio_levels(reference), line)
    if heard is None or abs(heard[0] - line.offset) + abs(heard[1] - line.speed) < 0.05:
        return line
    moved = replace(line, offset=heard[0], speed=heard[1])
    return moved if _mean(moved, found) >= _mean(line, found) - 0.02 else line


def _heard(query: AudioLevels, reference: AudioLevels, line: Line) -> tuple[Seconds, float] | None:
    """Offset and speed at which the sound of a line's stretch is found in the reference."""
    part = Span(line.start, line.end)
    middle, reach = float(reference.times.mean()), float(np.ptp(reference.times)) + part.length
    found = find_audio_line(query, reference, part, PlaybackChange(), middle, reach)
    if found is None or found.correlation < HEARD or not is_significant(found, in_sync=False):
        return None
    return found.offset, 1.0
