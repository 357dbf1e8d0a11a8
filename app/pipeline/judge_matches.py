"""Judge matches, after tracing audio that they leave unexplained."""

from contextlib import suppress
from itertools import combinations

from app.library.library import Library
from app.library.records import Clip, FileFacts
from app.pipeline.audio_sources import TracedMatches, add_audio_sources, find_audio, unexplained
from app.pipeline.failed_comparison import COMPARISON_ERRORS, cause_of_failure
from app.pipeline.find_matches import SearchResult
from app.pipeline.step_clock import StepClock
from app.sandbox.client import MediaSandbox
from app.sandbox.errors import SandboxKilled
from app.verdict.claim import Claim
from app.verdict.headline import Capabilities, Searched
from app.verdict.relations import CheckedItem
from app.verdict.shortfalls import Shortfall
from app.verdict.verdict import Verdict, judge
from hashing.errors import FirstseenError
from hashing.message import Message
from hashing.types import Fingerprint, Match

MIN_SHARED_S = 1.0  # of the item, above which two accepted clips are compared with each other


def trace_audio(
    query: Fingerprint, search: SearchResult, library: Library, clock: StepClock
) -> TracedMatches:
    """Find the source of audio that the matches leave unexplained; most items have none."""
    ranges = unexplained(query, search.compared)
    if query.audio is None or not ranges:
        return TracedMatches(search.compared, shortfalls=search.shortfalls)
    with clock.during("sound"):
        sources, unheard = find_audio(query.audio, ranges, library)
        return add_audio_sources(search.compared, sources, (*search.shortfalls, *unheard))


def judge_matches(
    sandbox: MediaSandbox,
    item: FileFacts,
    query: Fingerprint,
    traced: TracedMatches,
    claim: Claim | None,
    searched: Searched,
    library: Library,
) -> Verdict:
    """Judge the matches. Clips that cover the same seconds are first compared with each other."""
    different: set[tuple[str, str]] = set()
    shortfalls = list(traced.shortfalls)
    for (clip, match), (other, other_match) in combinations(traced.matches, 2):
        if not (match.accepted and other_match.accepted):
            continue
        if _shared_s(match, other_match) <= MIN_SHARED_S:
            continue
        try:
            if not _are_same_recording(sandbox, library, clip, other):
                different.add((clip.id, other.id))
        except COMPARISON_ERRORS as error:
            shortfalls.append(_pair_shortfall(clip, other, error))
            with suppress(SandboxKilled):
                sandbox.revive()
    able = Capabilities(sound=query.audio is not None)
    checked_item = CheckedItem.of(item.sha256, query)
    return judge(
        checked_item,
        traced.matches,
        claim,
        searched,
        able,
        different,
        traced.audio_only,
        shortfalls,
    )


def _shared_s(first: Match, second: Match) -> float:
    """Seconds of the item that both matches cover."""
    return sum(a.query.overlap(b.query) for a in first.segments for b in second.segments)


def _pair_shortfall(clip: Clip, other: Clip, error: FirstseenError) -> Shortfall:
    named = {"clip": clip.title or clip.name, "other": other.title or other.name}
    return Shortfall(Message("shortfall-pair", {**named, "cause": cause_of_failure(error)}))


def _are_same_recording(sandbox: MediaSandbox, library: Library, clip: Clip, other: Clip) -> bool:
    return sandbox.compare(library.load(other.id), library.load(clip.id)).accepted
