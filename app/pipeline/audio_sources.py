"""Find where the item's audio is known from, where the accepted matches do not explain it.

Only used where a match's audio was replaced or added, or where no match was accepted; most checks
never come here. The same audio is no match of the frames: a clip that shares audio alone is
reported as a near miss, which supports no verdict and contradicts no claim.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.library.clip_rows import clip_id
from app.library.errors import ClipDamaged
from app.library.library import Library
from app.library.records import Clip
from app.pipeline.failed_comparison import cause_of_failure
from app.verdict.headline import NO_SAME_FOOTAGE, KnownSound
from app.verdict.intervals import merged, uncovered, without
from app.verdict.shortfalls import Shortfall
from hashing.audio.audio_codes import BLOCK_S, AudioCodeHits, query_codes, vote_places
from hashing.audio.cross_correlation import AudioLevels, audio_levels
from hashing.audio.excerpt_search import AudioExcerpt, find_excerpt_at
from hashing.explain.audio_edits import TYPES, with_sources
from hashing.message import Message
from hashing.types import (
    AudioFinding,
    AudioFingerprint,
    AudioSource,
    AudioSpan,
    Fingerprint,
    Match,
    Segment,
    Span,
)

type ClipMatch = tuple[Clip, Match]

MIN_UNEXPLAINED_S = 4.0  # of audio that is not explained, from which it is searched for
MIN_COVERED_S = 2.0  # of it that a known clip's audio must cover
MAX_EDGE_S = 0.75  # known audio that ends this close to an unexplained range's end ends with it
MAX_COMPARED = 12  # places of the library whose audio is compared in full
UNEXPLAINED_STATES = ("replaced", "added")
AUDIO_ALONE_SCORE = 0.1  # per unit of correlation: below all scores of matched frames


@dataclass(frozen=True, slots=True)
class TracedMatches:
    """One match per clip, with the sources of its audio.

    audio_only: known audio where no match was accepted. shortfalls: what was not compared.
    """

    matches: list[ClipMatch]
    audio_only: tuple[KnownSound, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()


def unexplained(query: Fingerprint, matches: Sequence[ClipMatch]) -> tuple[Span, ...]:
    """The ranges of a video whose audio no accepted match explains."""
    if query.audio is None or query.info.kind == "still" or not query.info.duration_s:
        return ()
    accepted = [match for _, match in matches if match.accepted]
    spans = [span.query for match in accepted for span in _other_audio(match)]
    spans += uncovered([s.query for m in accepted for s in m.segments], query.info.duration_s)
    return tuple(span for span in merged(spans) if span.length >= MIN_UNEXPLAINED_S)


def _other_audio(match: Match) -> Iterator[AudioSpan]:
    """The parts of a match whose audio is not the clip's."""
    for span in match.audio.spans:
        if span.state in UNEXPLAINED_STATES and span.query.length >= MIN_UNEXPLAINED_S:
            yield span


def find_audio(
    audio: AudioFingerprint, ranges: tuple[Span, ...], library: Library
) -> tuple[tuple[KnownSound, ...], tuple[Shortfall, ...]]:
    """The clips of the library that are heard in these ranges, in the item's order.

    And those whose sound could not be compared.
    """
    codes = query_codes(audio, ranges)
    if not len(codes.times):
        return (), ()
    shortfalls: list[Shortfall] = []
    hits, damaged = library.search_audio(codes, audio.space)
    shortfalls += [_not_heard(library.clip(clip), ClipDamaged(clip)) for clip in damaged]
    query = audio_levels(audio)
    sources: list[KnownSound] = []
    for _ in range(MAX_COMPARED):
        best = vote_places(hits, 1)
        if not best:
            break
        place, clip = best[0], clip_id(best[0].clip)
        try:
            known = library.audio(clip)
        except ClipDamaged as error:
            shortfalls.append(_not_heard(library.clip(clip), error))
            known = None
        same = _compare(query, audio, known, place.query, place.reference)
        if same is None:
            hits = hits.select(hits.clip != place.clip)
            continue
        free = without(ranges, [source.query for source in sources])
        sources += _within(library.clip(clip), same, free)
        # the block that led here counts as explained, even where the measured range begins after it
        start, end = min(same.query.start, place.query), max(same.query.end, place.query + BLOCK_S)
        hits = _drop_explained(hits, Span(start, end))
    return tuple(sorted(sources, key=lambda source: source.query)), tuple(shortfalls)


def _not_heard(clip: Clip, error: ClipDamaged) -> Shortfall:
    named = {"clip": clip.title or clip.name, "clip_id": clip.id}
    return Shortfall(Message("shortfall-sound", {**named, "cause": cause_of_failure(error)}))


def _compare(
    query: AudioLevels,
    audio: AudioFingerprint,
    reference: AudioFingerprint | None,
    start: float,
    there: float,
) -> AudioExcerpt | None:
    """The range of the same audio around `start` of the item and `there` of the clip, seconds."""
    if reference is None or (reference.space, reference.hop_s) != (audio.space, audio.hop_s):
        return None
    return find_excerpt_at(query, audio_levels(reference), start, there)


