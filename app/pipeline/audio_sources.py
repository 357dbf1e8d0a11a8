"""Where the item's sound is known from, for sound that the accepted matches do not explain.

Asked only where a match's sound was replaced or added, or where nothing was accepted: a plain check
never comes here. The same sound is no match of the picture: what is found by sound alone is a near
miss, which supports no verdict and contradicts no claim.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.library.clip_rows import clip_id
from app.library.library import Library
from app.library.records import Clip
from app.verdict.headline import NO_SAME_FOOTAGE, KnownSound
from app.verdict.intervals import merged, uncovered, without
from hashing.audio.cross_correlation import Sound, sound
from hashing.audio.excerpt_search import SameSound, same_sound_at
from hashing.audio.simhash import BLOCK_S, SoundHits, places, query_codes
from hashing.explain.audio import TYPES, with_sources
from hashing.types import (
    AudioFinding,
    AudioPrint,
    AudioSpan,
    Fingerprint,
    Match,
    Segment,
    SoundSource,
    Span,
)

type Found = tuple[Clip, Match]

SHORTEST_S = 4.0  # of sound that is not explained, from which it is searched for
OF_USE_S = 2.0  # of it that a known sound has to cover
EDGE_S = 0.75  # known sound that ends this near to a stretch's end ends with it
LOOKS = 12  # places at most that are looked at finely
UNEXPLAINED = ("replaced", "added")
SOUND_ALONE = 0.1  # of its correlation: a score below all that is worth a look for its picture


@dataclass(frozen=True, slots=True)
class Heard:
    """One match a clip, with what is known of their sound.

    alone: what is heard where no match was accepted.
    """

    found: list[Found]
    alone: tuple[KnownSound, ...] = ()


def unexplained(query: Fingerprint, found: Sequence[Found]) -> tuple[Span, ...]:
    """The stretches of a video whose sound no accepted match explains."""
    if query.audio is None or query.info.kind == "still" or not query.info.duration_s:
        return ()
    accepted = [match for _, match in found if match.accepted]
    spans = [span.query for match in accepted for span in _other_sound(match)]
    spans += uncovered([s.query for m in accepted for s in m.segments], query.info.duration_s)
    return tuple(one for one in merged(spans) if one.length >= SHORTEST_S)


def _other_sound(match: Match) -> Iterator[AudioSpan]:
    for span in match.audio.spans:
        if span.state in UNEXPLAINED and span.query.length >= SHORTEST_S:
            yield span


def find_sounds(
    audio: AudioPrint, stretches: tuple[Span, ...], library: Library
) -> tuple[KnownSound, ...]:
    """What of the library is heard over those stretches, in their order; one clip at a time."""
    codes = query_codes(audio, stretches)
    if not len(codes.times):
        return ()
    hits = library.search_audio(codes, audio.space)
    ours = sound(audio)
    known: list[KnownSound] = []
    for _ in range(LOOKS):
        best = places(hits, 1)
        if not best:
            break
        place, clip = best[0], clip_id(best[0].clip)
        same = _same(ours, audio, library.audio(clip), place.query, place.reference)
        if same is None:
            hits = hits.taken(hits.clip != place.clip)
            continue
        free = without(stretches, [one.query for one in known])
        known += _within(library.clip(clip), same, free)
        # its own votes go too where its edges were found a little within them
        heard = Span(min(same.query.start, place.query), max(same.query.end, place.query + BLOCK_S))
        hits = _not_heard(hits, heard)
    return tuple(sorted(known, key=lambda one: one.query))


def _same(
    ours: Sound, audio: AudioPrint, other: AudioPrint | None, start: float, there: float
) -> SameSound | None:
    if other is None or (other.space, other.hop_s) != (audio.space, audio.hop_s):
        return None
    return same_sound_at(ours, sound(other), start, there)


def _within(clip: Clip, same: SameSound, stretches: Sequence[Span]) -> Iterator[KnownSound]:
    """What lies in the stretches."""
    for stretch in stretches:
        if stretch.overlap(same.query) >= OF_USE_S:
            part = _snapped(same.query, stretch)
            yield KnownSound(clip, part, _moved(part, same), same.correlation)


def _moved(part: Span, same: SameSound | KnownSound) -> Span:
    """The stretch of the clip that is heard in a part."""
    offset = same.reference.start - same.query.start
    return Span(max(0.0, part.start + offset), max(0.0, part.end + offset))


def _snapped(heard: Span, stretch: Span) -> Span:
    """What two stretches share, to the second one's ends where those are near."""
    start = stretch.start if heard.start < stretch.start + EDGE_S else heard.start
    end = stretch.end if heard.end > stretch.end - EDGE_S else heard.end
    return Span(start, end)


