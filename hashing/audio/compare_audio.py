"""What became of the sound over the matched stretches: kept, replaced, muted, shifted, added.

For each segment the query's sound is looked for in the reference near where the pictures lie (see
sound_lines.py). Along the line found, or along the pictures where none is, each moment is then held
to account: silent in one clip only, alike, or unlike. Sound that runs on unbroken while the picture
stands still or skips has not been shifted; sound too even to be told from other sound is left open.
"""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from hashing.audio.cross_correlation import Sound, SoundLine, Way, bands_up, find_line, held, sound
from hashing.audio.segmentation import ADDED, MUTED, OTHER, SAME, held_to_account, moments, sounds
from hashing.types import (
    AudioFinding,
    AudioPrint,
    AudioSpan,
    AudioState,
    Fingerprint,
    Seconds,
    Segment,
    Span,
)

REACH_S = 20.0  # how far from the pictures a segment's sound is looked for
CLEARLY_BETTER = 0.15  # of correlation, by which a place out of sync has to win
IN_SYNC_S = (
    0.18  # an offset below this is no shift: pictures are timed no better where little moves
)
LOOK_AGAIN_S = 2.5  # an unlike stretch this long is looked for by itself


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """One segment's sound: the moments looked at and how each clip sounds there."""

    segment: Segment
    line: SoundLine | None
    times: NDArray[np.float64]  # (n,) query
    heard: NDArray[np.intp] | AudioState  # (n,) SAME..ADDED, or one state for all of it


def hear(query: Fingerprint, reference: Fingerprint, segments: tuple[Segment, ...]) -> AudioFinding:
    """The state of the sound over the segments, for most of the match and in spans."""
    if not segments or "still" in (query.info.kind, reference.info.kind):
        return AudioFinding()
    ours, theirs = query.audio, reference.audio
    if ours is None or theirs is None:
        return _one_sided(ours, theirs, segments)
    if ours.space != theirs.space or ours.hop_s != theirs.hop_s:
        return AudioFinding()
    q, r = sound(ours), sound(theirs)
    spans: list[AudioSpan] = []
    before: _Stretch | None = None
    for segment in segments:
        if segment.query.length <= 0 or segment.reference.length <= 0:
            continue
        stretch = _listen(q, r, segment)
        spans += _spans(q, r, stretch, before)
        before = stretch
    return _finding(spans)


def _one_sided(
    query: AudioPrint | None, reference: AudioPrint | None, segments: tuple[Segment, ...]
) -> AudioFinding:
    """One clip has no sound track at all, or neither has."""
    spans = []
    for segment in segments:
        print_, part = (query, segment.query) if query else (reference, segment.reference)
        sounding = print_ is not None and sounds(sound(print_), part)
        state: AudioState = "absent"
        if sounding:
            state = "added" if query else "muted"
        spans.append(AudioSpan(segment.query, state))
    return _finding(spans)


def pictured(segment: Segment, time: NDArray[np.float64] | Seconds) -> NDArray[np.float64]:
    """The reference moment that is shown at a query moment, drops and freezes spread evenly."""
    share = (np.asarray(time, np.float64) - segment.query.start) / segment.query.length
    if segment.reversed:
        share = 1 - share
    return np.asarray(segment.reference.start + share * segment.reference.length, np.float64)


def _ways(segment: Segment) -> list[Way]:
    rates = [1.0]
    for rate in (segment.speed or 1.0, segment.reference.length / segment.query.length):
        if all(abs(rate / known - 1) > 0.01 for known in rates) and 0.2 < rate < 5:
            rates.append(rate)
    directions = [False, True] if segment.reversed else [False]
    pitches = [(rate, pitched) for rate in rates for pitched in {False, rate != 1.0}]
    return [Way(rate, pitched, back) for rate, pitched in pitches for back in directions]


def sound_line(query: Sound, reference: Sound, segment: Segment, part: Span) -> SoundLine | None:
    """The line on which a stretch's sound lies, in sync or not; None where none holds.

    Music repeats itself: in sync is preferred, unless another place is clearly better.
    """
    found = []
    for way in _ways(segment):
        anchors = _anchors(segment, part, way)
        found += [find_line(query, reference, part, way, one, IN_SYNC_S) for one in anchors]
        found.append(find_line(query, reference, part, way, anchors[0], REACH_S))
    good: list[tuple[float, SoundLine]] = []
    for line in found:
        if line is None:
            continue
        in_sync = abs(out_of_sync(line, segment)) < IN_SYNC_S
        if held(line, in_sync):
            good.append((line.correlation + (CLEARLY_BETTER if in_sync else 0.0), line))
    return max(good, key=lambda one: one[0])[1] if good else None


def _anchors(segment: Segment, part: Span, way: Way) -> list[Seconds]:
    """Reference moments for a part's start that would have its start, or its end, in sync."""
    if segment.reversed and not way.reversed:
        return [segment.reference.start + way.rate * (part.start - segment.query.start)]
    start, end = float(pictured(segment, part.start)), float(pictured(segment, part.end))
    from_end = end - way.slope * part.length
    return [start] if abs(from_end - start) < IN_SYNC_S else [start, from_end]


