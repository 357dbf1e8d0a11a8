"""Check what a file shows beside its main part: further tracks, attached videos and pictures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from app.library.library import Library
from app.library.records import FileFacts
from app.pipeline.failed_comparison import COMPARISON_ERRORS, cause_of_failure
from app.pipeline.find_matches import SearchResult, search_library
from app.pipeline.judge_matches import judge_matches, trace_audio
from app.pipeline.open_sandbox import open_sandbox
from app.pipeline.read_item import decode_limits, part_facts
from app.pipeline.step_clock import StepClock
from app.progress import OnProgress
from app.sandbox.client import MediaSandbox
from app.sandbox.errors import SandboxKilled
from app.settings import Settings
from app.verdict.claim import Claim
from app.verdict.combine_parts import CheckedPart
from app.verdict.shortfalls import Shortfall
from hashing.errors import DecodeError
from hashing.message import Message
from hashing.search.candidates import SearchThresholds
from hashing.types import DescribedPart, Fingerprint, Limits, Match, Part

MAX_CHECKED_PARTS = 8  # of one item; each takes as long as an item of its length


def check_parts(
    sandbox: MediaSandbox,
    path: Path,
    facts: FileFacts,
    claim: Claim | None,
    library: Library,
    settings: Settings,
    clock: StepClock,
    on_progress: OnProgress,
) -> tuple[tuple[CheckedPart, ...], tuple[Shortfall, ...]]:
    """Every part of the item beside its main one, each with its verdict or with the reason why
    it has none; and what of them could not be listed.

    sandbox: the item's, which goes on holding the main part: each part is read in another one.
    """
    checked: list[CheckedPart] = []
    parts, missed = list_parts(sandbox, decode_limits(settings))
    for part in parts:
        if part.reason is not None:
            checked.append(CheckedPart(part, reason=part.reason))
            continue
        with open_sandbox(path, settings) as own:
            try:
                with clock.during("describe"):
                    query = own.fingerprint_part(part, decode_limits(settings))
                checked.append(
                    _check_part(own, facts, part, query, claim, library, clock, on_progress)
                )
            except (DecodeError, SandboxKilled) as error:
                checked.append(CheckedPart(part, reason=error.message))
    return tuple(checked), missed


def check_stored_parts(
    parts: Sequence[DescribedPart],
    facts: FileFacts,
    claim: Claim | None,
    library: Library,
    settings: Settings,
    clock: StepClock,
    on_progress: OnProgress,
    accepted: Mapping[str, Mapping[str, Match]],
) -> tuple[CheckedPart, ...]:
    """The parts of an item whose file is gone, as `check_parts` gives them.

    accepted: earlier matches by part and by clip, which are not compared again.
    """
    checked: list[CheckedPart] = []
    for stored in parts:
        part, query = stored.part, stored.fingerprint
        if query is None:
            checked.append(CheckedPart(part, reason=part.reason))
            continue
        with open_sandbox(None, settings) as own:
            try:
                own.use_stored(query)
                earlier = accepted.get(part.id, {})
                checked.append(
                    _check_part(
                        own, facts, part, query, claim, library, clock, on_progress, earlier
                    )
                )
            except (DecodeError, SandboxKilled) as error:
                checked.append(CheckedPart(part, reason=error.message))
    return tuple(checked)


def list_parts(
    sandbox: MediaSandbox, limits: Limits
) -> tuple[tuple[Part, ...], tuple[Shortfall, ...]]:
    """The item's parts beside its main one; those that are too many with that as their reason.

    Beside them what could not be listed.
    """
    try:
        parts = sandbox.parts(limits)
    except COMPARISON_ERRORS as error:
        with suppress(SandboxKilled):
            sandbox.revive()
        return (), (Shortfall(Message("shortfall-parts", {"cause": cause_of_failure(error)})),)
    readable = [part.id for part in parts if part.reason is None]
    beyond = frozenset(readable[MAX_CHECKED_PARTS:])
    reason = Message("problem-more-parts", {"max": MAX_CHECKED_PARTS})
    return tuple(replace(part, reason=reason) if part.id in beyond else part for part in parts), ()


def describe_parts(
    sandbox: MediaSandbox,
    path: Path,
    settings: Settings,
    clock: StepClock,
    wanted: Callable[[Part], bool] = lambda part: True,
) -> Iterator[DescribedPart]:
    """The parts of the sandbox's item that are wanted, described; each in a process of its own."""
    limits = decode_limits(settings)
    for part in filter(wanted, list_parts(sandbox, limits)[0]):
        if part.reason is not None:
            yield DescribedPart(part)
            continue
        with open_sandbox(path, settings) as own:
            try:
                with clock.during("describe"):
                    read = DescribedPart(part, own.fingerprint_part(part, limits))
            except (DecodeError, SandboxKilled) as error:
                read = DescribedPart(replace(part, reason=error.message))
        yield read


def parts_to_store(parts: Sequence[CheckedPart]) -> tuple[DescribedPart, ...]:
    """What a recheck needs of them."""
    return tuple(
        DescribedPart(replace(part.part, reason=part.reason), part.fingerprint) for part in parts
    )


def thresholds_with_parts(
    thresholds: SearchThresholds, parts: Sequence[CheckedPart]
) -> SearchThresholds:
    """What a later clip has to reach to be near the main part or another one."""
    others = [part.proposed for part in parts if part.proposed is not None]
    regions = [other.regions for other in others if other.regions is not None]
    whole = [*thresholds.whole, *(bar for other in others for bar in other.whole), *regions]
    return SearchThresholds(tuple(whole), thresholds.regions)


def _check_part(
    sandbox: MediaSandbox,
    facts: FileFacts,
    part: Part,
    query: Fingerprint,
    claim: Claim | None,
    library: Library,
    clock: StepClock,
    on_progress: OnProgress,
    accepted: Mapping[str, Match] | None = None,
) -> CheckedPart:
    """The verdict on one part, as if it were an item. Raises DecodeError, SandboxKilled."""
    search: SearchResult = search_library(sandbox, query, library, clock, on_progress, accepted)
    audio = trace_audio(query, search, library, clock)
    own = part_facts(facts, part)
    verdict = judge_matches(sandbox, own, query, audio, claim, search.searched, library)
    return CheckedPart(part, verdict, query, proposed=search.proposed)
