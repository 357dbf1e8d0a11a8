"""READ FIRST: one item, from intake to report, top to bottom.

Everything that parses a stranger's file runs in a fenced process; what comes back from it are
records that check themselves.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.evidence.types import EvidenceSheet
from app.intake import item as intake
from app.library.clip_rows import FileFacts
from app.library.context_csv import Context
from app.library.library import Added, Hits, Library
from app.library.records import Clip
from app.metadata.dates import stated_dates
from app.metadata.findings.findings import findings
from app.metadata.types import Metadata
from app.pipeline.audio_sources import Heard, find_sounds, unexplained, with_sounds
from app.progress import OnProgress, quiet
from app.report.report import Report
from app.sandbox import Fence, prepare
from app.settings import Settings
from app.verdict.claim import Claim
from app.verdict.headline import Capabilities, Searched
from app.verdict.intervals import total, uncovered
from app.verdict.relations import CheckedItem, Held
from app.verdict.verdict import Verdict, judge
from app.version import VERSION
from hashing.errors import DecodeError
from hashing.search import candidates
from hashing.search.multiple_sources import other_pictures, without_each_other
from hashing.types import Box, Fingerprint, Limits, Match, MediaInfo, Sampling, Seconds, Views

CANDIDATES = 8  # clips that are compared picture by picture
PART_CANDIDATES = 6  # of parts of its picture
OTHERS = 4  # pictures beside known ones that are looked at
UNEXPLAINED = 0.4  # share of an item, from which parts of its picture are searched for as well
SHARED_S = 1.0  # of the item, from which two accepted clips are held against each other


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """A report, and the redacted pictures that go with it, by clip id."""

    report: Report
    sheets: Mapping[str, EvidenceSheet] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A report as soon as it stands, and what it was made from; pictures can still follow."""

    report: Report
    query: Fingerprint
    metadata: Metadata
    sought: candidates.Sought
    _fence: Fence
    _library: Library

    @property
    def to_show(self) -> tuple[Held, ...]:
        """The matches that pictures can be made of."""
        verdict = self.report.verdict
        held = verdict.held if verdict is not None else ()
        return tuple(one for one in held if _is_shown(one))

    def pictures(
        self, unblurred: bool = False, on_progress: OnProgress = quiet, strips: bool = False
    ) -> dict[str, EvidenceSheet]:
        """By clip id. unblurred: faces are shown. strips: with instants to step through."""
        show = self.to_show
        return _pictures(self._fence, show, self._library, unblurred, on_progress, strips)


def check_item(
    path: Path,
    claim: Claim | None,
    library: Library,
    settings: Settings,
    on_progress: OnProgress = quiet,
    name: str | None = None,
) -> Report:
    """Follow one item from what the user handed us to a report they can check.

    Raises IntakeError, DecodeError and FenceError where the item cannot be read at all.
    """
    return check(path, claim, library, settings, on_progress, name, pictures=False).report


def check(
    path: Path,
    claim: Claim | None,
    library: Library,
    settings: Settings,
    on_progress: OnProgress = quiet,
    name: str | None = None,
    pictures: bool = True,
    unblurred: bool = False,
    strips: bool = False,
) -> Checked:
    """The same, with the pictures that show each accepted match.

    name: what to call the item, where its name on disk is not its own. unblurred: faces are shown.
    strips: also make instants to step through.
    """
    with checking(path, claim, library, settings, on_progress, name) as judged:
        sheets = judged.pictures(unblurred, on_progress, strips) if pictures else {}
    return Checked(judged.report, sheets)


