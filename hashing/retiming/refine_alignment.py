"""Refine temporal alignment: exact speeds, freeze frames, jump cuts, stray lines removed.

Lines come from preview frames a tenth of a second apart. Here each is fitted again through its
correlation peaks, between frames; pieces separated by a freeze become one line with a pause; where
hardly anything moves, the audio gives the offset; and lines much weaker than the best one are
removed. Thresholds were set by hand on the development benchmark.
"""

from dataclasses import replace

import numpy as np

from hashing.align.placement import Placement
from hashing.align.segments import MAX_JOIN_GAP_S, MAX_LINE_DIFFERENCE_S
from hashing.align.temporal_lines import sample_along
from hashing.audio.cross_correlation import (
    AudioLevels,
    PlaybackChange,
    audio_levels,
    find_audio_line,
    is_significant,
)
from hashing.retiming.dropped_frames import (
    DROPPED_FRAME_SPEEDS,
    Departures,
    estimate_dropped_frames,
)
from hashing.retiming.freeze_frames import insert_pauses
from hashing.retiming.jump_cuts import split_at_jump_cuts
from hashing.retiming.peak_sharpness import (
    MAX_PEAK_DISTANCE,
    mean_peak_distance,
    peak_distances,
    sharpen_peaks,
    vote_line,
)
from hashing.types import AudioFingerprint, CorrelationMatrix, Fingerprint, Line, Seconds, Span

__all__ = [
    "refine_alignment",
]

PEAK_REACH_S = 0.45  # of a row's peak from the line
MIN_PEAK_CURVATURE = 2e-4  # of correlation; flatter peaks have no position
MIN_TIMESTAMPS = 8
MIN_CORRELATION_OF_BEST, MIN_CONTRAST_OF_BEST = (
    0.7,
    0.4,
)  # of the best line's; a weaker line at another speed is stray
MIN_VISUAL_CONTRAST = 0.05  # with less, the audio gives the offset
MIN_AUDIO_CORRELATION = 0.6  # of audio that gives the offset
CORRELATED_TIMESTAMPS = 5  # neighbouring peaks have about the same error
MIN_SPEED, MAX_SPEED = 0.3, 3.4  # of a fitted line
MAX_SPEED_ERROR = (
    0.06  # … within which a slope counts as real time, where its own error is that large
)
MAX_QUIET_CONTRAST, MAX_QUIET_SPEED_DEVIATION = (
    0.1,
    0.2,
)  # contrast of a quiet line, and the deviation from real time below which its speed needs proof
MIN_QUIET_MARGIN = 0.3  # units of peak distance, by which real time must be farther off
MIN_MARGIN, MIN_MARGIN_SHARE = (
    0.05,
    0.5,
)  # the same for other lines, and as a share of their own distance
SHIFT_STEP_S = 0.02
MIN_CORRELATION_LOSS = 0.01  # of correlation at real time, where no row is sharp
MAX_EXACT_PEAK_DISTANCE = 0.6  # units, mean over a piece that lies on its peaks
UNMEASURED_SPEED_DEVIATION = (
    0.1  # from real time, below which a speed must be measured, and must explain more
)
REAL_TIME_TOLERANCE = 0.012  # of a fitted slope, from 1


def refine_alignment(placement: Placement, query: Fingerprint, reference: Fingerprint) -> Placement:
    """Refine the speeds, offsets and pauses of a placement's lines, in the query's order.

    query, reference: of the two clips, for their timelines and their audio.
    """
    if placement.sparse is not None:
        lines = [
            refined
            for line in drop_stray_lines(placement.lines)
            for piece, correlations in placement.sparse.around(line)
            for refined in _refine_lines([piece], correlations, query, reference)
        ]
        return replace(placement, lines=join_pieces(lines))
    correlations = placement.correlations
    if (
        correlations is None
        or min(len(correlations.query_times), len(correlations.reference_times)) < 2
    ):
        return placement
    lines = _refine_lines(drop_stray_lines(placement.lines), correlations, query, reference)
    return replace(placement, lines=tuple(lines))


