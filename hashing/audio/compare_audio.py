"""Compare the audio over the matched segments: kept, replaced, muted, shifted or added.

For each segment the query's audio is searched for in the reference near where the frames lie (see
cross_correlation.py). Along the line found, or along the frames where there is none, each row is
classified: silent in one clip only, the same, or different. Audio that runs on while the video
freezes or skips is not shifted; audio too uniform to be identified is left open. Thresholds were
set by hand.
"""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from hashing.audio.cross_correlation import (
    AudioLevels,
    AudioLine,
    PlaybackChange,
    audio_levels,
    find_audio_line,
    is_significant,
    pitch_shift_bands,
)
from hashing.audio.segmentation import (
    ADDED,
    MUTED,
    OTHER,
    SAME,
    classify_audio,
    is_audible,
    row_times,
)
from hashing.types import (
    AudioFinding,
    AudioFingerprint,
    AudioSpan,
    AudioState,
    Fingerprint,
    Seconds,
    Segment,
    Span,
)

__all__ = [
    "compare_audio",
]

SEARCH_REACH_S = 20.0  # from where the frames lie
MIN_GAIN_OUT_OF_SYNC = 0.15  # of correlation, over the best line in sync
MAX_SYNC_OFFSET_S = 0.18  # larger is a shift; frames are timed no better where little moves
MIN_RESEARCH_S = 2.5  # replaced audio at least this long is searched for by itself


@dataclass(frozen=True, slots=True, eq=False)
class _SegmentAudio:
    """The audio of one segment: its line and the state of each row."""

    segment: Segment
    line: AudioLine | None
    times: NDArray[np.float64]  # (n,) query
    states: NDArray[np.intp] | AudioState  # (n,) SAME..ADDED, or one state for all of it


def compare_audio(
    query: Fingerprint, reference: Fingerprint, segments: tuple[Segment, ...]
) -> AudioFinding:
    """Compare the audio of two clips over the matched segments.

    The result names the state that lasts longest and lists all spans; it is not checked where there
    is no segment, a clip is a still, or the fingerprints are of different spaces.
    """
    if not segments or "still" in (query.info.kind, reference.info.kind):
        return AudioFinding()
    query_print, reference_print = query.audio, reference.audio
    if query_print is None or reference_print is None:
        return _compare_with_silence(query_print, reference_print, segments)
    if query_print.space != reference_print.space or query_print.hop_s != reference_print.hop_s:
        return AudioFinding()
    query_levels, reference_levels = audio_levels(query_print), audio_levels(reference_print)
    spans: list[AudioSpan] = []
    previous: _SegmentAudio | None = None
    for segment in segments:
        if segment.query.length <= 0 or segment.reference.length <= 0:
            continue
        segment_audio = _classify_segment(query_levels, reference_levels, segment)
        spans += _spans(query_levels, reference_levels, segment_audio, previous)
        previous = segment_audio
    return _join_spans(spans)


def _compare_with_silence(
    query: AudioFingerprint | None,
    reference: AudioFingerprint | None,
    segments: tuple[Segment, ...],
) -> AudioFinding:
    """The finding where one clip has no audio track, or neither has."""
    spans = []
    for segment in segments:
        audio, part = (query, segment.query) if query else (reference, segment.reference)
        audible = audio is not None and is_audible(audio_levels(audio), part)
        state: AudioState = "absent"
        if audible:
            state = "added" if query else "muted"
        spans.append(AudioSpan(segment.query, state))
    return _join_spans(spans)


def reference_time_shown(
    segment: Segment, time: NDArray[np.float64] | Seconds
) -> NDArray[np.float64]:
    """The reference time shown at a query time, with drops and freezes spread evenly."""
    fraction = (np.asarray(time, np.float64) - segment.query.start) / segment.query.length
    if segment.reversed:
        fraction = 1 - fraction
    return np.asarray(segment.reference.start + fraction * segment.reference.length, np.float64)


def _playback_changes(segment: Segment) -> list[PlaybackChange]:
    rates = [1.0]
    for rate in (segment.speed or 1.0, segment.reference.length / segment.query.length):
        if all(abs(rate / known - 1) > 0.01 for known in rates) and 0.2 < rate < 5:
            rates.append(rate)
    directions = [False, True] if segment.reversed else [False]
    pitches = [(rate, pitched) for rate in rates for pitched in {False, rate != 1.0}]
    return [PlaybackChange(rate, pitched, back) for rate, pitched in pitches for back in directions]


def locate_audio(
    query: AudioLevels, reference: AudioLevels, segment: Segment, part: Span
) -> AudioLine | None:
    """The line on which the audio of `part` lies, in sync or not; None where none is significant.

    Music repeats itself: in sync is preferred unless another line is clearly better.
    """
    lines = []
    for change in _playback_changes(segment):
        anchors = _expected_starts(segment, part, change)
        lines += [
            find_audio_line(query, reference, part, change, anchor, MAX_SYNC_OFFSET_S)
            for anchor in anchors
        ]
        lines.append(find_audio_line(query, reference, part, change, anchors[0], SEARCH_REACH_S))
    significant: list[tuple[float, AudioLine]] = []
    for line in lines:
        if line is None:
            continue
        in_sync = abs(sync_offset(line, segment)) < MAX_SYNC_OFFSET_S
        if is_significant(line, in_sync=in_sync):
            significant.append(
                (line.correlation + (MIN_GAIN_OUT_OF_SYNC if in_sync else 0.0), line)
            )
    return max(significant, key=lambda anchor: anchor[0])[1] if significant else None