@contextmanager
def checking(
    path: Path,
    claim: Claim | None,
    library: Library,
    settings: Settings,
    on_progress: OnProgress = quiet,
    name: str | None = None,
) -> Iterator[Judged]:
    """The verdict as soon as it stands; its pictures can be made while this lasts."""
    clock = _Clock()
    item = intake.from_path(path, settings.max_bytes, name)
    facts = _facts(item)
    with Fence.open(item.path, settings.fence_limits(), prepare(settings.model)) as fence:
        read = _read(fence, item, settings, clock, on_progress)
        found, searched, sought = _search(fence, read.query, library, clock, on_progress)
        heard = _hear(read.query, found, library, clock)
        verdict = _judge(fence, facts, read.query, heard, claim, searched, library)
        report = _report(facts, read, verdict, searched, claim, clock)
        yield Judged(report, read.query, read.metadata, sought, fence, library)


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """An item whose file is gone: what was described of it, and what the file said of itself."""

    facts: FileFacts
    fingerprint: Fingerprint
    metadata: Metadata


def matches_since(
    item: Remembered,
    clip: int,
    library: Library,
    settings: Settings,
    on_progress: OnProgress = quiet,
) -> dict[str, Match]:
    """Accepted matches among the clips that were added after the one of this number, by id.

    Raises DecodeError where what was kept is damaged, FenceError.
    """
    query = item.fingerprint
    if query.pictures is None:
        return {}

    def look(vectors: NDArray[np.float32]) -> Hits:
        return library.search_since(vectors, candidates.NEIGHBOURS, query.space, clip)

    with Fence.open(None, settings.fence_limits(), prepare(settings.model)) as fence:
        fence.call("recall", stored=query)
        found, *_ = _found(fence, query, library, look, _Clock(), on_progress)
    return {one: match for one, match in found.items() if match.accepted}


def check_again(
    item: Remembered,
    claim: Claim | None,
    library: Library,
    settings: Settings,
    found: Mapping[str, Match],
    on_progress: OnProgress = quiet,
    pictures: bool = True,
) -> Checked:
    """The whole check anew, without the file. found: accepted matches that are known already.

    Raises DecodeError where what was kept is damaged, FenceError.
    """
    clock = _Clock()
    read = _Read(item.fingerprint, item.metadata)
    with Fence.open(None, settings.fence_limits(), prepare(settings.model)) as fence:
        fence.call("recall", stored=read.query)
        held, searched, sought = _search(fence, read.query, library, clock, on_progress, found)
        heard = _hear(read.query, held, library, clock)
        verdict = _judge(fence, item.facts, read.query, heard, claim, searched, library)
        report = _report(item.facts, read, verdict, searched, claim, clock)
        judged = Judged(report, read.query, read.metadata, sought, fence, library)
        sheets = judged.pictures(on_progress=on_progress, strips=True) if pictures else {}
    return Checked(report, sheets)


def add_remembered(
    item: Remembered, library: Library, settings: Settings, context: Context
) -> Added:
    """Make an item that was checked known footage. No claim about it goes with it."""
    known = library.find(item.facts.sha256)
    if known is not None:
        return library.describe(known.id, context)
    kept = _kept(item.fingerprint, settings)
    return library.add(kept, item.facts, context, _captured(item.metadata))


def compare_files(a: Path, b: Path, settings: Settings, on_progress: OnProgress = quiet) -> Report:
    """Hold one file against another, without a library."""
    return compare(a, b, settings, on_progress, pictures=False).report


def compare(
    a: Path,
    b: Path,
    settings: Settings,
    on_progress: OnProgress = quiet,
    pictures: bool = True,
    unblurred: bool = False,
) -> Checked:
    """Hold one file against another, with the pictures that show the match."""
    clock = _Clock()
    item = intake.from_path(a, settings.max_bytes)
    other = intake.from_path(b, settings.max_bytes)
    server = prepare(settings.model)
    with Fence.open(other.path, settings.fence_limits(), server) as fence:
        reference = _read(fence, other, settings, clock, on_progress).query
    clip = _clip_of(other, reference)
    with Fence.open(item.path, settings.fence_limits(), server) as fence:
        read = _read(fence, item, settings, clock, on_progress)
        with clock.during("verify"):
            match: Match = fence.call("compare", reference=reference)
        checked = CheckedItem.of(item.sha256, read.query)
        searched = Searched(clips=1, seconds=reference.info.duration_s or 0.0)
        able = Capabilities(sound=read.query.audio is not None)
        verdict = judge(checked, [(clip, match)], None, searched, able)
        sheets = {}
        if pictures and match.accepted and reference.pictures is not None:
            sheets[clip.id] = fence.call(
                "evidence", reference=reference.pictures, match=match, unblurred=unblurred
            )
    return Checked(_report(_facts(item), read, verdict, searched, None, clock), sheets)


