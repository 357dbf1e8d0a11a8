"""Where one clip's sound lies in another's: spectrograms correlated along straight lines in time.

Two log spectrograms are held against each other after taking out each band's own mean, so that gain
and equalisation do not count; rows in which the query is silent, or that the reference lacks, take
no part (masked normalised cross-correlation, Padfield 2012). Playing a sound faster may
move its pitch or leave it: both are tried, and reversed pictures with their sound reversed and not.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.fft import irfft, rfft
from numpy.typing import NDArray

from hashing.audio.spectrogram import HIGH_HZ, LOW_HZ, SILENT_DB, levels_db
from hashing.types import AudioPrint, Seconds, Span

RANGE_DB = 55.0  # below a clip's loud moments; what is quieter is codec noise
LOWEST_DB = -85.0
DEAD_DB = 0.4  # deviation under which a band carries nothing (cut off by a codec)
FREEDOM_HZ = 20.0  # independent values in a second of sound, measured on unlike clips
SHORTEST_S = 1.0  # of sound that both have, under which nothing is said
SURE_SIGMAS, EXPECTED_SIGMAS = 5.5, 3.0  # found anywhere, and found where the pictures say
WINDOW_ROWS = 31  # 2 s
LEAST, EXPECTED_LEAST = 0.35, 0.2  # correlations asked for however long the sound is


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A print ready for correlation."""

    levels: NDArray[np.float32]  # (T, B) dB, the range under the loud moments only
    loudest: NDArray[np.float32]  # (T,) dB full scale of the loudest band
    hop_s: Seconds
    start_s: Seconds

    @property
    def times(self) -> NDArray[np.float64]:
        return self.start_s + self.hop_s * np.arange(len(self.levels), dtype=np.float64)

    def row(self, time: NDArray[np.float64] | Seconds) -> NDArray[np.float64]:
        """Fractional row of a moment."""
        return np.asarray((np.asarray(time) - self.start_s) / self.hop_s, np.float64)


@dataclass(frozen=True, slots=True)
class Way:
    """How a sound may have been changed: played faster, its pitch moved with it, backwards."""

    rate: float = 1.0  # reference seconds in one second of the query
    pitched: bool = False
    reversed: bool = False

    @property
    def slope(self) -> float:
        return -self.rate if self.reversed else self.rate


@dataclass(frozen=True, slots=True)
class SoundLine:
    """A stretch of the query's sound and where it lies in the reference."""

    span: Span  # query
    way: Way
    offset: Seconds  # reference moment at query moment 0
    correlation: float  # -1..1
    seconds: Seconds  # of sounding query that it rests on

    def at(self, time: Seconds) -> Seconds:
        """The reference moment whose sound is heard at a query moment."""
        return self.way.slope * time + self.offset

    @property
    def sigma(self) -> float:
        """Deviation of the correlation of unlike sounds of this length."""
        return float(1 / np.sqrt(FREEDOM_HZ * max(self.seconds, 0.1)))


def sound(print_: AudioPrint) -> Sound:
    """A print as levels for correlation."""
    levels = levels_db(print_)
    loudest = levels.max(axis=1)
    top = float(np.percentile(loudest, 98)) if len(loudest) else LOWEST_DB
    floor = max(top - RANGE_DB, LOWEST_DB)
    return Sound(np.maximum(levels, floor), loudest, print_.hop_s, print_.start_s)


