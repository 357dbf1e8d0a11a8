"""An item that was checked before, without its file: look again, report again, add it."""

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
    """Accepted matches among the clips that were added after the one of this number, by id.

    Raises DecodeError where what was stored is damaged, SandboxError.
    """
    query = item.fingerprint
    if query.pictures is None:
        return {}

    def search_vectors(vectors: NDArray[np.float32]) -> Hits:
        return library.search_since(vectors, candidates.NEIGHBOURS, query.space, clip)

    with open_sandbox(None, settings) as sandbox:
        sandbox.use_stored(query)
        result = find_matches(sandbox, query, library, search_vectors, StepClock(), on_progress)
    return {clip: match for clip, match in result.matches.items() if match.accepted}


def check_again(
    item: StoredItem,
    claim: Claim | None,
    library: Library,
    settings: Settings,
    known: Mapping[str, Match],
    on_progress: OnProgress = quiet,
) -> Checked:
    """The whole check anew, with evidence, without the file. known: matches accepted before.

    Raises DecodeError where what was stored is damaged, SandboxError.
    """
    clock = StepClock()
    query = item.fingerprint
    with open_sandbox(None, settings) as sandbox:
        sandbox.use_stored(query)
        compared, searched, proposed = search_library(
            sandbox, query, library, clock, on_progress, known
        )
        audio = trace_audio(query, compared, library, clock)
        verdict = judge_matches(sandbox, item.facts, query, audio, claim, searched, library)
        read = ReadItem(query, item.metadata)
        report = make_report(item.facts, read, verdict, searched, claim, clock)
        judged = Judged(report, query, item.metadata, proposed, sandbox, library)
        sheets = judged.make_sheets(strips=True, on_progress=on_progress)
    return Checked(report, sheets)


def add_stored(
    item: StoredItem, library: Library, settings: Settings, context: Context
) -> Addition:
    """Make an item that was checked known footage. No claim about it goes with it."""
    known = library.find_by_sha256(item.facts.sha256)
    if known is not None:
        return library.add_context(known.id, context)
    fingerprint = fingerprint_to_store(item.fingerprint, settings)
    return library.add(fingerprint, item.facts, context, captured_day(item.metadata))
