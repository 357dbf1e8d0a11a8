"""An item that was checked before and whose file is gone: search again, check again, add it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.library.context_csv import Context
from app.library.library import Library
from app.library.records import Addition, FileFacts, Hits
from app.metadata.stated_dates import captured_day
from app.metadata.types import Metadata
from app.pipeline.add_clip import add_parts, fingerprint_to_store
from app.pipeline.check_parts import check_stored_parts
from app.pipeline.find_matches import find_matches, search_library
from app.pipeline.judge_matches import judge_matches, trace_audio
from app.pipeline.make_report import make_report
from app.pipeline.open_sandbox import open_sandbox
from app.pipeline.read_item import ReadItem
from app.pipeline.results import Checked, Judged
from app.pipeline.step_clock import StepClock
from app.progress import OnProgress, quiet
from app.settings import Settings
from app.verdict.claim import Claim
from app.verdict.combine_parts import combine_parts
from hashing.search import candidates
from hashing.types import DescribedPart, Fingerprint, Match

MAIN = ""  # stands for the main part where parts go by their ids


@dataclass(frozen=True, slots=True, eq=False)
class StoredItem:
    """An item whose file is gone: its fingerprint, and what the file said about itself.

    parts: what the file showed beside its main part.
    """

    facts: FileFacts
    fingerprint: Fingerprint
    metadata: Metadata
    parts: tuple[DescribedPart, ...] = ()


def matches_since(
    item: StoredItem,
    clip: int,
    library: Library,
    settings: Settings,
    on_progress: OnProgress = quiet,
) -> dict[str, dict[str, Match]]:
    """Accepted matches among clips with a higher number than `clip`, by part and by clip id.

    Raises DecodeError where a stored fingerprint is damaged, SandboxError.
    """
    matches = {MAIN: _matches_since(item.fingerprint, clip, library, settings, on_progress)}
    for part in item.parts:
        if part.fingerprint is not None:
            matches[part.part.id] = _matches_since(
                part.fingerprint, clip, library, settings, on_progress
            )
    return matches


def _matches_since(
    query: Fingerprint, clip: int, library: Library, settings: Settings, on_progress: OnProgress
) -> dict[str, Match]:
    if query.preview is None:
        return {}

    def search_vectors(vectors: NDArray[np.float32]) -> Hits:
        return library.search_since(vectors, candidates.NEIGHBOURS_PER_ROW, query.space, clip)

    with open_sandbox(None, settings) as sandbox:
        sandbox.use_stored(query)
        result = find_matches(sandbox, query, library, search_vectors, StepClock(), on_progress)
    return {clip: match for clip, match in result.matches.items() if match.accepted}


def check_again(
    item: StoredItem,
    claim: Claim | None,
    library: Library,
    settings: Settings,
    accepted: Mapping[str, Mapping[str, Match]],
    on_progress: OnProgress = quiet,
) -> Checked:
    """Check the item again, with evidence.

    accepted: earlier matches by part and by clip id, which are not compared again.

    Raises DecodeError where the stored fingerprint is damaged, SandboxError.
    """
    clock = StepClock()
    query, facts = item.fingerprint, item.facts
    with open_sandbox(None, settings) as sandbox:
        sandbox.use_stored(query)
        earlier = accepted.get(MAIN, {})
        search = search_library(sandbox, query, library, clock, on_progress, earlier)
        audio = trace_audio(query, search, library, clock)
        verdict = judge_matches(sandbox, facts, query, audio, claim, search.searched, library)
        parts = check_stored_parts(
            item.parts, facts, claim, library, settings, clock, on_progress, accepted
        )
        verdict = combine_parts(verdict, parts)
        read = ReadItem(query, item.metadata)
        report = make_report(facts, read, verdict, search.searched, claim, clock, settings, parts)
        judged = Judged(
            report, verdict, query, item.metadata, search.proposed, sandbox, library, parts
        )
        sheets = judged.make_sheets(strips=True, on_progress=on_progress)
    return Checked(report, verdict, sheets)


def add_stored(
    item: StoredItem, library: Library, settings: Settings, context: Context
) -> Addition:
    """Add a checked item to the library, its parts too, without any claim about it."""
    clip = library.find_by_sha256(item.facts.sha256)
    captured = captured_day(item.metadata)
    if clip is not None:
        added = library.add_context(clip.id, context)
    else:
        fingerprint = fingerprint_to_store(item.fingerprint, settings)
        added = library.add(fingerprint, item.facts, context, captured)
    return add_parts(added, item.parts, item.facts, library, settings, context, captured)