def _within(clip: Clip, same: AudioExcerpt, ranges: Sequence[Span]) -> Iterator[KnownSound]:
    """The parts of the same audio that lie in the ranges."""
    for span in ranges:
        if span.overlap(same.query) >= MIN_COVERED_S:
            part = _snap(same.query, span)
            yield KnownSound(clip, part, _in_clip(part, same), same.correlation)


def _in_clip(part: Span, same: AudioExcerpt | KnownSound) -> Span:
    """The range of the clip that is heard in a part of the item."""
    offset = same.reference.start - same.query.start
    return Span(max(0.0, part.start + offset), max(0.0, part.end + offset))


def _snap(audio: Span, limits: Span) -> Span:
    """The overlap of two ranges, extended to the second one's ends where those are near."""
    start = limits.start if audio.start < limits.start + MAX_EDGE_S else audio.start
    end = limits.end if audio.end > limits.end - MAX_EDGE_S else audio.end
    return Span(start, end)


def _drop_explained(hits: AudioCodeHits, explained: Span) -> AudioCodeHits:
    """The hits of blocks of which less than half lies in a range that is explained."""
    inside = (hits.query + BLOCK_S).clip(max=explained.end) - hits.query.clip(min=explained.start)
    return hits.select(inside < BLOCK_S / 2)


def add_audio_sources(
    matches: Sequence[ClipMatch],
    sources: Sequence[KnownSound],
    shortfalls: Sequence[Shortfall] = (),
) -> TracedMatches:
    """The matches with the sources of their audio, and near misses of clips that share it alone."""
    traced = [(clip, _name_sources(clip, match, sources)) for clip, match in matches]
    covered = [s.query for _, match in matches if match.accepted for s in match.segments]
    audio_only = tuple(_outside(sources, covered))
    index = {clip.id: position for position, (clip, _) in enumerate(traced)}
    for clip in dict.fromkeys(source.clip for source in audio_only):
        near_miss = _near_miss([source for source in audio_only if source.clip.id == clip.id])
        if clip.id not in index:
            traced.append((clip, near_miss))
        else:
            match = traced[index[clip.id]][1]
            if match.decision == "none" and not match.segments:  # none of its frames matched
                score = max(near_miss.score, match.score)
                reasons = (*near_miss.reasons, *match.reasons)
                traced[index[clip.id]] = (clip, replace(near_miss, score=score, reasons=reasons))
    return TracedMatches(traced, audio_only, tuple(shortfalls))


def _outside(sources: Sequence[KnownSound], covered: Sequence[Span]) -> Iterator[KnownSound]:
    """The parts of known audio that lie outside the covered ranges."""
    for source in sources:
        for part in without([source.query], covered):
            if part.length >= MIN_COVERED_S:
                yield replace(source, query=part, reference=_in_clip(part, source))


def _near_miss(sources: Sequence[KnownSound]) -> Match:
    """A match with a clip that shares nothing but audio with the item."""
    score = AUDIO_ALONE_SCORE * max(source.correlation for source in sources)
    return Match(
        score=score,
        decision="none",
        segments=tuple(
            Segment(source.query, source.reference, score, speed=1.0) for source in sources
        ),
        audio=AudioFinding(
            "kept", 0.0, tuple(AudioSpan(source.query, "kept", 0.0) for source in sources)
        ),
        main_picture=False,
        reasons=(*(source.message(source.clip.id) for source in sources), NO_SAME_FOOTAGE),
        found_by="sound",
    )


def _name_sources(clip: Clip, match: Match, sources: Sequence[KnownSound]) -> Match:
    """An accepted match, with the clips named from which its other audio comes."""
    others = [source for source in sources if source.clip.id != clip.id]
    if not match.accepted or not others:
        return match
    spans: list[AudioSpan] = []
    by_edit: dict[str, list[AudioSource]] = {}
    searched = set(_other_audio(match))
    for span in match.audio.spans:
        if span not in searched:
            spans.append(span)
            continue
        position = span.query.start
        for source in others:
            if span.query.overlap(source.query) < MIN_COVERED_S:
                continue
            part = _snap(source.query, span.query)
            if part.start > position:
                spans.append(replace(span, query=Span(position, part.start)))
            spans.append(replace(span, query=part, clip=source.clip.id))
            start = _in_clip(part, source).start
            by_edit.setdefault(TYPES[span.state], []).append(
                AudioSource(source.clip.id, source.title, part, start, source.correlation)
            )
            position = part.end
        if span.query.end > position:
            spans.append(replace(span, query=Span(position, span.query.end)))
    edits = tuple(with_sources(edit, by_edit.get(edit.type, ())) for edit in match.edits)
    return replace(match, edits=edits, audio=replace(match.audio, spans=tuple(spans)))
