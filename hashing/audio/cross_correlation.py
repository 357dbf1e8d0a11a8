"""Where one clip's audio lies in another's: spectrograms correlated along straight lines in time.

Two log spectrograms are correlated after taking out each band's own mean, so that gain and
equalisation do not count; rows in which the query is silent, or that the reference lacks, are
masked (normalised cross-correlation, Padfield 2012). Playing audio faster may shift its pitch or
not: both are tried, and for reversed video both directions of the audio. Thresholds without a
source were set by hand.
"""

from dataclasses import dataclass

import numpy as np
from numpy.fft import irfft, rfft
from numpy.typing import NDArray

from hashing.audio.spectrogram import HIGH_HZ, LOW_HZ, SILENT_DB, levels_db
from hashing.types import AudioFingerprint, Seconds, Span

__all__ = [
    "AudioLevels",
    "AudioLine",
    "PlaybackChange",
    "audio_levels",
    "find_audio_line",
    "is_significant",
]

MAX_RANGE_DB = 55.0  # below a clip's loud rows (98th percentile); what is quieter is codec noise
MIN_LEVEL_DB = -85.0
MIN_BAND_DEVIATION_DB = 0.4  # a band that varies less was cut off by a codec
INDEPENDENT_VALUES_HZ = 20.0  # per second of audio, measured on unlike clips
MIN_AUDIBLE_S = 1.0  # in both clips; with less, no line is given
MIN_SIGMAS, MIN_SIGMAS_IN_SYNC = 5.5, 3.0  # anywhere, and where the frames lie
WINDOW_ROWS = 31  # 2 s
MIN_CORRELATION, MIN_CORRELATION_IN_SYNC = (
    0.35,
    0.2,
)  # however long the audio is


@dataclass(frozen=True, slots=True, eq=False)
class AudioLevels:
    """Levels of an audio fingerprint, ready for correlation."""

    levels: NDArray[np.float32]  # (T, B) dB full scale, clipped to MAX_RANGE_DB below the loud rows
    loudest: NDArray[np.float32]  # (T,) dB full scale of the loudest band
    hop_s: Seconds
    start_s: Seconds

    @property
    def times(self) -> NDArray[np.float64]:
        return self.start_s + self.hop_s * np.arange(len(self.levels), dtype=np.float64)

    def row(self, time: NDArray[np.float64] | Seconds) -> NDArray[np.float64]:
        """Fractional row index of a timestamp."""
        return np.asarray((np.asarray(time) - self.start_s) / self.hop_s, np.float64)


@dataclass(frozen=True, slots=True)
class PlaybackChange:
    """How audio may have been played: faster, with its pitch shifted by that, backwards."""

    rate: float = 1.0  # reference seconds in one second of the query
    pitch_shifted: bool = False
    reversed: bool = False

    @property
    def slope(self) -> float:
        return -self.rate if self.reversed else self.rate


@dataclass(frozen=True, slots=True)
class AudioLine:
    """A span of the query's audio and where it lies in the reference."""

    span: Span  # query
    change: PlaybackChange
    offset: Seconds  # reference timestamp at query timestamp 0
    correlation: float  # -1..1
    audible_s: Seconds  # audible part of the span, in seconds of the query

    def reference_time(self, query_time: Seconds) -> Seconds:
        """The reference time whose audio is heard at a query time."""
        return self.change.slope * query_time + self.offset

    @property
    def sigma(self) -> float:
        """Standard deviation of the correlation of unlike audio of this length."""
        return float(1 / np.sqrt(INDEPENDENT_VALUES_HZ * max(self.audible_s, 0.1)))


def audio_levels(fingerprint: AudioFingerprint) -> AudioLevels:
    """The levels of an audio fingerprint for correlation."""
    levels = levels_db(fingerprint)
    loudest = levels.max(axis=1)
    top = float(np.percentile(loudest, 98)) if len(loudest) else MIN_LEVEL_DB
    floor = max(top - MAX_RANGE_DB, MIN_LEVEL_DB)
    return AudioLevels(np.maximum(levels, floor), loudest, fingerprint.hop_s, fingerprint.start_s)