def _expected_starts(segment: Segment, part: Span, change: PlaybackChange) -> list[Seconds]:
    """Reference times for the start of `part` at which its start, or its end, is in sync."""
    if segment.reversed and not change.reversed:
        return [segment.reference.start + change.rate * (part.start - segment.query.start)]
    start, end = (
        float(reference_time_shown(segment, part.start)),
        float(reference_time_shown(segment, part.end)),
    )
    from_end = end - change.slope * part.length
    return [start] if abs(from_end - start) < MAX_SYNC_OFFSET_S else [start, from_end]


def sync_offset(line: AudioLine, segment: Segment) -> Seconds:
    """Seconds by which the audio comes later than the video, where it is nearest to in sync.

    A line of another rate than the video's drifts: in sync at either end or between is in sync.
    """
    ends = [line.span.start, line.span.end]
    lags = [float(reference_time_shown(segment, end)) - line.reference_time(end) for end in ends]
    if (
        segment.reversed and not line.change.reversed
    ):  # the same audio, forwards under backwards frames
        lags = [segment.reference.start - line.reference_time(segment.query.start)]
    drifts = abs(lags[0] - lags[-1]) > 0.1
    if drifts and lags[0] * lags[-1] < 0:
        return 0.0
    smallest = min(lags, key=abs)
    return smallest / (segment.speed or 1.0)


def _classify_segment(
    query: AudioLevels, reference: AudioLevels, segment: Segment
) -> _SegmentAudio:
    line = locate_audio(query, reference, segment, segment.query)
    times = row_times(query, segment.query)
    reference_times = (
        line.change.slope * times + line.offset if line else reference_time_shown(segment, times)
    )
    bands_shift = pitch_shift_bands(line.change, query.levels.shape[1]) if line else 0.0
    states = classify_audio(
        query,
        reference,
        times,
        reference_times,
        segment.reference,
        bands_shift,
        follows_audio=line is not None,
    )
    return _SegmentAudio(segment, line, times, states)


def _spans(
    query: AudioLevels,
    reference: AudioLevels,
    segment_audio: _SegmentAudio,
    previous: _SegmentAudio | None,
) -> list[AudioSpan]:
    if isinstance(segment_audio.states, str):
        return [AudioSpan(segment_audio.segment.query, segment_audio.states)]
    out = []
    index = 0
    for state, run in groupby(segment_audio.states):
        count = len(list(run))
        part = Span(
            float(segment_audio.times[index]), float(segment_audio.times[index + count - 1])
        )
        part = _extend_to_edges(part, segment_audio.segment, query.hop_s)
        index += count
        located = None
        if state == OTHER and segment_audio.line is not None and part.length >= MIN_RESEARCH_S:
            located = locate_audio(query, reference, segment_audio.segment, part)
        if located is not None:
            out.append(_span_on_line(located, segment_audio.segment, part, None))
        elif state == SAME and segment_audio.line is not None:
            out.append(_span_on_line(segment_audio.line, segment_audio.segment, part, previous))
        else:
            names: dict[int, AudioState] = {OTHER: "replaced", MUTED: "muted", ADDED: "added"}
            out.append(AudioSpan(part, names.get(int(state), "not_checked")))
    return out


def _extend_to_edges(part: Span, segment: Segment, hop_s: Seconds) -> Span:
    """Extend a span from row centres to row edges, and to the segment's edges where near."""
    start, end = part.start - hop_s / 2, part.end + hop_s / 2
    if start - segment.query.start < 0.3:
        start = segment.query.start
    if segment.query.end - end < 0.3:
        end = segment.query.end
    return Span(max(0.0, start), max(start, end))


def _span_on_line(
    line: AudioLine, segment: Segment, part: Span, previous: _SegmentAudio | None
) -> AudioSpan:
    offset_s = sync_offset(line, segment)
    if abs(offset_s) < MAX_SYNC_OFFSET_S or (
        previous is not None and _continues(previous, line, segment)
    ):
        return AudioSpan(
            part, "kept", 0.0 if abs(offset_s) >= MAX_SYNC_OFFSET_S else round(offset_s, 3)
        )
    return AudioSpan(part, "shifted", round(offset_s, 3))


def _continues(previous: _SegmentAudio, line: AudioLine, segment: Segment) -> bool:
    """Whether the audio runs on from a segment in sync while only the video froze."""
    if previous.line is None or previous.line.change != line.change:
        return False
    continuous = (
        abs(
            previous.line.reference_time(segment.query.start)
            - line.reference_time(segment.query.start)
        )
        < 0.1
    )
    frozen = abs(segment.reference.start - previous.segment.reference.end) < 0.3
    in_sync = abs(sync_offset(previous.line, previous.segment)) < MAX_SYNC_OFFSET_S
    return continuous and frozen and in_sync


def _join_spans(spans: list[AudioSpan]) -> AudioFinding:
    """Join neighbouring spans of one state; name the state that lasts longest."""
    out: list[AudioSpan] = []
    for span in spans:
        last = out[-1] if out else None
        adjacent = last is not None and span.query.start - last.query.end < 0.05
        if last is not None and adjacent and last.state == span.state and _same_offset(last, span):
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
    state = max(lasts, key=lambda state_name: lasts[state_name])
    longest = max((s for s in out if s.state == state), key=lambda s: s.query.length)
    return AudioFinding(state, longest.offset_s, tuple(out))


def _same_offset(last: AudioSpan, span: AudioSpan) -> bool:
    return abs((last.offset_s or 0.0) - (span.offset_s or 0.0)) < 0.1