def _refine_lines(
    lines: list[Line], correlations: CorrelationMatrix, query: Fingerprint, reference: Fingerprint
) -> list[Line]:
    """The refined lines of one matrix of correlations."""
    sharpened = sharpen_peaks(correlations)
    lines = [fit_line(vote_line(line, sharpened, correlations), correlations) for line in lines]
    lines = insert_pauses(
        _unify_speeds(lines, correlations), sharpened, query.timeline, reference.timeline
    )
    lines = [_locate_by_audio(line, correlations, query.audio, reference.audio) for line in lines]
    lines = [piece for line in lines for piece in _split_if_exact(line, correlations, sharpened)]
    lines = [
        estimate_dropped_frames(line, measure_departures(line, correlations), query, reference)
        for line in lines
    ]
    lines = [piece for line in lines for piece in _split_and_fit(line, correlations, sharpened)]
    in_real_time = any(line.speed == 1.0 for line in lines)
    return [confirm_speed(line, correlations, in_real_time=in_real_time) for line in lines]


def join_pieces(lines: list[Line]) -> tuple[Line, ...]:
    """Join neighbouring pieces of long lines that lie on one line, in the query's order."""
    runs: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.start):
        if runs and _line_through([*runs[-1], line]) is not None:
            runs[-1].append(line)
        else:
            runs.append([line])
    joined = [(run, _line_through(run) if len(run) > 1 else run[0]) for run in runs]
    return tuple(line if line is not None else run[0] for run, line in joined)


def _line_through(pieces: list[Line]) -> Line | None:
    """The line through neighbouring pieces; None where they do not lie on one."""
    last, line = pieces[-2:]
    if last.reversed != line.reversed or line.start - last.end > MAX_JOIN_GAP_S:
        return None
    if any(piece.pauses or piece.dropped_share for piece in (last, line)):
        return None
    ends = [
        (time, piece.reference_time(time)) for piece in pieces for time in (piece.start, piece.end)
    ]
    times, reference_times = np.array(ends).T
    if all(piece.speed == 1.0 for piece in pieces):
        slope = line.slope
        offset = float(np.median(reference_times - slope * times))
    else:
        slope, offset = (float(value) for value in np.polyfit(times, reference_times, 1))
    if np.abs(reference_times - slope * times - offset).max() > MAX_LINE_DIFFERENCE_S:
        return None
    lengths = [piece.end - piece.start for piece in pieces]
    return Line(
        pieces[0].start,
        line.end,
        abs(slope),
        line.reversed,
        offset,
        float(np.average([piece.correlation for piece in pieces], weights=lengths)),
        float(np.average([piece.contrast for piece in pieces], weights=lengths)),
    )


def confirm_speed(line: Line, correlations: CorrelationMatrix, *, in_real_time: bool) -> Line:
    """Keep a speed near real time only where the peaks of its rows clearly contradict real time.

    in_real_time: whether other lines are; a quiet line then needs stronger evidence.
    """
    deviation = abs(line.speed - 1)
    quiet = (
        in_real_time
        and line.contrast < MAX_QUIET_CONTRAST
        and deviation < MAX_QUIET_SPEED_DEVIATION
    )
    if (
        not 0 < deviation < (MAX_QUIET_SPEED_DEVIATION if quiet else UNMEASURED_SPEED_DEVIATION)
        or line.pauses
        or line.dropped_share
    ):
        return line
    distances = peak_distances(correlations)
    real_time = rotate_to_speed(line, 1.0)
    reach = max(PEAK_REACH_S, deviation * (line.end - line.start) / 2)
    shifted = [
        replace(real_time, offset=real_time.offset + float(shift))
        for shift in np.arange(-reach, reach, SHIFT_STEP_S)
    ]
    own_distance = mean_peak_distance(line, correlations, distances)
    real_time_distance, best = min(
        (
            (mean_peak_distance(candidate, correlations, distances), candidate)
            for candidate in shifted
        ),
        key=lambda candidate: candidate[0],
    )
    if real_time_distance >= MAX_PEAK_DISTANCE:
        return (
            real_time
            if quiet
            or _mean_on_line(line, correlations)
            < _mean_on_line(real_time, correlations) + MIN_CORRELATION_LOSS
            else line
        )
    if real_time_distance > own_distance + (
        MIN_QUIET_MARGIN if quiet else max(MIN_MARGIN, MIN_MARGIN_SHARE * own_distance)
    ):
        return line
    return best