def out_of_sync(line: SoundLine, segment: Segment) -> Seconds:
    """Seconds by which the sound comes later than the picture, at its best moment.

    A line of another rate than the picture's drifts: in sync at either end or between is in sync.
    """
    ends = [line.span.start, line.span.end]
    late = [float(pictured(segment, end)) - line.at(end) for end in ends]
    if (
        segment.reversed and not line.way.reversed
    ):  # the same sound, forwards under backwards pictures
        late = [segment.reference.start - line.at(segment.query.start)]
    drifts = abs(late[0] - late[-1]) > 0.1
    if drifts and late[0] * late[-1] < 0:
        return 0.0
    best = min(late, key=abs)
    return best / (segment.speed or 1.0)


def _listen(query: Sound, reference: Sound, segment: Segment) -> _Stretch:
    line = sound_line(query, reference, segment, segment.query)
    times = moments(query, segment.query)
    at = line.way.slope * times + line.offset if line else pictured(segment, times)
    lift = bands_up(line.way, query.levels.shape[1]) if line else 0.0
    heard = held_to_account(query, reference, times, at, segment.reference, lift, line is not None)
    return _Stretch(segment, line, times, heard)


def _spans(
    query: Sound, reference: Sound, stretch: _Stretch, before: _Stretch | None
) -> list[AudioSpan]:
    if isinstance(stretch.heard, str):
        return [AudioSpan(stretch.segment.query, stretch.heard)]
    out = []
    at = 0
    for state, run in groupby(stretch.heard):
        count = len(list(run))
        part = Span(float(stretch.times[at]), float(stretch.times[at + count - 1]))
        part = _edges(part, stretch.segment, query.hop_s)
        at += count
        again = None
        if state == OTHER and stretch.line is not None and part.length >= LOOK_AGAIN_S:
            again = sound_line(query, reference, stretch.segment, part)
        if again is not None:
            out.append(_on_line(again, stretch.segment, part, None))
        elif state == SAME and stretch.line is not None:
            out.append(_on_line(stretch.line, stretch.segment, part, before))
        else:
            names: dict[int, AudioState] = {OTHER: "replaced", MUTED: "muted", ADDED: "added"}
            out.append(AudioSpan(part, names.get(int(state), "not_checked")))
    return out


def _edges(part: Span, segment: Segment, hop_s: Seconds) -> Span:
    """From the centres of moments to their edges, and to the segment's own where near."""
    start, end = part.start - hop_s / 2, part.end + hop_s / 2
    if start - segment.query.start < 0.3:
        start = segment.query.start
    if segment.query.end - end < 0.3:
        end = segment.query.end
    return Span(max(0.0, start), max(start, end))


def _on_line(line: SoundLine, segment: Segment, part: Span, before: _Stretch | None) -> AudioSpan:
    late = out_of_sync(line, segment)
    if abs(late) < IN_SYNC_S or (before is not None and _runs_on(before, line, segment)):
        return AudioSpan(part, "kept", 0.0 if abs(late) >= IN_SYNC_S else round(late, 3))
    return AudioSpan(part, "shifted", round(late, 3))


def _runs_on(before: _Stretch, line: SoundLine, segment: Segment) -> bool:
    """Whether the sound goes on unbroken from a stretch in sync; only the picture stood still."""
    if before.line is None or before.line.way != line.way:
        return False
    goes_on = abs(before.line.at(segment.query.start) - line.at(segment.query.start)) < 0.1
    stood = abs(segment.reference.start - before.segment.reference.end) < 0.3
    in_sync = abs(out_of_sync(before.line, before.segment)) < IN_SYNC_S
    return goes_on and stood and in_sync


def _finding(spans: list[AudioSpan]) -> AudioFinding:
    """Neighbouring spans of one state joined; the state that lasts longest named."""
    out: list[AudioSpan] = []
    for span in spans:
        last = out[-1] if out else None
        near = last is not None and span.query.start - last.query.end < 0.05
        if last is not None and near and last.state == span.state and _near(last, span):
            out[-1] = AudioSpan(
                Span(last.query.start, span.query.end), last.state, last.offset_s, last.clip
            )
        else:
            out.append(span)
    if not out:
        return AudioFinding()
    lasts: dict[AudioState, Seconds] = {}
    for span in out:
        lasts[span.state] = lasts.get(span.state, 0.0) + span.query.length
    state = max(lasts, key=lambda one: lasts[one])
    longest = max((s for s in out if s.state == state), key=lambda s: s.query.length)
    return AudioFinding(state, longest.offset_s, tuple(out))


def _near(last: AudioSpan, span: AudioSpan) -> bool:
    return abs((last.offset_s or 0.0) - (span.offset_s or 0.0)) < 0.1
