"""The page: complete in itself, escaped, and saying what it shows and hides."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from app.evidence.evidence_sheet import EvidenceSheet, Pair
from app.report.check_record import CheckRecord, RecordedDecision
from app.report.html import render as render_record
from app.report.html_timeline import Bar, bars, draw_timelines, ticks
from app.report.parse import report_from_json
from app.report.report import Shown
from app.text.formatting import byte_size, clock, date_text
from hashing.types import Segment, Span
from tests.app.api.service_made import report

NASTY = "<script>alert(1)</script>\"'&\u202egpj.exe"


def render(report: dict[str, Any], sheets: Any = None, shown: Shown | None = None) -> str:
    """The page of a report that was stored."""
    return render_record(report_from_json(report), sheets, shown)


def match_json(**changed: Any) -> dict[str, Any]:
    """One match, as the report's JSON has it."""
    return {
        "clip": {"id": "R000001", "name": "known.mp4", "title": None, "place": None},
        "appearances": [
            {
                "kind": "published",
                "date": "2019-06-12",
                "source_url": "https://news.example/1",
                "publisher": "News",
                "entered_by": "Jane Doe",
            }
        ],
        "accepted": True,
        "score": 0.97312,
        "relation": "edited",
        "coverage": {"query": 0.5, "reference": 0.5},
        "segments": [
            {
                "query": [0.0, 5.0],
                "reference": [5.0, 10.0],
                "speed": 1.0,
                "reversed": False,
                "mirrored": True,
                "inliers": 100,
            }
        ],
        "edits": [],
        "audio": {"state": "kept", "offset_s": 0.0, "spans": []},
        **changed,
    }


def verdict(relation: str, **changed: Any) -> dict[str, Any]:
    return {
        "relation": relation,
        "matched": relation not in ("none", "undecided"),
        "undecided": None,
        "headline": "Headline",
        "reasons": ["Because"],
        "limits": ["Careful"],
        **changed,
    }


def credentials(name: str, **changed: Any) -> dict[str, Any]:
    return {
        "state": "valid",
        "signer": {"issuer": name, "common_name": name},
        "signed_at": None,
        "generator": None,
        "actions": [],
        "source_types": [],
        "findings": [],
        "ingredients": 0,
        "assertions": {},
        "reason": None,
        **changed,
    }


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def everywhere(text: str) -> dict[str, Any]:
    """A report with the same text wherever text can come from files or people."""
    match = match_json(
        clip={"id": "R000001", "name": text, "title": text, "place": text},
        appearances=[
            {"kind": "published", "date": text, "source_url": text, "publisher": text,
             "entered_by": text}
        ],
        edits=[
            {"type": "text", "confidence": 0.9, "query": None, "text": text, "box": None,
             "measure": {"a": 1}}
        ],
    )  # fmt: skip
    return report(
        text,
        verdict=verdict("edited", headline=text, reasons=[text], limits=[text]),
        claim={
            "date": {"claimed": text, "finding": "contradicted", "query": [[0, 5]], "reason": text},
            "place": {"claimed": text, "known": [text], "reason": text},
        },
        first_seen={"date": text, "kind": "published", "clip": "R000001", "source_url": text,
                    "entered_by": text},
        matches=[match, {**match, "accepted": False}],
        metadata={
            "fields": {text: {text: text}},
            "findings": [
                {"code": "x", "severity": "notice", "text": text, "evidence": {text: text}}
            ],
        },
        credentials=credentials(text, generator=text, reason=text, actions=[{"action": text}]),
        problems=[text],
        method={text: text},
    )  # fmt: skip


@pytest.mark.parametrize("shown", [Shown(), Shown("redacted", "shown", NASTY)])
def test_nothing_from_files_becomes_markup(shown: Shown) -> None:
    raw = render(everywhere(NASTY), {}, shown)
    page = Page(raw)
    assert not [tag for tag, _ in page.tags if tag == "script"]
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on")]
    assert "\u202e" not in raw
    assert "\\u202e" in raw
    assert "<script>alert(1)</script>" in page.text


