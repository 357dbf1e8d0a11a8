"""Check what a file shows beside its main part: further tracks, attached videos and pictures."""

from contextlib import suppress

from app.intake.item import Item
from app.library.library import Library
from app.pipeline.failed_comparison import COMPARISON_ERRORS, cause_of_failure
from app.pipeline.find_matches import search_library
from app.pipeline.judge_matches import judge_matches, trace_audio
from app.pipeline.open_sandbox import open_sandbox
from app.pipeline.read_item import decode_limits, file_facts
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
from hashing.types import Limits, Part

MAX_CHECKED_PARTS = 8  # of one item; each takes as long as an item of its length


def check_parts(
    sandbox: MediaSandbox,
    item: Item,
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
    limits = decode_limits(settings)
    checked: list[CheckedPart] = []
    try:
        parts = sandbox.parts(limits)
    except COMPARISON_ERRORS as error:
        with suppress(SandboxKilled):
            sandbox.revive()
        return (), (Shortfall(Message("shortfall-parts", {"cause": cause_of_failure(error)})),)
    for part in parts:
        if part.reason is not None:
            checked.append(CheckedPart(part, reason=part.reason))
        elif sum(other.checked for other in checked) >= MAX_CHECKED_PARTS:
            reason = Message("problem-more-parts", {"max": MAX_CHECKED_PARTS})
            checked.append(CheckedPart(part, reason=reason))
        else:
            with open_sandbox(item.path, settings) as own:
                checked.append(
                    _check_part(own, item, part, limits, claim, library, clock, on_progress)
                )
    return tuple(checked), ()


def _check_part(
    sandbox: MediaSandbox,
    item: Item,
    part: Part,
    limits: Limits,
    claim: Claim | None,
    library: Library,
    clock: StepClock,
    on_progress: OnProgress,
) -> CheckedPart:
    """The verdict on one part, as if it were an item."""
    try:
        with clock.during("describe"):
            query = sandbox.fingerprint_part(part, limits)
        search = search_library(sandbox, query, library, clock, on_progress)
        audio = trace_audio(query, search, library, clock)
        facts = file_facts(item)
        verdict = judge_matches(sandbox, facts, query, audio, claim, search.searched, library)
    except (DecodeError, SandboxKilled) as error:
        return CheckedPart(part, reason=error.message)
    return CheckedPart(part, verdict, query.info.duration_s, query.preview, query.problems)
