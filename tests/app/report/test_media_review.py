"""The draft of a MediaReview, compared with schema.org's definitions."""

import json
from dataclasses import replace
from typing import Any

import pytest

from app.report.from_verdict import unreadable
from app.report.media_review import TO_COMPLETE, categories, draft
from app.report.report import Report
from app.report.report_redaction import for_others
from hashing.edit_types import EditType
from hashing.message import verbatim
from hashing.types import Edit, MediaInfo
from tests.app.report.reports_made import full_report

THING = {"@type", "@id", "name", "url", "description"}
CREATIVE_WORK = THING | {"author", "datePublished", "creativeWorkStatus", "sha256"}
REVIEW = CREATIVE_WORK | {
    "itemReviewed",
    "reviewBody",
    "reviewRating",
    "associatedClaimReview",
    "associatedMediaReview",
}
MEDIA = CREATIVE_WORK | {"contentUrl", "contentSize", "duration", "sha256"}
# type -> the properties that schema.org's vocabulary allows there, of those that could be used
PROPERTIES = {
    "MediaReview": REVIEW
    | {"mediaAuthenticityCategory", "originalMediaContextDescription", "originalMediaLink"},
    "ClaimReview": REVIEW | {"claimReviewed"},
    "MediaReviewItem": CREATIVE_WORK | {"mediaItemAppearance"},
    "Claim": CREATIVE_WORK | {"appearance", "firstAppearance", "claimInterpreter"},
    "VideoObject": MEDIA,
    "ImageObject": MEDIA,
}
# the members of MediaManipulationRatingEnumeration
CATEGORIES = {
    "DecontextualizedContent",
    "EditedOrCroppedContent",
    "OriginalMediaContent",
    "SatireOrParodyContent",
    "StagedContent",
    "TransformedContent",
}


def nodes(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [node for each in value for node in nodes(each)]
    if isinstance(value, dict):
        return [value, *(node for each in value.values() for node in nodes(each))]
    return []


def with_edits(*types: EditType) -> Report:
    report = replace(full_report(), claim=None)
    (match, *_) = report.matches
    edits = tuple(Edit(kind, 0.9, {"area": 0.5}, verbatim("-")) for kind in types)
    return replace(report, matches=(replace(match, edits=edits, segments=match.segments[:1]),))


@pytest.mark.parametrize(
    "report",
    [full_report(), for_others(full_report()), unreadable("a.mp4", verbatim("no frames"))],
    ids=["full", "for others", "unreadable"],
)
def test_a_draft_has_only_what_the_vocabulary_has(report: Report) -> None:
    written = json.loads(json.dumps(draft(report), allow_nan=False))
    assert written["@context"] == "https://schema.org"
    for node in nodes(written["@graph"]):
        if set(node) != {"@id"}:
            assert set(node) <= PROPERTIES[node["@type"]], node["@type"]
    assert set(written["@graph"][0]["mediaAuthenticityCategory"]) <= CATEGORIES


def test_a_draft_leaves_to_people_what_only_they_judge() -> None:
    for node in draft(full_report())["@graph"]:
        assert node["creativeWorkStatus"] == "Draft"
        assert not {"author", "datePublished", "reviewRating", "url"} & set(node)
    assert {"author", "datePublished", "reviewRating", "url"} <= set(TO_COMPLETE)


def test_the_claim_stands_beside_the_media() -> None:
    media, claim = draft(full_report())["@graph"]
    assert media["associatedClaimReview"]["@id"] == claim["@id"]
    assert claim["associatedMediaReview"]["@id"] == media["@id"]
    assert claim["claimReviewed"] == "Claimed: 2022-11-27; Shanghai"
    assert media["itemReviewed"]["mediaItemAppearance"]["sha256"] == "f" * 64
    assert media["originalMediaLink"] == "https://example.org/a"
    assert "2019-06-12" in media["originalMediaContextDescription"]


@pytest.mark.parametrize(
    ("edits", "proposed"),
    [
        ((), ()),
        ((EditType.CROP, EditType.MIRROR, EditType.RECOMPRESSED), ()),
        ((EditType.REORDERED,), ("EditedOrCroppedContent",)),
        ((EditType.SPEED,), ("TransformedContent",)),
        ((EditType.AUDIO_REPLACED,), ("TransformedContent",)),
        ((EditType.TAMPER_ADDED, EditType.REORDERED),
         ("EditedOrCroppedContent", "TransformedContent")),
    ],
)  # fmt: skip
def test_findings_propose_the_categories_that_schema_org_defines_by_them(
    edits: tuple[EditType, ...], proposed: tuple[str, ...]
) -> None:
    assert categories(with_edits(*edits)) == proposed


def test_a_contradicted_date_is_out_of_context_and_a_cropped_still_is_edited() -> None:
    assert "DecontextualizedContent" in categories(full_report())
    still = with_edits(EditType.CROP)
    still = replace(still, item=replace(still.item, info=MediaInfo("still", 10, 10)))
    assert categories(still) == ("EditedOrCroppedContent",)
