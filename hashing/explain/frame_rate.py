"""How many different pictures a second two clips show over the same footage.

Repeated pictures do not count as shown. They can be told from still footage only where something
moves, so both clips are counted over the same moving moments.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.explain.placement_lines import total_length
from hashing.message import Message
from hashing.types import Edit, Line, Seconds, Timeline

WINDOW_S = 1.0
MOVES = 0.8  # grey levels of change that most pictures of a moving second have
REPEATED = 0.06  # of that, up to which a picture is the one before again
LEAST_S = 2.0  # of moving footage, under which only the nominal rates are compared
STEADY = 0.8  # share of the known clip's pictures that must differ for counts to mean anything
EVEN = 0.15  # deviation of steps, as a share, up to which a nominal rate means something
MAX_REPEAT_CHANGE, GOES_ON = (
    0.3,
    0.5,
)  # of what the known clip changes meanwhile: up to the first a frame repeats
REPEATS = 0.12  # share of repeats from which they are some
FEWEST = 16  # pictures, under which nothing is said of repeats
BETWEEN = (
    0.35  # of the repeats: more pictures between MAX_REPEAT_CHANGE and GOES_ON are no clear cut
)
LONGEST_S = 0.34  # of repeats on end: longer ones are a stretch that stands still, and no rate
MOST_CHANGE = 6.0  # of the usual: more is a cut


@dataclass(frozen=True, slots=True)
class Rates:
    """Pictures a second of each clip's own time."""

    query: float
    reference: float
    counted: bool  # repeated pictures were told apart; else these are nominal rates
    nominal_query: float
    nominal_reference: float
    repeating: bool = False  # the query repeats pictures while the known clip moves on


def rates(query: Timeline, reference: Timeline, lines: tuple[Line, ...]) -> Rates | None:
    """Rates over the matched stretches; None where neither count nor nominal rates say much."""
    even = _nominal_rate(query), _nominal_rate(reference)
    seconds = [0.0, 0.0]
    shown = [0, 0]
    for line in lines:
        for start in np.arange(line.start, line.end - WINDOW_S, WINDOW_S).tolist():
            ends = sorted((line.reference_time(start), line.reference_time(start + WINDOW_S)))
            if ends[1] - ends[0] < 0.95 * WINDOW_S * line.speed:
                continue  # the query stands still somewhere here
            counts = (
                _count_different_frames(query, start, start + WINDOW_S),
                _count_different_frames(reference, ends[0], ends[1]),
            )
            if counts[0] is None or counts[1] is None:
                continue
            shown[0] += counts[0]
            shown[1] += counts[1]
            seconds[0] += WINDOW_S
            seconds[1] += float(ends[1] - ends[0])
    steadily = seconds[0] >= LEAST_S and shown[1] >= STEADY * (even[1] or 0.0) * seconds[1]
    fastest = _fastest_rate(query)
    if fastest is None:
        return None
    ours = even[0] or (shown[0] / seconds[0] if steadily else fastest)
    nominal = ours, even[1] or _mean_rate(reference, lines)
    repeats = repeated(query, reference, lines)
    if repeats is not None and repeats >= REPEATS:
        of_query = nominal[0] * (1 - repeats)
        of_reference = shown[1] / seconds[1] if steadily else nominal[1]
        return Rates(of_query, of_reference, True, *nominal, repeating=True)
    if steadily:
        return Rates(shown[0] / seconds[0], shown[1] / seconds[1], True, *nominal)
    return Rates(*nominal, False, *nominal)


def repeated(query: Timeline, reference: Timeline, lines: tuple[Line, ...]) -> float | None:
    """Share of the query's frames that repeat the one before while the known clip moves on.

    Each picture's change is compared with what the known clip changes over the same time, since a
    coder goes on refining a repeated picture, and a quiet scene changes little without repeats.
    None where too little moves, where there is no clear cut between the two kinds, or where the
    known clip repeats pictures itself: how much of one falls on the item's next is then not known.
    """
    if _halts_between_frames(reference, lines):
        return None
    moved = np.cumsum(reference.change, dtype=np.float64)
    ratios: list[NDArray[np.float64]] = []
    steps: list[NDArray[np.float64]] = []
    for line in lines:
        times = query.times
        inside = (times[:-1] >= line.start) & (times[1:] <= line.end)
        for pause in line.pauses:
            inside &= (times[1:] <= pause.start) | (times[:-1] >= pause.end)
        moments = np.array([line.reference_time(float(time)) for time in times])
        due = np.abs(np.diff(np.interp(moments, reference.times, moved)))
        usual = float(np.median(due[inside])) if inside.any() else 0.0
        inside &= (due > MOVES) & (due < MOST_CHANGE * usual)
        ratios.append(query.change[1:][inside] / due[inside])
        steps.append(np.diff(times)[inside])
    ratio, step = np.concatenate(ratios), np.concatenate(steps)
    if step.sum() < LEAST_S:
        return None
    ratio = ratio / max(float(np.percentile(ratio, 80)), 1e-6)
    ratio = ratio[~_long_still_runs(ratio < MAX_REPEAT_CHANGE, step)]
    if len(ratio) < FEWEST:
        return None
    repeats = float((ratio < MAX_REPEAT_CHANGE).mean())
    between = float(((ratio >= MAX_REPEAT_CHANGE) & (ratio < GOES_ON)).mean())
    return repeats if repeats < 0.5 * REPEATS or between < BETWEEN * repeats else None