def add_clip(
    path: Path,
    library: Library,
    settings: Settings,
    context: Context | None = None,
    quick: bool = False,
    on_progress: OnProgress = quiet,
    name: str | None = None,
    before_storing: Callable[[], None] = lambda: None,
) -> Added:
    """Make one file known footage; the same bytes again only gain context.

    before_storing: called once the file is read, right before the library changes.
    Raises IntakeError, DecodeError and FenceError where it cannot be read, LibraryUnusable.
    """
    item = intake.from_path(path, settings.max_bytes, name)
    context = context or Context()
    known = library.find(item.sha256)
    if known is not None:
        before_storing()
        return library.describe(known.id, context)
    with Fence.open(item.path, settings.fence_limits(), prepare(settings.model)) as fence:
        read = _read(fence, item, settings, _Clock(), on_progress, "quick" if quick else "default")
    kept = _kept(read.query, settings)
    before_storing()
    return library.add(kept, _facts(item), context, _captured(read.metadata))


def clips_to_refresh(library: Library, settings: Settings) -> list[Clip]:
    """Clips that the present model cannot search."""
    return library.clips(other_space_than=_space(settings))


def refresh_clip(
    clip: Clip, library: Library, settings: Settings, on_progress: OnProgress = quiet
) -> None:
    """Describe a clip anew from its kept pictures.

    Raises DecodeError where none were kept or they are damaged.
    """
    stored = library.load(clip.id)
    if stored.pictures is None:
        raise DecodeError(f"{clip.id} was added without pictures: add its file again")
    with Fence.open(None, settings.fence_limits(), prepare(settings.model)) as fence:
        on_progress("describe", 0.0)
        library.replace_fingerprint(clip.id, fence.call("describe", stored=stored))