def test_only_web_addresses_become_links() -> None:
    for address in ("javascript:alert(1)", "data:text/html,x", "//evil.example", "file:///etc"):
        page = Page(render(everywhere(address), {}))
        assert [attrs["href"] for tag, attrs in page.tags if tag == "a"] == []
    page = Page(render(everywhere("https://news.example/?a=1&b=2"), {}))
    links = [attrs for tag, attrs in page.tags if tag == "a"]
    assert links
    assert {a["href"] for a in links} == {"https://news.example/?a=1&b=2"}
    assert all("noreferrer" in (a["rel"] or "") for a in links)


def test_the_page_asks_nobody_for_anything() -> None:
    raw = render(report("a.mp4", verdict=verdict("edited"), matches=[match_json()]), {})
    page = Page(raw)
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv"))
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    loading = [a for t, a in page.tags if t in ("link", "script", "iframe", "object", "embed")]
    assert not loading
    assert not re.findall(r"url\((?!#)", raw)
    assert "@import" not in raw
    assert not [a for _, a in page.tags if "style" in a], "the policy would drop them"


def test_the_policy_admits_exactly_this_style_sheet() -> None:
    import base64
    import hashlib

    raw = render(report("a.mp4"), {})
    style = raw.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in raw.replace("&#39;", "'").replace("&#43;", "+")


@pytest.mark.parametrize(
    ("relation", "undecided", "said"),
    [
        ("exact", None, "byte for byte"),
        ("copy", None, "at most re-encoded, resized or remuxed"),
        ("excerpt", None, "part of a known clip"),
        ("longer", None, "may be the fuller original"),
        ("edited", None, "do not say which of the two was made first"),
        ("composite", None, "more than one source"),
        ("undecided", "weak_match", "A person must look"),
        ("undecided", "same_scene_other_recording", "another recording"),
        ("undecided", "too_little", "too little to compare"),
        ("undecided", "conflicting", "different directions"),
        ("none", None, "says nothing about whether the item is genuine"),
    ],
)
def test_each_verdict_is_explained(relation: str, undecided: str | None, said: str) -> None:
    page = Page(render(report("a.mp4", verdict=verdict(relation, undecided=undecided)), {}))
    assert said in page.text
    assert "authentic" not in page.text


def test_an_item_that_could_not_be_read_says_so() -> None:
    empty = {"name": "a.mp4", "sha256": None, "bytes": None, "kind": None, "duration_s": None,
             "width": None, "height": None}  # fmt: skip
    unread = report("a.mp4", item=empty, verdict=None, searched=None, unmatched=[],
                    problems=["the file is empty (0 bytes)"], credentials=None)  # fmt: skip
    page = Page(render(unread, {}))
    assert "could not be read" in page.text
    assert "the file is empty" in page.text
    assert "Earliest copy" not in page.text


def test_the_earliest_copy_is_called_what_it_is() -> None:
    first = {"date": "2019-06-12", "kind": "published", "clip": "R000001",
             "source_url": "https://news.example/1", "entered_by": "Jane Doe"}  # fmt: skip
    page = Page(render(report("a.mp4", verdict=verdict("copy"), first_seen=first), {}))
    assert "Earliest copy known to this library" in page.text
    assert "2019-06-12" in page.text