def _split_if_exact(
    line: Line, correlations: CorrelationMatrix, sharpened: CorrelationMatrix
) -> list[Line]:
    """The pieces of a line that a jump cut makes faster, where each is exact and in real time.

    With dropped frames, two pieces are better than one as well, but still faster than real time.
    """
    if not DROPPED_FRAME_SPEEDS[0] < line.speed < DROPPED_FRAME_SPEEDS[1]:
        return [line]
    pieces = _split_and_fit(line, correlations, sharpened)
    exact = all(
        piece.speed == 1.0 and mean_peak_distance(piece, correlations) < MAX_EXACT_PEAK_DISTANCE
        for piece in pieces
    )
    return pieces if exact else [line]


def _split_and_fit(
    line: Line, correlations: CorrelationMatrix, sharpened: CorrelationMatrix
) -> list[Line]:
    pieces = split_at_jump_cuts(line, sharpened)
    return pieces if len(pieces) == 1 else [fit_line(piece, correlations) for piece in pieces]


def drop_stray_lines(lines: tuple[Line, ...]) -> list[Line]:
    """The lines that run at the best one's speed, or correlate with similar level and contrast."""
    best = max(
        lines, key=lambda line: line.correlation * min(1.0, line.end - line.start), default=None
    )
    if best is None:
        return []
    return [
        line
        for line in lines
        if (
            line.correlation >= MIN_CORRELATION_OF_BEST * best.correlation
            and line.contrast >= MIN_CONTRAST_OF_BEST * best.contrast
        )
        or (line.reversed == best.reversed and abs(line.speed / best.speed - 1) < 0.03)
    ]


def _unify_speeds(lines: list[Line], correlations: CorrelationMatrix) -> list[Line]:
    """Set lines to the speed of the longest where they correlate about as well at it."""
    if len(lines) < 2:
        return lines
    longest = max(lines, key=lambda line: line.end - line.start)
    out = []
    for line in lines:
        at_longest_speed = rotate_to_speed(line, longest.speed)
        near = abs(line.speed / longest.speed - 1) < 0.08 and line is not longest
        out.append(
            at_longest_speed
            if near
            and _mean_on_line(at_longest_speed, correlations)
            >= _mean_on_line(line, correlations) - 0.02
            else line
        )
    return out


def measure_departures(line: Line, correlations: CorrelationMatrix) -> Departures:
    """Measure the offsets of the rows' correlation peaks from a line, between timestamps."""
    rows = np.flatnonzero(
        (correlations.query_times >= line.start) & (correlations.query_times < line.end)
    )
    reference_times = correlations.reference_times
    times, offsets, weights = [], [], []
    for row in rows:
        expected = line.reference_time(float(correlations.query_times[row]))
        low, high = np.searchsorted(
            reference_times, [expected - PEAK_REACH_S, expected + PEAK_REACH_S]
        )
        if high - low < 3:
            continue
        values = correlations.values[row, low:high].astype(np.float64)
        best = int(values.argmax())
        if not 0 < best < len(values) - 1:
            continue
        left, middle, right = values[best - 1 : best + 2]
        curvature = 2 * middle - left - right
        if curvature < MIN_PEAK_CURVATURE:
            continue
        step = (reference_times[low + best + 1] - reference_times[low + best - 1]) / 2
        peak_time = reference_times[low + best] + 0.5 * (right - left) / curvature * step
        times.append(float(correlations.query_times[row]))
        offsets.append(float(peak_time) - expected)
        weights.append(curvature)
    return Departures(np.array(times), np.array(offsets), np.array(weights))


