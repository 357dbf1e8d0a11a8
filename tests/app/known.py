"""Clips, matches and items for verdicts, each with one thing that matters and defaults else."""

from collections.abc import Sequence
from typing import Any

from app.library.records import Appearance, AppearanceKind, Clip
from app.messages.catalogue import render
from app.verdict.claim import parse_claim
from app.verdict.headline import Capabilities, Searched
from app.verdict.relations import CheckedItem
from app.verdict.verdict import Verdict, judge
from hashing.edit_types import EditType
from hashing.message import Message, verbatim
from hashing.types import AudioFinding, Decision, Edit, Match, MediaInfo, Segment, Span

SEARCHED = Searched(
    clips=812,
    skipped=0,
    seconds=41230.5,
    earliest="2011-02-03",
    latest="2026-11-20",
    digest="a" * 64,
)
INGESTED = ("ingested", "2026-11-20T09:00:00+00:00")


def video(
    duration_s: float | None = 30.0, gaps: Sequence[Span] = (), blank: Sequence[Span] = ()
) -> CheckedItem:
    info = MediaInfo("video", 1280, 720, duration_s, 25.0, "mov,mp4", "h264", "aac")
    return CheckedItem("f" * 64, info, tuple(gaps), tuple(blank))


def still() -> CheckedItem:
    return CheckedItem("f" * 64, MediaInfo("still", 1280, 720))


def clip(
    *appearances: tuple[str, ...],
    id: str = "R000001",
    duration_s: float | None = 30.0,
    title: str | None = "Harcourt Road",
    place: str | None = None,
    sha256: str | None = None,
) -> Clip:
    """A known clip; a photo where duration_s is None. appearances: (kind, date[, source_url])."""
    dated = [Appearance(_kind(kind), date, *rest) for kind, date, *rest in appearances]
    return Clip(
        id=id,
        name=f"{id}.mp4",
        sha256=sha256 or id[-1] * 64,
        bytes=1000,
        kind="video" if duration_s is not None else "still",
        duration_s=duration_s,
        width=1280,
        height=720,
        title=title,
        place=place,
        event=None,
        language=None,
        rights=None,
        notes=None,
        space="sscd",
        sampling="default",
        appearances=tuple(dated),
    )


def _kind(kind: str) -> AppearanceKind:
    kinds: dict[str, AppearanceKind] = {
        "captured": "captured",
        "published": "published",
        "archived": "archived",
        "attested": "attested",
        "ingested": "ingested",
    }
    return kinds[kind]


def match(
    *ranges: tuple[float, float, float, float],
    score: float = 0.97,
    decision: Decision = "accepted",
    edits: Sequence[Edit] = (),
    **rest: Any,
) -> Match:
    """ranges: (start, end) in the item, then in the clip."""
    segments = [
        Segment(Span(start, end), Span(there, until), score=score)
        for start, end, there, until in ranges
    ]
    return Match(score, decision, tuple(segments), tuple(edits), **rest)


def whole(end: float = 30.0, **rest: Any) -> Match:
    """The item from its start to `end`, shown as in the clip."""
    return match((0.0, end, 0.0, end), **rest)


def edit(kind: str, query: Span | None = None) -> Edit:
    return Edit(EditType(kind), 0.9, {"share": 0.5}, verbatim(f"{kind}, half of it"), query)


def listed(*messages: Message) -> str:
    """Messages as the catalogue lists them within a sentence."""
    return render(Message("verbatim", {"text": messages}))


def sound(state: Any, *spans: Any) -> AudioFinding:
    return AudioFinding(state, None, tuple(spans))


def verdict_on(
    item: CheckedItem,
    *matches: tuple[Clip, Match],
    date: str | None = None,
    place: str | None = None,
    searched: Searched = SEARCHED,
    able: Capabilities | None = None,
    unlike: Sequence[tuple[str, str]] = (),
) -> Verdict:
    return judge(item, matches, parse_claim(date, place), searched, able, unlike)