def test_people_and_positions_are_withheld_unless_asked() -> None:
    told = report(
        "a.jpg",
        verdict=verdict("copy"),
        matches=[match_json()],
        metadata={
            "fields": {
                "exif": {"Image Artist": "Jane Doe", "EXIF BodySerialNumber": "SN-4711",
                         "Image Make": "Nikon"},
                "gps": {"latitude": 22.2783, "longitude": 114.1747},
            },
            "findings": [],
        },
        credentials=credentials("Doe Ltd"),
    )  # fmt: skip
    secrets = ("Jane Doe", "SN-4711", "22.2783", "114.1747", "Doe Ltd")
    hidden = Page(render(told, {})).text
    assert not [secret for secret in secrets if secret in hidden]
    assert "Nikon" in hidden
    assert "owner and account names are redacted" in hidden
    shown = Page(render(told, {}, Shown("redacted", "shown", "the desk"))).text
    assert not [secret for secret in secrets if secret not in shown]
    assert "names are shown, as the desk asked" in shown


def test_a_page_with_pictures_says_what_is_not_removed() -> None:
    pair = Pair(0, 0.0, 0.0, b"\xff\xd8\xff", b"\xff\xd8\xff")
    for by_hand in (False, True):
        sheet = EvidenceSheet((pair,), (), "redacted", None, 0, 0, by_hand=by_hand)
        text = Page(render(report("a.mp4"), {"R000001": sheet})).text
        for left in ("voices", "tattoos", "clothes", "number plates"):
            assert left in text
        assert ("More was blanked by hand." in text) == by_hand


def test_the_page_says_what_it_shows() -> None:
    page = Page(render(report("a.mp4"), {}))
    assert "redacted automatically; some may be missed" in page.text
    said = next(
        attrs["content"] for _, attrs in page.tags if attrs.get("name") == "firstseen-shown"
    )
    assert said is not None
    assert json.loads(said) == {
        "faces": "redacted",
        "identifying_metadata": "withheld",
        "by": None,
        "names": "withheld",
        "item": "withheld",
    }


def test_the_record_says_who_had_what_checked_when_and_what_people_decided() -> None:
    decided = ("R000001", "same_footage", "Ana", "2026-12-01T04:12:00Z")
    record = CheckRecord(
        "2026-12-01T04:10:00Z",
        "kJ3v0Qn2xXwz8yRkB1fYtg",
        "2026-12-01T04:09:00Z",
        "Ana",
        "2022-11-27",
        "Shanghai",
        (
            RecordedDecision(*decided, note="The crane is the same."),
            RecordedDecision(*decided, withdrawn_at="2026-12-01T04:25:00Z"),
        ),
    )
    known = {"id": "R000001", "name": "known.mp4", "title": "Road", "sha256": "c" * 64}
    made = report_from_json(
        report("a.mp4", verdict=verdict("edited"), matches=[match_json(clip=known)])
    )
    written = render_record(made, record=record)
    text = Page(written).text
    for stated in (
        "kJ3v0Qn2xXwz8yRkB1fYtg",
        "2026-12-01, 04:10:00 UTC",
        "2022-11-27; Shanghai",
        f"Item 1, SHA-256 {'0' * 64}",
        f"Road (R000001), SHA-256 {'c' * 64}",
        "3 clips",
        "Same footage R000001 · name withheld, 2026-12-01, 04:12:00 UTC",
        "The crane is the same.",
        "withdrawn 2026-12-01, 04:25:00 UTC",
    ):
        assert stated in text
    assert "Ana" not in text
    assert "@top-right { content: " in written
    kept = Page(render_record(made, shown=Shown(names="kept"), record=record)).text
    assert "By Ana" in kept
    assert "Same footage R000001 · Ana, 2026-12-01, 04:12:00 UTC" in kept


def test_an_id_that_is_none_of_ours_reaches_no_style() -> None:
    record = CheckRecord("2026-12-01", '"} * { display: none } {"')
    page = render_record(report_from_json(report("a.mp4")), record=record)
    assert "display: none }" not in page.partition("</style>")[0]


