"""An item that was checked before and whose file is gone: search again, check again, add it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.library.context_csv import Context
from app.library.library import Library
from app.library.records import Addition, FileFacts, Hits
from app.metadata.types import Metadata
from app.pipeline.add_clip import captured_day, fingerprint_to_store
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
from hashing.search import candidates
from hashing.types import Fingerprint, Match


@dataclass(frozen=True, slots=True, eq=False)
class StoredItem:
    """An item whose file is gone: its fingerprint, and what the file said about itself."""

    facts: FileFacts
    fingerprint: Fingerprint
    metadata: Metadata


def matches_since(
    item: StoredItem,
    clip: int,
    library: Library,
    settings: Settings,
    on_progress: OnProgress = quiet,
) -> dict[str, Match]:
    """Accepted matches among clips with a higher number than `clip`, by id.

    Raises DecodeError where the stored fingerprint is damaged, SandboxError.
    """
    query = item.fingerprint
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
    accepted: Mapping[str, Match],
    on_progress: OnProgress = quiet,
) -> Checked:
    """Check the item again, with evidence. accepted: earlier matches, which are not compared again.

    Raises DecodeError where the stored fingerprint is damaged, SandboxError.
    """
    clock = StepClock()
    query = item.fingerprint
    with open_sandbox(None, settings) as sandbox:
        sandbox.use_stored(query)
        search = search_library(sandbox, query, library, clock, on_progress, accepted)
        audio = trace_audio(query, search, library, clock)
        verdict = judge_matches(sandbox, item.facts, query, audio, claim, search.searched, library)
        read = ReadItem(query, item.metadata)
        report = make_report(item.facts, read, verdict, search.searched, claim, clock)
        judged = Judged(report, verdict, query, item.metadata, search.proposed, sandbox, library)
        sheets = judged.make_sheets(strips=True, on_progress=on_progress)
    return Checked(report, verdict, sheets)


def add_stored(
    item: StoredItem, library: Library, settings: Settings, context: Context
) -> Addition:
    """Add a checked item to the library, without any claim about it."""
    clip = library.find_by_sha256(item.facts.sha256)
    if clip is not None:
        return library.add_context(clip.id, context)
    fingerprint = fingerprint_to_store(item.fingerprint, settings)
    return library.add(fingerprint, item.facts, context, captured_day(item.metadata))