def _halts_between_frames(reference: Timeline, lines: tuple[Line, ...]) -> bool:
    """Whether some of the known pictures that move change far less than those beside them."""
    halts = moving = 0
    for line in lines:
        low, high = sorted((line.reference_time(line.start), line.reference_time(line.end)))
        change = reference.change[(reference.times > low) & (reference.times < high)]
        if len(change) < 3:
            continue
        beside = np.minimum(change[:-2], change[2:])
        halts += int(
            (change[1:-1][beside > MOVES] < MAX_REPEAT_CHANGE * beside[beside > MOVES]).sum()
        )
        moving += int((beside > MOVES).sum())
    return halts > 0.5 * REPEATS * moving


def _long_still_runs(repeats: NDArray[np.bool_], step: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) which frames belong to a run of repeats that lasts longer than LONGEST_S."""
    out = np.zeros(len(repeats), bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], repeats, [False]])))
    for first, last in edges.reshape(-1, 2):
        out[first:last] = step[first:last].sum() > LONGEST_S
    return out


def _nominal_rate(timeline: Timeline) -> float | None:
    """Nominal frames per second of a timeline, where they come evenly."""
    steps = np.diff(timeline.times)
    if len(steps) < 4:
        return None
    usual = float(np.median(steps))
    odd = float((np.abs(steps - usual) > EVEN * usual).mean())
    return 1 / usual if odd < 0.1 else None


def _fastest_rate(timeline: Timeline) -> float | None:
    """Pictures a second where they come fastest, which is what unevenly shown ones come close to.

    As from a screen, or with pictures missing: such a clip shows no more than that.
    """
    steps = np.diff(timeline.times)
    return 1 / float(np.percentile(steps, 10)) if len(steps) >= 4 else None


def _mean_rate(reference: Timeline, lines: tuple[Line, ...]) -> float:
    """Pictures a second over the matched stretches."""
    ends = [
        sorted((line.reference_time(line.start), line.reference_time(line.end))) for line in lines
    ]
    count = sum(int(((reference.times >= a) & (reference.times < b)).sum()) for a, b in ends)
    return count / max(1e-6, sum(b - a for a, b in ends))


def _count_different_frames(timeline: Timeline, start: Seconds, end: Seconds) -> int | None:
    """Different frames shown in a span; None where too little moves to tell."""
    inside: NDArray[np.bool_] = (timeline.times >= start) & (timeline.times < end)
    change = timeline.change[inside]
    if len(change) < 4:
        return None
    typical = float(np.percentile(change, 80 if len(change) > 8 else 60))
    if typical < MOVES:
        return None
    return int((change > REPEATED * typical).sum())


FEWER = 0.92  # of the pictures a second, from which there are fewer


FEWER_REPEATED = 0.82  # the same where the clips' own rates agree, and coding repeats pictures too


FEWER_JOINED = 0.6  # the same where footage was joined to other footage of another rate


MORE = 1.08


SAME_RATE = 0.03


EACH_ITS_OWN = 0.95  # of the known clip's pictures differ, so that repeats were put in


def frame_rate_edit(
    query: FrameCache, reference: FrameCache, lines: tuple[Line, ...]
) -> Edit | None:
    """An edit of the frame rate: clearly fewer frames per second, or more by repeated ones."""
    ours, theirs = query.fingerprint.timeline, reference.fingerprint.timeline
    counted = rates(ours, theirs, lines)
    if counted is None:
        return None
    total = query.fingerprint.info.duration_s or 0.0
    joined = total_length(lines) < 0.9 * total
    weights = [line.end - line.start for line in lines]
    pace = float(np.average([line.playback_speed for line in lines], weights=weights))
    due = counted.reference * min(1.0, pace)
    lower = min(counted.query, counted.nominal_query)
    if counted.counted and not counted.repeating and _repeats_of_coding(counted):
        lower = counted.nominal_query
    measure: dict[str, float | int | str] = {
        "shown_per_s": round(counted.query, 2),
        "known_per_s": round(counted.reference, 2),
    }
    least = FEWER_JOINED if joined else FEWER_REPEATED if _same_rate(counted) else FEWER
    if lower < least * due:
        message = Message("edit-frame-rate", {"fps": round(lower, 3), "known_fps": round(due, 3)})
        return Edit(EditType.FRAME_RATE, 0.9 if counted.counted else 0.8, measure, message)
    repeats = counted.counted and counted.query < counted.nominal_query / MORE
    if repeats and not joined and counted.nominal_query > MORE * counted.nominal_reference:
        message = Message(
            "edit-repeated-frames",
            {
                "fps": round(counted.nominal_query, 3),
                "known_fps": round(counted.nominal_reference, 3),
            },
        )
        measure["nominal_per_s"] = round(counted.nominal_query, 2)
        return Edit(EditType.FRAME_RATE, 0.7, measure, message)
    return None


def _repeats_of_coding(counted: Rates) -> bool:
    """Whether repeated pictures say nothing: both clips have as many, and the known one repeats.

    Where little moves, coding alone leaves pictures as they were, and a copy more of them.
    """
    repeats = counted.reference < EACH_ITS_OWN * counted.nominal_reference
    return repeats and _same_rate(counted)


def _same_rate(counted: Rates) -> bool:
    """Whether the clips have nearly the same nominal frame rate."""
    return abs(counted.nominal_query / counted.nominal_reference - 1) < SAME_RATE