def test_claims_are_shown_with_their_finding_and_ranges() -> None:
    claim = {
        "date": {"claimed": "2022-11-27", "finding": "partly_contradicted", "query": [[1.0, 4.5]],
                 "reason": "A copy existed by 2019-06-12"},
        "place": {"claimed": "Shanghai", "known": ["Hong Kong"], "reason": ""},
    }  # fmt: skip
    text = Page(render(report("a.mp4", verdict=verdict("edited"), claim=claim), {})).text
    assert "The claimed date is contradicted in part" in text
    assert "For 0:01.0–0:04.5 of the item" in text
    assert "Hong Kong" in text
    assert "not a finding" in text


def test_a_claim_names_the_ranges_of_further_parts() -> None:
    of_parts = [{"part": "track-2", "query": [[1.0, 4.5]]}, {"part": "cover-1", "query": [[0, 0]]}]
    date = {
        "claimed": "2022",
        "finding": "contradicted",
        "query": [],
        "reason": "",
        "parts": of_parts,
    }
    made = report("a.mp4", verdict=verdict("edited"), claim={"date": date, "place": None})
    kinds = {"track-2": ("video", "video track 2"), "cover-1": ("still", "attached picture")}
    made["parts"] = [
        {"id": name, "kind": kind, "label": label, "checked": True, "unmatched": []}
        for name, (kind, label) in kinds.items()
    ]
    text = Page(render(made, {})).text
    assert "For 0:01.0–0:04.5 of video track 2" in text
    assert "For attached picture" in text


@pytest.mark.parametrize("finding", ["contradicted", "partly_contradicted"])
def test_a_contradicted_claim_stands_above_the_headline(finding: str) -> None:
    claim = {"date": {"claimed": "2022-11-27", "finding": finding, "query": [], "reason": "x"}}
    page = Page(render(report("a.mp4", verdict=verdict("edited"), claim=claim), {}))
    assert "against" in next(attrs["class"] or "" for tag, attrs in page.tags if tag == "section")
    _, above, _ = page.text.split("Headline", 2)
    assert "The claimed date is contradicted" in above
    assert "Claimed: 2022-11-27. x" in above
    assert page.text.count("Claimed: 2022-11-27. x") == 1
    assert "first" in [attrs.get("class") for tag, attrs in page.tags if tag == "p"]
    calm = {"date": {**claim["date"], "finding": "not_contradicted"}}
    below = Page(render(report("a.mp4", verdict=verdict("edited"), claim=calm), {})).text
    assert "not contradicted" in below.split("Headline", 2)[2]


def test_the_frames_of_item_and_earliest_copy_stand_beside_the_verdict() -> None:
    pair = Pair(0, 0.0, 0.0, b"\xff\xd8\xff", b"\xff\xd8\xff")
    sheets = {"R000001": EvidenceSheet((pair,), (), "redacted", None, 0, 0)}
    first = {"date": "2011-03-15", "kind": "published", "clip": "R000001", "source_url": None}
    dated = report("a.mp4", verdict=verdict("copy"), matches=[match_json()], first_seen=first)
    text = Page(render(dated, sheets)).text
    verdict_text = text.split("What this does not mean")[0]
    assert "Earliest copy known 2011-03-15" in " ".join(verdict_text.split())
    undated = report("a.mp4", verdict=verdict("copy"), matches=[match_json()])
    assert "Earliest copy known 2011" not in Page(render(undated, sheets)).text
    assert "foremost" not in [attrs.get("class") for _, attrs in Page(render(dated, {})).tags], (
        "without frames there is no place for them"
    )


CAPTURED = {"kind": "captured", "date": "2019-06-11", "source_url": None, "publisher": None}


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"entered_by": None, "stated_by": "file"}, "capture date in the file's metadata"),
        ({"entered_by": "Ben", "stated_by": "person"}, "capture date entered by a person"),
        ({"entered_by": "Ben"}, "capture date entered by a person"),
        ({"entered_by": None, "publisher": "Club channel"}, "capture date entered by a person"),
        ({"entered_by": None}, "capture date of unknown source"),
    ],
)
@pytest.mark.parametrize("metadata", ["withheld", "shown"])
def test_a_capture_date_says_whose_word_it_is(stated: Any, said: str, metadata: Any) -> None:
    """Whether or not the name of who entered it is shown."""
    match = match_json(appearances=[CAPTURED | stated])
    made = report("a.mp4", verdict=verdict("edited"), matches=[match])
    text = Page(render(made, {}, Shown("redacted", metadata))).text
    assert f"{said}, not used as evidence" in text
    assert ("added by Ben" in text) == (metadata == "shown" and stated["entered_by"] == "Ben")