def taken(
    source: Sound, times: NDArray[np.float64], bands_up: float = 0.0
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Levels (n, B), loudest band (n,) and whether there is sound at all (n,), at some moments.

    bands_up: the sound's bands lie this much higher than they should; they are moved down.
    """
    at = source.row(times)
    known = (at >= -0.5) & (at <= len(source.levels) - 0.5)
    at = at.clip(0, max(0, len(source.levels) - 1))
    left = np.floor(at).astype(int)
    right = np.minimum(left + 1, len(source.levels) - 1)
    share = (at - left)[:, None].astype(np.float32)
    levels = source.levels[left] * (1 - share) + source.levels[right] * share
    if bands_up:
        count = levels.shape[1]
        wanted = (np.arange(count) + bands_up).clip(0, count - 1)
        low = np.floor(wanted).astype(int)
        high = np.minimum(low + 1, count - 1)
        part = (wanted - low).astype(np.float32)
        levels = levels[:, low] * (1 - part) + levels[:, high] * part
    loudest = source.loudest[np.rint(at).astype(int)]
    return levels, np.where(known, loudest, -np.inf).astype(np.float32), known


def bands_up(way: Way, count: int) -> float:
    """How many bands a sound's pitch moves up when it is played at a rate without correction."""
    if not way.pitched:
        return 0.0
    return float(np.log(way.rate) / np.log(HIGH_HZ / LOW_HZ) * count)


def correlated(
    query: NDArray[np.float32],
    sounding: NDArray[np.bool_],
    reference: NDArray[np.float32],
    known: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Masked correlation at every lag.

    query: (n, B), sounding (n,); reference: (T, B), known (T,). Returns (T + n - 1,) correlations
    and rows in common; element i is for the query's first row on reference row i - (n - 1).
    """
    mean = query[sounding].mean(axis=0) if sounding.any() else np.float32(0)
    base = reference[known].mean(axis=0) if known.any() else np.float32(0)
    w, v = sounding.astype(np.float64), known.astype(np.float64)
    q, r = (query - mean) * w[:, None], (reference - base) * v[:, None]
    size = len(q) + len(r) - 1
    length = 1 << (size - 1).bit_length()
    fq = rfft(q[::-1], length, axis=0)
    fr = rfft(r, length, axis=0)
    fw, fv = rfft(w[::-1], length), rfft(v, length)
    fqq = rfft((q[::-1] ** 2).sum(axis=1), length)
    frr = rfft((r**2).sum(axis=1), length)

    def back(product: NDArray[np.complex128]) -> NDArray[np.float64]:
        return np.asarray(irfft(product, length, axis=0)[:size], np.float64)

    rows = np.maximum(back(fw * fv), 0)
    some = np.maximum(rows, 1e-6)
    sum_q, sum_r = back(fq * fv[:, None]), back(fr * fw[:, None])
    both = back((fq * fr).sum(axis=1)) - (sum_q * sum_r).sum(axis=1) / some
    var_q = back(fqq * fv) - (sum_q**2).sum(axis=1) / some
    var_r = back(frr * fw) - (sum_r**2).sum(axis=1) / some
    least = 0.25 * q.shape[1] * some  # half a decibel of deviation: less is nothing
    scale = np.sqrt(np.maximum(var_q, least) * np.maximum(var_r, least))
    return np.where(rows >= 1, both / scale, 0.0), rows


def find_line(
    query: Sound, reference: Sound, span: Span, way: Way, near: Seconds, reach: Seconds
) -> SoundLine | None:
    """The best place for the query's sound over a span.

    near: the reference moment expected at the span's start; reach: how far from there to look.
    Returns None where less than SHORTEST_S sounds in it.
    """
    step = reference.hop_s
    count = int(span.length / (step / way.rate))
    times = span.start + (np.arange(count, dtype=np.float64) + 0.5) * step / way.rate
    levels, loudest, _ = taken(query, times, bands_up(way, query.levels.shape[1]))
    if way.reversed:
        levels, loudest = levels[::-1], loudest[::-1]
    sounding = loudest > SILENT_DB
    low = near - (way.rate * span.length if way.reversed else 0.0)  # the stretch's earliest moment
    # a little more than is searched, so that a peak at the edge of the reach has two sides
    start = max(low - reach - step, reference.start_s)
    grid = np.arange(start, low + way.rate * span.length + reach + 2 * step, step)
    others, _, known = taken(reference, grid)
    least = max(SHORTEST_S, 0.3 * float(sounding.sum()) * step) / step
    if sounding.sum() < least or known.sum() < least:
        return None
    live = levels[sounding].std(axis=0) > DEAD_DB
    if live.sum() < 3:
        return None
    values, rows = correlated(levels[:, live], sounding, others[:, live], known)
    lags = np.arange(len(values)) - (count - 1)  # reference row under the query's first row
    moments = start + (lags - 0.5) * step  # where the span's earliest moment lies
    values = np.where((rows >= least) & (np.abs(moments - low) <= reach + step), values, -1.0)
    best = int(values.argmax())
    if values[best] <= 0:
        return None
    first = start + (lags[best] + _top(values, best)) * step
    moment = float(times[-1] if way.reversed else times[0])
    seconds = float(rows[best]) * step / way.rate
    offset = float(first - way.slope * moment)
    return SoundLine(span, way, offset, float(values[best]), seconds)


def _top(values: NDArray[np.float64], best: int) -> float:
    """Where a peak lies between rows: the top of the parabola through it, -0.5..0.5."""
    if not 0 < best < len(values) - 1:
        return 0.0
    left, middle, right = values[best - 1 : best + 2]
    bend = left - 2 * middle + right
    return float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < -1e-9 else 0.0


def held(line: SoundLine, expected: bool) -> bool:
    """Whether a line is too good for unlike sounds. expected: it lies where the pictures say."""
    if expected:
        return line.correlation >= max(EXPECTED_LEAST, EXPECTED_SIGMAS * line.sigma)
    return line.correlation >= max(LEAST, SURE_SIGMAS * line.sigma)


def best_rate(
    query: Sound, reference: Sound, line: SoundLine, reach: float = 0.03
) -> tuple[float, float]:
    """The rate near a line's own at which its sound agrees best, and the correlation there."""
    best = (line.way.rate, line.correlation)
    for width, count in ((reach, 13), (reach / 6, 9)):
        middle = best[0]
        for factor in np.linspace(-width, width, count):
            way = replace(line.way, rate=middle * (1 + float(factor)))
            tried = find_line(query, reference, line.span, way, line.at(line.span.start), 1.0)
            if tried is not None and tried.correlation > best[1]:
                best = (way.rate, tried.correlation)
    return best


def local_correlation(
    query: NDArray[np.float32], reference: NDArray[np.float32], counted: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How alike two sounds are around each moment, and by how many dB the livelier one moves there.

    query, reference: (n, B) at the same moments; counted (n,). Windows of WINDOW_ROWS rows.
    """
    w = counted.astype(np.float64)
    q, r = query * w[:, None], reference * w[:, None]
    rows = np.maximum(_windowed(w), 1.0)
    sum_q, sum_r = _windowed(q), _windowed(r)  # (n, B)
    both = _windowed((q * r).sum(axis=1)) - (sum_q * sum_r).sum(axis=1) / rows
    var_q = _windowed((q * q).sum(axis=1)) - (sum_q**2).sum(axis=1) / rows
    var_r = _windowed((r * r).sum(axis=1)) - (sum_r**2).sum(axis=1) / rows
    least = 0.25 * query.shape[1] * rows
    alike = both / np.sqrt(np.maximum(var_q, least) * np.maximum(var_r, least))
    moving = np.sqrt(np.maximum(np.maximum(var_q, var_r), 0) / (rows * query.shape[1]))
    return alike, moving


def _windowed(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sums over a window centred on each row; fewer rows at the ends."""
    half = WINDOW_ROWS // 2
    total = np.concatenate(
        [np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0, dtype=float)]
    )
    index = np.arange(len(values))
    high = np.minimum(index + half + 1, len(values))
    return np.asarray(total[high] - total[np.maximum(index - half, 0)], np.float64)
