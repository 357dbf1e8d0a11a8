"""A stored report is the report that was written; an older one is read as far as it goes."""

import contextlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.report.errors import ReportNotUnderstood
from app.report.from_verdict import report_on, unreadable
from app.report.parse import report_from_json
from app.report.report import Shown
from app.report.report_json import to_json
from app.report.report_redaction import for_others
from hashing.edit_types import EditType
from hashing.message import Message, verbatim
from hashing.types import AudioFinding, AudioSpan, Edit, Match, MediaInfo, Segment, Span
from tests.app.api import service_made
from tests.app.known import clip, verdict_on, video
from tests.app.report.reports_made import full_report, reports

HOMOGRAPHY = ((-1.25, 0.0, 1.125), (0.0, 1.25, -0.125), (0.0, 0.0, 1.0))
EYE = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
BOX = (0.1, 0.2, 0.8, 0.9)


def again(data: Any) -> Any:
    return to_json(report_from_json(json.loads(json.dumps(data))))


def match_again(match: Match) -> Match:
    verdict = verdict_on(video(), (clip(), match))
    stored = json.dumps(to_json(report_on("a.mp4", verdict=verdict)))
    return report_from_json(json.loads(stored)).matches[0].to_match()


@given(reports())
def test_any_report_comes_back_as_it_was_written(report: Any) -> None:
    data = to_json(report)
    assert again(data) == data


@given(reports())
def test_what_others_get_comes_back_as_it_was_written(report: Any) -> None:
    data = to_json(for_others(report, Shown("shown", "withheld", "the desk")))
    assert again(data) == data
    assert data["shown"]["by"] == "the desk"


@pytest.mark.parametrize(
    "report",
    [
        full_report(),
        unreadable("a\udcff.mp4", "no frames", sha256="a" * 64, bytes=5),
        report_on("a.jpg", info=MediaInfo("still", 4000, 3000)),
    ],
    ids=["full", "unreadable", "still"],
)
def test_a_report_comes_back_as_it_was_written(report: Any) -> None:
    data = to_json(report)
    assert again(data) == data


def test_segments_and_edits_come_back() -> None:
    segments = (
        Segment(Span(0.0, 4.5), Span(2.0, 6.5), 0.9, 1.0, False, BOX, HOMOGRAPHY, True, 50),
        Segment(Span(5.0, 6.0), Span(1.0, 2.0), 0.8, 1.0, reversed=True),
    )
    segments += (replace(segments[0], query=Span(6.0, 8.0), path=((6.0, HOMOGRAPHY), (8.0, EYE))),)
    caption = Message("edit-text", {"area": 0.1, "when": "part", "start": 0.5, "end": 1.5})
    measure = {"area": 0.1, "kind": "caption"}
    edits = (
        Edit(EditType.TEXT, 0.9, measure, caption, Span(0.5, 1.5), BOX),
        Edit(EditType.CROP, 0.9, measure, verbatim("Cropped")),
    )
    stored = match_again(Match(0.97, "accepted", segments, edits))
    assert stored.segments == segments
    assert stored.edits == edits
    assert (stored.score, stored.decision) == (0.97, "accepted")


def test_the_sound_comes_back() -> None:
    audio = AudioFinding("shifted", 0.25, (AudioSpan(Span(3.0, 9.0), "replaced", None, "R000009"),))
    verdict = verdict_on(video(), (clip(), Match(0.9, "accepted", (), (), audio)))
    stored = report_from_json(to_json(report_on("a.mp4", verdict=verdict)))
    assert stored.matches[0].audio == audio


def test_what_was_not_accepted_stays_so() -> None:
    weak = Match(0.4, "weak_match", (Segment(Span(0.0, 4.0), Span(0.0, 4.0), 0.4),))
    assert not match_again(weak).accepted