# ---- the steps


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What the fenced process found in one file."""

    query: Fingerprint
    metadata: Metadata


def _read(
    fence: Fence,
    item: intake.Item,
    settings: Settings,
    clock: "_Clock",
    on_progress: OnProgress,
    sampling: Sampling = "default",
) -> _Read:
    limits = Limits(settings.max_pixels, settings.max_duration_s, settings.max_frames)
    anchors = settings.trust_anchors.read_text() if settings.trust_anchors else None
    on_progress("metadata", 0.0)
    with clock.during("metadata"):
        _: MediaInfo = fence.call("probe", limits=limits)
        metadata: Metadata = fence.call(
            "metadata", media_type=item.media_type, trust_anchors=anchors
        )
    with clock.during("describe"):
        query: Fingerprint = fence.call(
            "fingerprint", sampling=sampling, limits=limits, on_progress=on_progress
        )
    return _Read(query, metadata)


def _search(
    fence: Fence,
    query: Fingerprint,
    library: Library,
    clock: "_Clock",
    on_progress: OnProgress,
    known: Mapping[str, Match] | None = None,
) -> tuple[list[tuple[Clip, Match]], Searched, candidates.Sought]:
    """Every clip that was compared, once. known: matches that need no comparison any more."""

    def look(vectors: NDArray[np.float32]) -> Hits:
        return library.search(vectors, candidates.NEIGHBOURS, query.space)

    found, hits, sought = _found(fence, query, library, look, clock, on_progress, known)
    stats = library.stats()
    searched = Searched(hits.searched, hits.skipped, stats.seconds, stats.earliest, stats.latest)
    return [(library.clip(clip), match) for clip, match in found.items()], searched, sought


def _found(
    fence: Fence,
    query: Fingerprint,
    library: Library,
    look: Callable[[NDArray[np.float32]], Hits],
    clock: "_Clock",
    on_progress: OnProgress,
    known: Mapping[str, Match] | None = None,
) -> tuple[dict[str, Match], Hits, candidates.Sought]:
    """Matches by clip; parts of the picture where the whole is not enough."""
    rows = candidates.query_rows(query.frames)
    on_progress("search", 0.0)
    with clock.during("search"):
        vectors = query.frames.vectors[rows].astype("float32")
        hits = look(vectors)
        worth, whole = candidates.candidates(
            vectors, hits.clips, hits.clip_index, hits.cosine, CANDIDATES
        )
    parts_bar = None
    found = dict(known or {})
    for done, candidate in enumerate(worth):
        on_progress("compare", done / len(worth))
        _compare(fence, library, found, clock, candidate.clip)
    # all windows where much is unexplained, else where another picture was seen beside a known one
    explained = _explained(query, found)
    others = tuple(_other_pictures(found)) if explained else ()
    if others or not explained:
        parts, parts_bar = _parts(fence, library, look, clock, others)
        for part in parts:
            _compare(fence, library, found, clock, part.clip, part.window, part.moments)
    return without_each_other(found), hits, candidates.Sought(whole, parts_bar)


def _compare(
    fence: Fence,
    library: Library,
    found: dict[str, Match],
    clock: "_Clock",
    clip: str,
    window: Box | None = None,
    moments: tuple[tuple[Seconds, Seconds], ...] = (),
) -> None:
    """Compare with one clip; of several looks at the same clip the surest counts."""
    before = found.get(clip)
    if before is not None and before.accepted:
        return
    with clock.during("verify"):
        reference = library.load(clip)
        if reference.pictures is None:
            return
        match: Match = fence.call("compare", reference=reference, window=window, moments=moments)
    if before is None or match.score > before.score:
        found[clip] = match


def _explained(query: Fingerprint, found: Mapping[str, Match]) -> bool:
    """Whether accepted matches leave too little of the item to look at parts of its picture."""
    spans = [s.query for match in found.values() if match.accepted for s in match.segments]
    length = query.info.duration_s
    if not length:
        return bool(spans)
    return len(spans) > 0 and total(uncovered(spans, length)) < UNEXPLAINED * length


def _other_pictures(found: Mapping[str, Match]) -> list[Box]:
    edits = [edit for match in found.values() if match.accepted for edit in match.edits]
    return other_pictures(edits)[:OTHERS]


def _parts(
    fence: Fence,
    library: Library,
    look: Callable[[NDArray[np.float32]], Hits],
    clock: "_Clock",
    boxes: tuple[Box, ...],
) -> tuple[list[candidates.WindowCandidate], candidates.Bar | None]:
    with clock.during("describe"):
        views: Views = fence.call("views", boxes=boxes)
    if not len(views.vectors):
        return [], None
    with clock.during("search"):
        hits = look(views.vectors)
        return candidates.window_candidates(
            views,
            hits.clips,
            hits.clip_index,
            library.places(hits).time,
            hits.cosine,
            PART_CANDIDATES,
        )


def _hear(
    query: Fingerprint, found: list[tuple[Clip, Match]], library: Library, clock: "_Clock"
) -> Heard:
    """Where sound is from that the matches leave unexplained: in a plain check there is none."""
    stretches = unexplained(query, found)
    if query.audio is None or not stretches:
        return Heard(found)
    with clock.during("sound"):
        return with_sounds(found, find_sounds(query.audio, stretches, library))


def _judge(
    fence: Fence,
    item: FileFacts,
    query: Fingerprint,
    heard: Heard,
    claim: Claim | None,
    searched: Searched,
    library: Library,
) -> Verdict:
    found = heard.found
    unlike = {
        (one.id, other.id)
        for (one, first), (other, second) in combinations(found, 2)
        if first.accepted and second.accepted and _shared(first, second) > SHARED_S
        if not _same_footage(fence, library, one, other)
    }
    able = Capabilities(sound=query.audio is not None)
    checked = CheckedItem.of(item.sha256, query)
    return judge(checked, found, claim, searched, able, unlike, heard.alone)


def _shared(first: Match, second: Match) -> float:
    return sum(a.query.overlap(b.query) for a in first.segments for b in second.segments)


def _same_footage(fence: Fence, library: Library, one: Clip, other: Clip) -> bool:
    """Whether two clips of the library hold the same recording."""
    match: Match = fence.call(
        "compare", query=library.load(one.id), reference=library.load(other.id)
    )
    return match.accepted


def _is_shown(held: Held) -> bool:
    return bool(held.match.segments) and (held.accepted or held.relation == "undecided")


def _pictures(
    fence: Fence,
    to_show: Sequence[Held],
    library: Library,
    unblurred: bool,
    on_progress: OnProgress,
    strips: bool,
) -> dict[str, EvidenceSheet]:
    sheets = {}
    for done, held in enumerate(to_show):
        on_progress("pictures", done / len(to_show))
        reference = library.load(held.clip.id).pictures
        if reference is not None:
            sheets[held.clip.id] = fence.call(
                "evidence",
                reference=reference,
                match=held.match,
                unblurred=unblurred,
                strip=strips,
            )
    return sheets


def _report(
    item: FileFacts,
    read: _Read,
    verdict: Verdict,
    searched: Searched,
    claim: Claim | None,
    clock: "_Clock",
) -> Report:
    now = datetime.now(UTC)
    said = claim.date if claim else None
    return Report(
        name=item.name,
        sha256=item.sha256,
        bytes=item.bytes,
        info=read.query.info,
        verdict=verdict,
        searched=searched,
        metadata=read.metadata.fields,
        findings=findings(read.metadata, read.query.info, said, now),
        credentials=read.metadata.credentials,
        problems=(*read.query.problems, *read.metadata.problems),
        timings_s=clock.times(),
        method={
            "firstseen": VERSION,
            "space": read.query.space,
            "sampling": read.query.sampling,
        },
    )


def _facts(item: intake.Item) -> FileFacts:
    return FileFacts(item.name, item.sha256, item.bytes)


def _clip_of(item: intake.Item, fingerprint: Fingerprint) -> Clip:
    """A file compared directly, as if it were a clip."""
    info = fingerprint.info
    return Clip(
        id="B",
        name=item.name,
        sha256=item.sha256,
        bytes=item.bytes,
        kind=info.kind,
        duration_s=info.duration_s,
        width=info.width,
        height=info.height,
        title=None,
        place=None,
        event=None,
        language=None,
        rights=None,
        notes=None,
        space=fingerprint.space,
        sampling=fingerprint.sampling,
        appearances=(),
    )


def _kept(fingerprint: Fingerprint, settings: Settings) -> Fingerprint:
    """What the library stores of a fingerprint."""
    if settings.keep_pictures:
        return fingerprint
    return replace(fingerprint, pictures=None)


def _captured(metadata: Metadata) -> str | None:
    """The day on which the file says that it was captured, as a claim of the file."""
    dates = stated_dates(metadata.fields, metadata.credentials)
    said = [one for one in dates if one.role in ("captured", "created") and one.interval]
    return said[0].day if said else None


def _space(settings: Settings) -> str:
    """The descriptor space of the present model."""
    with Fence.open(None, settings.fence_limits(), prepare(settings.model)) as fence:
        space: str = fence.call("space")
    return space


class _Clock:
    """Wall seconds of each step."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._steps: dict[str, float] = {}

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        begin = time.monotonic()
        try:
            yield
        finally:
            self._steps[step] = self._steps.get(step, 0.0) + time.monotonic() - begin

    def times(self) -> dict[str, float]:
        return {**self._steps, "total": time.monotonic() - self._start}