def fit_line(line: Line, correlations: CorrelationMatrix) -> Line:
    """Fit the line to its correlation peaks; real time where that is within its error."""
    departures = measure_departures(line, correlations)
    times, offsets, weights = departures.times, departures.offsets, departures.weights
    if len(times) < MIN_TIMESTAMPS or line.pauses or line.dropped_share:
        return _prefer_real_time(line, correlations)
    weights = np.minimum(weights, 3 * np.median(weights))  # no single row decides
    keep = np.ones(len(times), bool)
    tilt = shift = 0.0
    for _ in range(4):
        if keep.sum() < MIN_TIMESTAMPS:
            return line
        tilt, shift = np.polyfit(times[keep], offsets[keep], 1, w=np.sqrt(weights[keep]))
        residuals = offsets - tilt * times - shift
        keep = np.abs(residuals) < max(0.05, 3 * float(np.median(np.abs(residuals))))
    slope = line.slope + float(tilt)
    if slope * line.slope <= 0 or not MIN_SPEED <= abs(slope) <= MAX_SPEED:
        return line  # where little moves, peaks lie anywhere
    straight = replace(line, speed=abs(slope), offset=line.offset + float(shift))
    independent = keep.sum() / CORRELATED_TIMESTAMPS
    error = float(
        np.std(residuals[keep]) / max(1e-6, float(np.std(times[keep]))) / np.sqrt(independent)
    )
    if abs(straight.speed - 1) < max(REAL_TIME_TOLERANCE, min(MAX_SPEED_ERROR, 3 * error)):
        straight = rotate_to_speed(straight, 1.0)
    return (
        straight
        if _mean_on_line(straight, correlations) >= _mean_on_line(line, correlations) - 0.01
        else line
    )


def _prefer_real_time(line: Line, correlations: CorrelationMatrix) -> Line:
    """Real time for a line that could not be fitted, where that is near and correlates as well."""
    real_time = rotate_to_speed(line, 1.0)
    near = (
        abs(line.speed - 1) < UNMEASURED_SPEED_DEVIATION
        and not line.pauses
        and not line.dropped_share
    )
    return (
        real_time
        if near
        and _mean_on_line(real_time, correlations) >= _mean_on_line(line, correlations) - 0.01
        else line
    )


def rotate_to_speed(line: Line, speed: float) -> Line:
    """The line at another speed, rotated about its middle."""
    middle = (line.start + line.end) / 2
    slope = -speed if line.reversed else speed
    return replace(line, speed=speed, offset=line.reference_time(middle) - slope * middle)


def _mean_on_line(line: Line, correlations: CorrelationMatrix) -> float:
    """Mean correlation along a line."""
    inside = (correlations.query_times >= line.start) & (correlations.query_times < line.end)
    values = sample_along(correlations.values, correlations, line.slope, line.offset)[inside]
    return float(np.nan_to_num(values, nan=0.0).mean()) if len(values) else 0.0


def _locate_by_audio(
    line: Line,
    correlations: CorrelationMatrix,
    query: AudioFingerprint | None,
    reference: AudioFingerprint | None,
) -> Line:
    """Move a line without visual contrast to where the audio lies, if the frames allow it."""
    if (
        line.contrast >= MIN_VISUAL_CONTRAST
        or query is None
        or reference is None
        or query.space != reference.space
    ):
        return line
    audio_position = _find_audio(audio_levels(query), audio_levels(reference), line)
    if (
        audio_position is None
        or abs(audio_position[0] - line.offset) + abs(audio_position[1] - line.speed) < 0.05
    ):
        return line
    located = replace(line, offset=audio_position[0], speed=audio_position[1])
    return (
        located
        if _mean_on_line(located, correlations) >= _mean_on_line(line, correlations) - 0.02
        else line
    )


def _find_audio(
    query: AudioLevels, reference: AudioLevels, line: Line
) -> tuple[Seconds, float] | None:
    """Offset and speed at which the line's audio lies in the reference; None if not found."""
    span = Span(line.start, line.end)
    middle, reach = float(reference.times.mean()), float(np.ptp(reference.times)) + span.length
    audio_line = find_audio_line(query, reference, span, PlaybackChange(), middle, reach)
    if (
        audio_line is None
        or audio_line.correlation < MIN_AUDIO_CORRELATION
        or not is_significant(audio_line, in_sync=False)
    ):
        return None
    return audio_line.offset, 1.0
