"""Differences of the sound: replaced, muted, shifted, added, with their seconds and shares."""

from collections.abc import Sequence
from dataclasses import replace

from hashing.edit_types import EditType
from hashing.explain.time_parameters import when
from hashing.message import Message, Param
from hashing.types import (
    AudioFinding,
    AudioSource,
    AudioSpan,
    AudioState,
    Edit,
    Segment,
    Span,
)

SHORTEST_S = 1.5  # of a state, under which it is no edit: codecs and fades make shorter ones
THROUGHOUT = 0.9  # share of the matched stretches from which a state is called throughout
TYPES: dict[AudioState, EditType] = {
    "replaced": EditType.AUDIO_REPLACED,
    "muted": EditType.AUDIO_MUTED,
    "shifted": EditType.AUDIO_SHIFTED,
    "added": EditType.AUDIO_ADDED,
}


def audio_edits(finding: AudioFinding, segments: tuple[Segment, ...]) -> list[Edit]:
    """At most one edit of each type, where its state lasts long enough to be one."""
    total = sum(segment.query.length for segment in segments)
    if total <= 0:
        return []
    out = []
    for state, kind in TYPES.items():
        spans = [span for span in finding.spans if span.state == state]
        seconds = sum(span.query.length for span in spans)
        if seconds < min(SHORTEST_S, 0.5 * total):
            continue
        share = min(1.0, seconds / total)
        part = None if share >= THROUGHOUT else _around(spans)
        measure: dict[str, float | int | str] = {
            "seconds": round(seconds, 2),
            "share": round(share, 3),
            "parts": len(spans),
        }
        longest = max(spans, key=lambda span: span.query.length)
        if state == "shifted" and longest.offset_s is not None:
            measure["offset_s"] = round(longest.offset_s, 2)
        message = _message(state, longest, part, len(spans))
        confidence = 0.95 if share >= 0.5 else 0.8
        out.append(Edit(kind, confidence, measure, message, part))
    return out


def with_sources(edit: Edit, sources: Sequence[AudioSource]) -> Edit:
    """The audio edit, naming the clips that its sound is from; its measure has the longest one."""
    if not sources:
        return edit
    heard = tuple(_source(one, edit) for one in sources)
    longest = max(sources, key=lambda one: one.query.length)
    measure = edit.measure | {
        "sound_clip": longest.clip,
        "sound_start_s": round(longest.start, 2),
        "sound_offset_s": round(longest.start - longest.query.start, 2),
        "sound_correlation": round(longest.correlation, 3),
    }
    message = Message("edit-sound-known", {"edit": edit.message, "sources": heard})
    return replace(edit, measure=measure, message=message)


def _source(one: AudioSource, edit: Edit) -> Message:
    known: dict[str, Param] = {"clip": one.title, "clip_id": one.clip, "at": round(one.start, 2)}
    if one.query.length >= THROUGHOUT * float(edit.measure.get("seconds", 0)):
        return Message("edit-sound-source", known)
    part = {"start": round(one.query.start, 2), "end": round(one.query.end, 2)}
    return Message("edit-sound-source-part", {**known, **part})


def _around(spans: list[AudioSpan]) -> Span:
    return Span(min(s.query.start for s in spans), max(s.query.end for s in spans))


def _message(state: AudioState, longest: AudioSpan, part: Span | None, parts: int) -> Message:
    params = when(part)
    if parts > 1 and part is not None:
        params |= {"when": "parts", "parts": parts}
    if state == "shifted":
        late = longest.offset_s or 0.0
        params["seconds"] = round(abs(late), 2)
        return Message(f"edit-audio-{'later' if late > 0 else 'earlier'}", params)
    return Message(f"edit-audio-{state}", params)