def test_the_same_sound_has_no_offset() -> None:
    kept = match_json(audio={"state": "kept", "offset_s": 0.0, "spans": []})
    text = Page(render(report("a.mp4", verdict=verdict("edited"), matches=[kept]), {})).text
    assert "Same sound" in text
    assert "0.00 s" not in text


def test_what_has_nothing_to_do_with_the_item_is_no_near_miss() -> None:
    near = [match_json(accepted=False, relation="none", score=score) for score in (0.21, 0.0)]
    near[1] = near[1] | {"clip": {"id": "R000002", "name": "other.mp4"}}
    page = Page(render(report("a.mp4", matches=near), {}))
    assert "score 0.21" in page.text
    assert "other.mp4" not in page.text


def test_bands_join_the_two_timelines_and_cross_when_reversed() -> None:
    segment = Segment(Span(0.0, 5.0), Span(5.0, 10.0), 0.9)
    drawn = draw_timelines([segment], 10.0, 20.0)
    assert drawn is not None
    assert drawn.bands[0].points == "0.0,0 500.0,0 500.0,1000 250.0,1000"
    crossed = draw_timelines([replace(segment, reversed=True)], 10.0, 20.0)
    assert crossed is not None
    assert crossed.bands[0].points == "0.0,0 500.0,0 250.0,1000 500.0,1000"


def test_a_still_of_a_video_is_drawn_as_a_timestamp() -> None:
    drawn = draw_timelines([Segment(Span(0, 0), Span(4.0, 4.0), 0.9)], None, 10.0)
    assert drawn is not None
    assert drawn.bands[0].item.width == 100
    assert 0 < drawn.bands[0].clip.width < 1
    assert draw_timelines([Segment(Span(0, 0), Span(0, 0), 0.9)], None, None) is None
    assert draw_timelines([], 10.0, 10.0) is None


def test_ranges_are_drawn_to_scale_and_end_with_the_item() -> None:
    ranges = [Span(0.0, 2.0), Span(9.0, 12.0), Span(11.0, 12.0)]
    assert bars(ranges, 10.0) == (Bar(0.0, 20.0), Bar(90.0, 10.0))
    assert bars([Span(0, 0)], None) == ()


@pytest.mark.parametrize("end_s", [0.04, 1.0, 9.7, 31.2, 600.0, 36_000.0, 200_000.0])
def test_ticks_start_at_zero_end_at_the_end_and_stay_few(end_s: float) -> None:
    drawn = ticks(end_s)
    assert (drawn[0].left, drawn[-1].left) == (0.0, 100.0)
    assert len(drawn) <= 7
    assert [t.left for t in drawn] == sorted(t.left for t in drawn)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (clock(None), "—"),
        (clock(0), "0:00.0"),
        (clock(59.96), "1:00.0"),
        (clock(3725.5), "1:02:05.5"),
        (byte_size(999), "999 B"),
        (byte_size(1_500_000), "1.5 MB"),
        (date_text("2019-06"), "2019-06"),
        (date_text("2019-06-12T14:03:00Z"), "2019-06-12, 14:03:00 UTC"),
        (date_text("2019-06-12T14:03:00+08:00"), "2019-06-12, 14:03:00 +08:00"),
        (date_text("2019-06-12T14:03"), "2019-06-12, 14:03"),
    ],
)
def test_small_texts(given: str, text: str) -> None:
    assert given == text
