"""Matches -> verdict, with the source of sound that the matches leave unexplained."""

from itertools import combinations

from app.library.library import Library
from app.library.records import Clip, FileFacts
from app.pipeline.audio_sources import Heard, find_sounds, unexplained, with_sounds
from app.pipeline.step_clock import StepClock
from app.sandbox.client import MediaSandbox
from app.verdict.claim import Claim
from app.verdict.headline import Capabilities, Searched
from app.verdict.relations import CheckedItem
from app.verdict.verdict import Verdict, judge
from hashing.types import Fingerprint, Match

SHARED_S = 1.0  # of the item, from which two accepted clips are compared with each other


def trace_audio(
    query: Fingerprint, compared: list[tuple[Clip, Match]], library: Library, clock: StepClock
) -> Heard:
    """Where sound comes from that the matches leave unexplained; most items have none."""
    ranges = unexplained(query, compared)
    if query.audio is None or not ranges:
        return Heard(compared)
    with clock.during("sound"):
        return with_sounds(compared, find_sounds(query.audio, ranges, library))


def judge_matches(
    sandbox: MediaSandbox,
    item: FileFacts,
    query: Fingerprint,
    audio: Heard,
    claim: Claim | None,
    searched: Searched,
    library: Library,
) -> Verdict:
    """The verdict on the matches. Clips that cover the same seconds are compared first."""
    different = {
        (one.id, other.id)
        for (one, first), (other, second) in combinations(audio.found, 2)
        if first.accepted and second.accepted and _shared_s(first, second) > SHARED_S
        if not _hold_one_recording(sandbox, library, one, other)
    }
    able = Capabilities(sound=query.audio is not None)
    checked = CheckedItem.of(item.sha256, query)
    return judge(checked, audio.found, claim, searched, able, different, audio.alone)


def _shared_s(first: Match, second: Match) -> float:
    """Seconds of the item that both matches cover."""
    return sum(a.query.overlap(b.query) for a in first.segments for b in second.segments)


def _hold_one_recording(sandbox: MediaSandbox, library: Library, one: Clip, other: Clip) -> bool:
    return sandbox.compare(library.load(other.id), library.load(one.id)).accepted