def sample_levels(
    source: AudioLevels, times: NDArray[np.float64], bands_shift: float = 0.0
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Levels (n, B), loudest band (n,) in dB, and whether the source has audio (n,), at `times`.

    bands_shift: by how many bands the source's pitch is too high; it is shifted down.
    """
    rows = source.row(times)
    known = (rows >= -0.5) & (rows <= len(source.levels) - 0.5)
    rows = rows.clip(0, max(0, len(source.levels) - 1))
    left = np.floor(rows).astype(int)
    right = np.minimum(left + 1, len(source.levels) - 1)
    fraction = (rows - left)[:, None].astype(np.float32)
    levels = source.levels[left] * (1 - fraction) + source.levels[right] * fraction
    if bands_shift:
        count = levels.shape[1]
        wanted = (np.arange(count) + bands_shift).clip(0, count - 1)
        low = np.floor(wanted).astype(int)
        high = np.minimum(low + 1, count - 1)
        band_fraction = (wanted - low).astype(np.float32)
        levels = levels[:, low] * (1 - band_fraction) + levels[:, high] * band_fraction
    loudest = source.loudest[np.rint(rows).astype(int)]
    return levels, np.where(known, loudest, -np.inf).astype(np.float32), known


def pitch_shift_bands(change: PlaybackChange, count: int) -> float:
    """By how many of `count` bands a change shifts the pitch up; 0 where it keeps the pitch."""
    if not change.pitch_shifted:
        return 0.0
    return float(np.log(change.rate) / np.log(HIGH_HZ / LOW_HZ) * count)


def masked_correlation(
    query: NDArray[np.float32],
    query_audible: NDArray[np.bool_],
    reference: NDArray[np.float32],
    reference_known: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Masked normalised correlation at every lag (Padfield 2012).

    query: (n, B), query_audible: (n,); reference: (T, B), reference_known: (T,). Returns
    (T + n - 1,) correlations, -1..1, and numbers of rows in common; element i has the query's first
    row on reference row i - (n - 1).
    """
    mean = query[query_audible].mean(axis=0) if query_audible.any() else np.float32(0)
    base = reference[reference_known].mean(axis=0) if reference_known.any() else np.float32(0)
    w, v = query_audible.astype(np.float64), reference_known.astype(np.float64)
    q, r = (query - mean) * w[:, None], (reference - base) * v[:, None]
    size = len(q) + len(r) - 1
    length = 1 << (size - 1).bit_length()
    fq = rfft(q[::-1], length, axis=0)
    fr = rfft(r, length, axis=0)
    fw, fv = rfft(w[::-1], length), rfft(v, length)
    fqq = rfft((q[::-1] ** 2).sum(axis=1), length)
    frr = rfft((r**2).sum(axis=1), length)

    def inverse(product: NDArray[np.complex128]) -> NDArray[np.float64]:
        return np.asarray(irfft(product, length, axis=0)[:size], np.float64)

    rows = np.maximum(inverse(fw * fv), 0)
    row_count = np.maximum(rows, 1e-6)
    sum_q, sum_r = inverse(fq * fv[:, None]), inverse(fr * fw[:, None])
    covariance = inverse((fq * fr).sum(axis=1)) - (sum_q * sum_r).sum(axis=1) / row_count
    var_q = inverse(fqq * fv) - (sum_q**2).sum(axis=1) / row_count
    var_r = inverse(frr * fw) - (sum_r**2).sum(axis=1) / row_count
    min_variance = (
        0.25 * q.shape[1] * row_count
    )  # half a decibel of deviation per band: less is noise
    scale = np.sqrt(np.maximum(var_q, min_variance) * np.maximum(var_r, min_variance))
    return np.where(rows >= 1, covariance / scale, 0.0), rows


def find_audio_line(
    query: AudioLevels,
    reference: AudioLevels,
    span: Span,
    change: PlaybackChange,
    expected_s: Seconds,
    reach_s: Seconds,
) -> AudioLine | None:
    """The line on which the query's audio over a span correlates best with the reference.

    expected_s: the reference time expected at the span's start; reach_s: how far from there to
    search. Returns None where less than MIN_AUDIBLE_S is audible in it.
    """
    step = reference.hop_s
    count = int(span.length / (step / change.rate))
    times = span.start + (np.arange(count, dtype=np.float64) + 0.5) * step / change.rate
    levels, loudest, _ = sample_levels(
        query, times, pitch_shift_bands(change, query.levels.shape[1])
    )
    if change.reversed:
        levels, loudest = levels[::-1], loudest[::-1]
    audible = loudest > SILENT_DB
    earliest_s = expected_s - (
        change.rate * span.length if change.reversed else 0.0
    )  # reference time of the span's earliest row
    # a little more than is searched, so that a peak at the edge has two sides
    start = max(earliest_s - reach_s - step, reference.start_s)
    grid = np.arange(start, earliest_s + change.rate * span.length + reach_s + 2 * step, step)
    reference_levels, _, known = sample_levels(reference, grid)
    min_rows = max(MIN_AUDIBLE_S, 0.3 * float(audible.sum()) * step) / step
    if audible.sum() < min_rows or known.sum() < min_rows:
        return None
    live_bands = levels[audible].std(axis=0) > MIN_BAND_DEVIATION_DB
    if live_bands.sum() < 3:
        return None
    values, rows = masked_correlation(
        levels[:, live_bands], audible, reference_levels[:, live_bands], known
    )
    lags = np.arange(len(values)) - (count - 1)  # reference row under the query's first row
    starts_s = start + (lags - 0.5) * step  # reference time of the span's earliest row
    values = np.where(
        (rows >= min_rows) & (np.abs(starts_s - earliest_s) <= reach_s + step), values, -1.0
    )
    best = int(values.argmax())
    if values[best] <= 0:
        return None
    reference_s = start + (lags[best] + _peak_offset(values, best)) * step
    query_s = float(times[-1] if change.reversed else times[0])
    seconds = float(rows[best]) * step / change.rate
    offset = float(reference_s - change.slope * query_s)
    return AudioLine(span, change, offset, float(values[best]), seconds)


def _peak_offset(values: NDArray[np.float64], best: int) -> float:
    """Position of a peak between rows, by the parabola through it, -0.5..0.5."""
    if not 0 < best < len(values) - 1:
        return 0.0
    left, middle, right = values[best - 1 : best + 2]
    curvature = left - 2 * middle + right
    return float(np.clip(0.5 * (left - right) / curvature, -0.5, 0.5)) if curvature < -1e-9 else 0.0


def is_significant(line: AudioLine, *, in_sync: bool) -> bool:
    """Whether a line correlates too well for unlike audio. in_sync: it lies where the frames do."""
    if in_sync:
        return line.correlation >= max(MIN_CORRELATION_IN_SYNC, MIN_SIGMAS_IN_SYNC * line.sigma)
    return line.correlation >= max(MIN_CORRELATION, MIN_SIGMAS * line.sigma)


def local_audio_correlation(
    query: NDArray[np.float32], reference: NDArray[np.float32], audible: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n,) correlation around each row, -1..1, and (n,) deviation of the livelier clip, dB.

    query, reference: (n, B) levels of matching rows; audible: (n,) rows that count. Windows have
    WINDOW_ROWS rows.
    """
    w = audible.astype(np.float64)
    q, r = query * w[:, None], reference * w[:, None]
    rows = np.maximum(_windowed_sum(w), 1.0)
    sum_q, sum_r = _windowed_sum(q), _windowed_sum(r)  # (n, B)
    covariance = _windowed_sum((q * r).sum(axis=1)) - (sum_q * sum_r).sum(axis=1) / rows
    var_q = _windowed_sum((q * q).sum(axis=1)) - (sum_q**2).sum(axis=1) / rows
    var_r = _windowed_sum((r * r).sum(axis=1)) - (sum_r**2).sum(axis=1) / rows
    min_variance = 0.25 * query.shape[1] * rows
    correlation = covariance / np.sqrt(
        np.maximum(var_q, min_variance) * np.maximum(var_r, min_variance)
    )
    deviation_db = np.sqrt(np.maximum(np.maximum(var_q, var_r), 0) / (rows * query.shape[1]))
    return correlation, deviation_db


def _windowed_sum(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sums along the first axis over a window centred on each row, shorter at the ends."""
    half = WINDOW_ROWS // 2
    total = np.concatenate(
        [np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0, dtype=float)]
    )
    index = np.arange(len(values))
    high = np.minimum(index + half + 1, len(values))
    return np.asarray(total[high] - total[np.maximum(index - half, 0)], np.float64)
