"""A draft of a fact-check as schema.org's MediaReview, with a ClaimReview beside it. Pure.

A person completes and signs it: what only people judge is left out, and TO_COMPLETE names it.

Categories are proposed by schema.org's own definitions of them. Out of context: a copy existed
before the claimed date, or the item is a part of a longer video. Edited or cropped: of a video,
cut, joined or reordered; of a still, cropped. Transformed: another speed, things added or removed,
other sound. A crop, a mirroring and a re-encoding of a video are in no definition. Staged and
satire are for people alone, and so is original: that nothing was found proves nothing.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal

from app.messages.catalogue import render, text
from app.report.report import Report
from app.report.report_json import text as cleaned
from hashing.edit_types import TABLE, EditType, Family

type Json = dict[str, Any]
type Category = Literal["DecontextualizedContent", "EditedOrCroppedContent", "TransformedContent"]

CONTEXT: Final = "https://schema.org"
MEDIA_REVIEW: Final = "#media-review"
CLAIM_REVIEW: Final = "#claim-review"
CONTRADICTED: Final = ("contradicted", "partly_contradicted")
TRANSFORMING: Final = frozenset(
    {EditType.SPEED, EditType.REVERSED, EditType.AUDIO_REPLACED, EditType.AUDIO_ADDED}
    | {edit for edit, row in TABLE.items() if row.family is Family.CONTENT}
)
# properties that a person adds or confirms before the draft is published
TO_COMPLETE: Final = (
    "author",
    "datePublished",
    "url",
    "mediaAuthenticityCategory",
    "originalMediaContextDescription",
    "claimReviewed",
    "reviewRating",
)


def draft(report: Report) -> Json:
    """The JSON-LD of a report: already as others may see it. Names no reviewer and no rating."""
    graph = [_media_review(report)]
    if report.claim is not None:
        graph.append(_claim_review(report))
    return {"@context": CONTEXT, "@graph": graph}


def categories(report: Report) -> tuple[Category, ...]:
    """Those that the findings propose, in schema.org's order; none where nothing was found."""
    return tuple(_categories(report))


def _categories(report: Report) -> Iterator[Category]:
    relation = report.verdict.relation if report.verdict else "none"
    still = report.item.info is not None and report.item.info.kind == "still"
    edits = {edit.type for match in report.accepted for edit in match.edits}
    date = report.claim.date if report.claim else None
    if (date and date.finding in CONTRADICTED) or (relation == "excerpt" and not still):
        yield "DecontextualizedContent"
    joined = relation == "composite" or EditType.REORDERED in edits or _is_cut(report)
    if (still and EditType.CROP in edits) or (not still and joined):
        yield "EditedOrCroppedContent"
    if edits & TRANSFORMING:
        yield "TransformedContent"


def _is_cut(report: Report) -> bool:
    """Whether several segments of one clip were put together in one part of the item."""
    return any(
        len([s for s in match.segments if s.part == part]) > 1
        for match in report.accepted
        for part in {segment.part for segment in match.segments}
    )


def _media_review(report: Report) -> Json:
    first, verdict = report.first_seen, report.verdict
    lines = [verdict.headline, *verdict.reasons, *verdict.limits] if verdict else report.problems
    review: Json = {
        "@type": "MediaReview",
        "@id": MEDIA_REVIEW,
        "creativeWorkStatus": "Draft",
        "itemReviewed": {"@type": "MediaReviewItem", "mediaItemAppearance": _item(report)},
        "mediaAuthenticityCategory": list(categories(report)),
        "reviewBody": "\n".join(cleaned(render(line)) for line in lines),
    }
    if first is not None:
        seen = first.appearance
        review["originalMediaContextDescription"] = cleaned(
            text("media-review-earliest", date=seen.date, source=seen.publisher or "-")
        )
        if seen.source_url:
            review["originalMediaLink"] = cleaned(seen.source_url)
    if report.claim is not None:
        review["associatedClaimReview"] = {"@id": CLAIM_REVIEW}
    return review


def _item(report: Report) -> Json:
    item = report.item
    still = item.info is not None and item.info.kind == "still"
    media: Json = {"@type": "ImageObject" if still else "VideoObject", "name": cleaned(item.name)}
    if item.sha256:
        media["sha256"] = item.sha256
    if item.bytes is not None:
        media["contentSize"] = f"{item.bytes} B"
    if item.duration_s:
        media["duration"] = f"PT{item.duration_s:.3f}S"
    if item.url:
        media["contentUrl"] = cleaned(item.url)
    return media


def _claim_review(report: Report) -> Json:
    claim = report.claim
    assert claim is not None
    said = [each.claimed for each in (claim.date, claim.place) if each]
    reasons = [each.reason for each in (claim.date, claim.place) if each and each.reason]
    return {
        "@type": "ClaimReview",
        "@id": CLAIM_REVIEW,
        "creativeWorkStatus": "Draft",
        "claimReviewed": cleaned(text("media-review-claim", claimed="; ".join(said))),
        "itemReviewed": {"@type": "Claim", "appearance": _item(report)},
        "reviewBody": "\n".join(cleaned(render(reason)) for reason in reasons),
        "associatedMediaReview": {"@id": MEDIA_REVIEW},
    }
