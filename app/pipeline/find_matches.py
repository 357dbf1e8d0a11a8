"""Match a fingerprint with the library: propose clips, then compare them frame by frame."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.library.library import Library
from app.library.records import Clip, Hits
from app.pipeline.failed_comparison import (
    COMPARISON_ERRORS,
    MAX_FAILED_PROCESSES,
    cause_of_failure,
    ended_a_process,
)
from app.pipeline.step_clock import StepClock
from app.progress import OnProgress
from app.sandbox.client import MediaSandbox
from app.sandbox.errors import SandboxKilled
from app.verdict.headline import Searched
from app.verdict.intervals import total, uncovered
from app.verdict.shortfalls import MOST_NAMED, Shortfall, clip_shortfall
from hashing.errors import FirstseenError
from hashing.message import Message
from hashing.search import candidates
from hashing.search.multiple_sources import other_footage_boxes, remove_mutual_changes
from hashing.types import Box, Fingerprint, Match, Seconds

MAX_CANDIDATES = 8  # clips that are compared frame by frame
MAX_REGION_CANDIDATES = 6  # and for regions of the item's frame
MAX_OTHER_REGIONS = 4  # boxes beside matched footage that are searched for as well
MIN_UNEXPLAINED = 0.4  # fraction of the item's duration from which regions are searched for

type SearchVectors = Callable[[NDArray[np.float32]], Hits]  # (N, 512) descriptors -> nearest


@dataclass(frozen=True, slots=True, eq=False)
class FoundMatches:
    """One match for every clip that was compared, and how the candidates were proposed.

    shortfalls: what could not be compared.
    """

    matches: Mapping[str, Match]  # by clip id
    hits: Hits
    proposed: candidates.SearchThresholds
    shortfalls: tuple[Shortfall, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SearchResult:
    """Every clip that was compared with its match, what was searched, and what could not be."""

    compared: list[tuple[Clip, Match]]
    searched: Searched
    proposed: candidates.SearchThresholds
    shortfalls: tuple[Shortfall, ...] = ()


def search_library(
    sandbox: MediaSandbox,
    query: Fingerprint,
    library: Library,
    clock: StepClock,
    on_progress: OnProgress,
    accepted: Mapping[str, Match] | None = None,
) -> SearchResult:
    """Search the library and compare what it proposes.

    accepted: earlier matches by clip id, which are not compared again.
    """

    def search_vectors(vectors: NDArray[np.float32]) -> Hits:
        return library.search(vectors, candidates.NEIGHBOURS_PER_ROW, query.space)

    result = find_matches(sandbox, query, library, search_vectors, clock, on_progress, accepted)
    stats = library.stats()
    hits = result.hits
    searched = Searched(
        hits.searched,
        hits.skipped,
        stats.seconds,
        stats.earliest,
        stats.latest,
        digest=library.digest(),
    )
    compared = [(library.clip(clip), match) for clip, match in result.matches.items()]
    shortfalls = (*result.shortfalls, *_set_aside(library))
    return SearchResult(compared, searched, result.proposed, shortfalls)


def _set_aside(library: Library) -> list[Shortfall]:
    """That damaged clips were set aside, where there are any."""
    ids = [clip.id for clip in library.known_damage() if clip.set_aside]
    if not ids:
        return []
    named: list[str | Message] = [*ids[:MOST_NAMED]]
    if len(ids) > MOST_NAMED:
        named.append(Message("shortfall-more", {"count": len(ids) - MOST_NAMED}))
    what = Message("shortfall-set-aside", {"count": len(ids), "clips": tuple(named)})
    return [Shortfall(what)]


def find_matches(
    sandbox: MediaSandbox,
    query: Fingerprint,
    library: Library,
    search_vectors: SearchVectors,
    clock: StepClock,
    on_progress: OnProgress,
    accepted: Mapping[str, Match] | None = None,
) -> FoundMatches:
    """Compare whole frames first, then regions of the frame where those explain too little.

    accepted: earlier matches by clip id, which are not compared again.
    """
    rows = candidates.select_query_rows(query.descriptors)
    on_progress("search", 0.0)
    with clock.during("search"):
        vectors = query.descriptors.vectors[rows].astype("float32")
        hits = search_vectors(vectors)
        proposed, whole_bars = candidates.rank_candidates(
            vectors, hits.clips, hits.clip_index, hits.cosine, MAX_CANDIDATES
        )
    region_bar = None
    comparison = _Comparison(sandbox, library, clock, dict(accepted or {}))
    for clip in hits.damaged:
        comparison.leave_out(clip, Message("shortfall-damaged"))
    matches = comparison.matches
    for done, candidate in enumerate(proposed):
        on_progress("compare", done / len(proposed))
        comparison.compare(candidate.clip)
    # a fixed set of regions where much is unexplained, else those that show other footage
    explained = _is_explained(query, matches)
    boxes = tuple(_other_regions(matches)) if explained else ()
    if boxes or not explained:
        regions: list[candidates.RegionCandidate] = []
        try:
            regions, region_bar = _propose_by_region(sandbox, library, search_vectors, clock, boxes)
        except COMPARISON_ERRORS as error:
            cause = Message("shortfall-regions", {"cause": cause_of_failure(error)})
            comparison.fail(Shortfall(cause), error)
        for region in regions:
            comparison.compare(region.clip, region.region, region.timestamps)
    return FoundMatches(
        remove_mutual_changes(matches),
        hits,
        candidates.SearchThresholds(whole_bars, region_bar),
        tuple(comparison.shortfalls),
    )


@dataclass(slots=True, eq=False)
class _Comparison:
    """The comparisons of one item, with what came of them: one that fails ends no other."""

    sandbox: MediaSandbox
    library: Library
    clock: StepClock
    matches: dict[str, Match]
    shortfalls: list[Shortfall] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)  # clips, which are not tried again
    failed_processes: int = 0

    def compare(
        self,
        clip: str,
        window: Box | None = None,
        timestamps: tuple[tuple[Seconds, Seconds], ...] = (),
    ) -> None:
        """Compare with one clip; of several comparisons the highest score counts."""
        earlier = self.matches.get(clip)
        if clip in self.failed or (earlier is not None and earlier.accepted):
            return
        if self.failed_processes >= MAX_FAILED_PROCESSES:
            self.leave_out(clip, Message("shortfall-given-up", {"count": self.failed_processes}))
            return
        try:
            with self.clock.during("verify"):
                reference = self.library.load(clip)
                if reference.preview is None:
                    return
                match = self.sandbox.compare(reference, window=window, timestamps=timestamps)
        except COMPARISON_ERRORS as error:
            self.failed.add(clip)
            self.fail(clip_shortfall(self.library.clip(clip), cause_of_failure(error)), error)
            return
        if earlier is None or match.score > earlier.score:
            self.matches[clip] = match

    def leave_out(self, clip: str, cause: Message) -> None:
        """Record a clip that is not compared."""
        self.failed.add(clip)
        self.shortfalls.append(clip_shortfall(self.library.clip(clip), cause))

    def fail(self, shortfall: Shortfall, error: FirstseenError) -> None:
        """Record a failure, and see to it that the next comparison has a process."""
        self.shortfalls.append(shortfall)
        self.failed_processes += ended_a_process(error)
        with suppress(SandboxKilled):  # the next comparison then fails likewise
            self.sandbox.revive()


def _is_explained(query: Fingerprint, matches: Mapping[str, Match]) -> bool:
    """True where accepted matches leave too little of the item to search for regions."""
    segments = [s.query for match in matches.values() if match.accepted for s in match.segments]
    length = query.info.duration_s
    if not length:
        return bool(segments)
    return len(segments) > 0 and total(uncovered(segments, length)) < MIN_UNEXPLAINED * length


def _other_regions(matches: Mapping[str, Match]) -> list[Box]:
    """Boxes of the item's frame that accepted matches attribute to other footage."""
    edits = [edit for match in matches.values() if match.accepted for edit in match.edits]
    return other_footage_boxes(edits)[:MAX_OTHER_REGIONS]


def _propose_by_region(
    sandbox: MediaSandbox,
    library: Library,
    search_vectors: SearchVectors,
    clock: StepClock,
    boxes: tuple[Box, ...],
) -> tuple[list[candidates.RegionCandidate], candidates.CandidateThreshold | None]:
    with clock.during("describe"):
        regions = sandbox.describe_regions(boxes)
    if not len(regions.vectors):
        return [], None
    with clock.during("search"):
        hits = search_vectors(regions.vectors)
        return candidates.rank_region_candidates(
            regions,
            hits.clips,
            hits.clip_index,
            library.locate(hits).time,
            hits.cosine,
            MAX_REGION_CANDIDATES,
        )