def _not_heard(hits: SoundHits, heard: Span) -> SoundHits:
    """The hits of those blocks that lie less than half in what was heard."""
    inside = (hits.query + BLOCK_S).clip(max=heard.end) - hits.query.clip(min=heard.start)
    return hits.taken(inside < BLOCK_S / 2)


def with_sounds(found: Sequence[Found], known: Sequence[KnownSound]) -> Heard:
    """The matches with what is known of their sound, near misses of sound alone among them."""
    told = [(clip, _named(clip, match, known)) for clip, match in found]
    covered = [s.query for _, match in found if match.accepted for s in match.segments]
    alone = tuple(_alone(known, covered))
    held = {clip.id: at for at, (clip, _) in enumerate(told)}
    for clip in dict.fromkeys(one.clip for one in alone):
        near = _near_miss([one for one in alone if one.clip.id == clip.id])
        if clip.id not in held:
            told.append((clip, near))
        else:
            match = told[held[clip.id]][1]
            if match.decision == "none" and not match.segments:  # its picture was not found at all
                both = max(near.score, match.score), (*near.reasons, *match.reasons)
                told[held[clip.id]] = (clip, replace(near, score=both[0], reasons=both[1]))
    return Heard(told, alone)


def _alone(known: Sequence[KnownSound], covered: Sequence[Span]) -> Iterator[KnownSound]:
    for one in known:
        for part in without([one.query], covered):
            if part.length >= OF_USE_S:
                yield replace(one, query=part, reference=_moved(part, one))


def _near_miss(heard: Sequence[KnownSound]) -> Match:
    """A clip of which the item has nothing but sound."""
    score = SOUND_ALONE * max(one.correlation for one in heard)
    return Match(
        score=score,
        decision="none",
        segments=tuple(Segment(one.query, one.reference, score, speed=1.0) for one in heard),
        audio=AudioFinding("kept", 0.0, tuple(AudioSpan(one.query, "kept", 0.0) for one in heard)),
        main_picture=False,
        reasons=(*(one.told(one.clip.id) for one in heard), NO_SAME_FOOTAGE),
        found_by="sound",
    )


def _named(clip: Clip, match: Match, known: Sequence[KnownSound]) -> Match:
    """An accepted match, with the clip named from which its other sound is."""
    others = [one for one in known if one.clip.id != clip.id]
    if not match.accepted or not others:
        return match
    spans: list[AudioSpan] = []
    sources: dict[str, list[SoundSource]] = {}
    searched = set(_other_sound(match))
    for span in match.audio.spans:
        if span not in searched:
            spans.append(span)
            continue
        at = span.query.start
        for one in others:
            if span.query.overlap(one.query) < OF_USE_S:
                continue
            part = _snapped(one.query, span.query)
            if part.start > at:
                spans.append(replace(span, query=Span(at, part.start)))
            spans.append(replace(span, query=part, clip=one.clip.id))
            start = _moved(part, one).start
            source = SoundSource(one.clip.id, one.title, part, start, one.correlation)
            sources.setdefault(TYPES[span.state], []).append(source)
            at = part.end
        if span.query.end > at:
            spans.append(replace(span, query=Span(at, span.query.end)))
    edits = tuple(with_sources(edit, sources.get(edit.type, ())) for edit in match.edits)
    return replace(match, edits=edits, audio=replace(match.audio, spans=tuple(spans)))