def test_numbers_that_json_cannot_hold_leave_no_alignment() -> None:
    nan = ((float("nan"), 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    path = ((0.0, EYE), (2.0, nan))
    segment = Segment(Span(0.0, 4.0), Span(0.0, 4.0), 0.9, homography=nan, path=path)
    stored = match_again(Match(0.9, "accepted", (segment,))).segments[0]
    assert stored.homography is None
    assert stored.path == ((0.0, EYE),)


# ---- other versions


def test_an_older_report_is_read_as_far_as_it_goes() -> None:
    """Of a version that wrote neither links, sources of sound, nor who states a date."""
    old = to_json(full_report())
    for name in ("url", "final_url", "fetched_at"):
        del old["item"][name]
    del old["first_seen"]["publisher"]
    for match in old["matches"]:
        for name in ("main_picture", "found_by", "reasons"):
            del match[name]
        for name in ("kind", "duration_s"):
            del match["clip"][name]
        for appearance in match["appearances"]:
            del appearance["stated_by"]
        for segment in match["segments"]:
            segment.pop("path", None)
    report = report_from_json(old)
    assert report.matches[0].main_picture
    assert report.matches[0].found_by == "picture"
    assert report.matches[0].clip.kind is None
    assert [one.stated_by for one in report.matches[0].appearances] == ["person", "firstseen"]
    new = to_json(report)
    assert new["matches"][0]["segments"] == old["matches"][0]["segments"]
    assert new["verdict"] == old["verdict"]


def test_fields_of_a_later_version_are_left_out() -> None:
    data = to_json(full_report())
    later = json.loads(json.dumps(data))
    later["leads"] = [{"id": "x"}]
    later["matches"][0]["shared_by"] = ["R000002"]
    later["matches"][0]["segments"][0]["hue"] = "main"
    assert again(later) == data


def test_a_sentence_whose_id_is_no_longer_in_use_reads_as_it_was_written() -> None:
    data = to_json(full_report())
    data["verdict"]["headline_message"] = {"id": "verdict-of-old", "params": {}}
    data["verdict"]["reasons_messages"] = [None] * len(data["verdict"]["reasons"])
    data["claim"]["date"]["reason_message"]["params"] = {"part": {"id": "x", "params": {}}}
    data["matches"][0]["edits"][0]["message"]["params"] = {}
    del data["problems_messages"]
    report = report_from_json(data)
    assert report.verdict is not None
    assert report.verdict.headline == verbatim(data["verdict"]["headline"])
    assert list(report.verdict.reasons) == [verbatim(one) for one in data["verdict"]["reasons"]]
    assert report.claim is not None
    assert report.claim.date is not None
    assert report.claim.date.reason == verbatim(data["claim"]["date"]["reason"])
    edit = report.matches[0].edits[0]
    assert edit.message == verbatim(data["matches"][0]["edits"][0]["text"])
    assert to_json(report)["verdict"]["headline"] == data["verdict"]["headline"]


# ---- what is no report


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (["schema"], "firstseen.report/2", "report.schema: expected firstseen.report/1"),
        (["item", "name"], None, "report.item.name: expected a text"),
        (["item", "width"], None, "report.item.width: expected a whole number"),
        (["item", "width"], 0, "fit together"),
        (["verdict", "relation"], "genuine", "report.verdict.relation: expected one of exact"),
        (["verdict", "headline"], 3, "report.verdict.headline: expected a text, got 3"),
        (["verdict", "limits", 0], None, "report.verdict.limits[0]: expected a text"),
        (["matches"], {}, "report.matches: expected a list"),
        (["matches", 0], "R000001", "report.matches[0]: expected an object"),
        (["matches", 0, "accepted"], 1, "report.matches[0].accepted: expected true or false"),
        (["matches", 0, "clip", "id"], None, "report.matches[0].clip.id: expected a text"),
        (["matches", 0, "segments", 0, "query"], [1.0], "query: expected [start, end]"),
        (["matches", 0, "segments", 0, "query"], [9.0, 1.0], "fit together"),
        (["matches", 0, "segments", 0, "visible"], [0, 1, 1], "visible: expected four edges"),
        (["matches", 0, "segments", 0, "homography"], [[1]], "homography: expected three rows"),
        (["matches", 0, "edits", 0, "measure"], {}, "fit together"),
        (["matches", 0, "edits", 0, "measure"], {"a": [1]}, "measure.a: expected a number"),
        (["claim", "date", "finding"], "true", "finding: expected one of contradicted"),
        (["first_seen", "kind"], "rumoured", "kind: expected one of captured"),
        (["verdict", "headline_message"], "a", "headline_message: expected an object"),
        (["verdict", "headline_message"], {"id": 3, "params": {}}, "id: expected a text"),
        (["verdict", "headline_message", "params"], None, "params: expected an object"),
        (["verdict", "headline_message", "params"], {"a": None}, "a: expected a parameter"),
        (["verdict", "limits_messages"], [], "expected a message for each"),
        (["item", "fetched_at"], "yesterday", "do not fit together"),
    ],
)
def test_what_is_no_report_is_refused_with_its_place(where: Any, value: Any, said: str) -> None:
    data = to_json(full_report())
    *path, name = where
    parent = data
    for step in path:
        parent = parent[step]
    if name == "visible":
        parent["homography"] = None
    parent[name] = value
    with pytest.raises(ReportNotUnderstood) as refused:
        report_from_json(data)
    assert said in str(refused.value)


@pytest.mark.parametrize("data", [None, [], "report", {}, {"schema": "firstseen.report/1"}])
def test_what_is_nothing_like_a_report_is_refused(data: Any) -> None:
    with pytest.raises(ReportNotUnderstood):
        report_from_json(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_a_damaged_report_is_read_or_refused_and_nothing_else(data: Any) -> None:
    """One value anywhere is replaced by any other."""
    report = service_made.report("a.mp4", matches=to_json(full_report())["matches"])
    place = data.draw(st.sampled_from(sorted(places(report), key=str)))
    parent = report
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = data.draw(json_values)
    with contextlib.suppress(ReportNotUnderstood):
        to_json(report_from_json(report))


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of each value below this one."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for name, member in inner:
        found.append((*here, name))
        if isinstance(member, dict | list):
            found += places(member, (*here, name))
    return found
