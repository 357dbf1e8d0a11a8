"""What differs between two reports on one item."""

from dataclasses import replace

import pytest

from app.messages.catalogue import render
from app.report.parse import report_from_json
from app.report.report import Report
from app.report.report_differences import differences
from app.report.report_json import to_json
from app.report.report_redaction import for_others
from tests.app.report.reports_made import CONDITIONS, full_report


def said(before: Report, after: Report) -> tuple[list[str], list[str]]:
    found = differences(before, after)
    return [render(each) for each in found.outcome], [render(each) for each in found.conditions]


def test_a_report_does_not_differ_from_itself_nor_from_what_others_see_of_it() -> None:
    report = full_report()
    assert said(report, report) == ([], [])
    written = report_from_json(to_json(for_others(report)))
    assert said(written, report) == ([], [])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"version": "0.2.0"}, "Version of firstseen: 0.1.0 then, 0.2.0 now"),
        ({"model_sha256": "1" * 64}, "Model file: eeeeeeeeeeee… then, 111111111111… now"),
        ({"commit": None}, "Commit of firstseen: cccccccccccc… then, nothing now"),
        (
            {"settings": {**CONDITIONS.settings, "wall_s": 60.0}},
            "Setting wall_s: 1800.0 then, 60.0 now",
        ),
    ],
)
def test_each_condition_that_differs_is_named(changed: dict[str, object], sentence: str) -> None:
    report = full_report()
    again = replace(report, conditions=replace(CONDITIONS, **changed))  # type: ignore[arg-type]
    assert said(report, again) == ([], [sentence])


def test_a_library_that_changed_is_named() -> None:
    report = full_report()
    assert report.searched is not None
    again = replace(report, searched=replace(report.searched, clips=813, digest="b" * 64))
    outcome, conditions = said(report, again)
    assert outcome == []
    assert conditions == [
        "Clips in the library: 812 then, 813 now",
        "State of the library: aaaaaaaaaaaa… then, bbbbbbbbbbbb… now",
    ]


def test_an_outcome_that_differs_is_named() -> None:
    report = full_report()
    (match, *rest) = report.matches
    other = replace(match, score=0.5, edits=match.edits[:1])
    outcome, _ = said(report, replace(report, matches=(other, *rest)))
    assert outcome == [
        "Differences from R000001: crop, text then, crop now",
        "Score of R000001: 0.973 then, 0.500 now",
    ]
    outcome, _ = said(report, replace(report, matches=tuple(rest), first_seen=None))
    assert outcome == [
        "Earliest copy: 2019-06-12 (R000001) then, nothing now",
        "Matching clips: R000001 then, nothing now",
    ]


def test_a_report_of_an_older_version_says_that_it_has_no_record() -> None:
    older = replace(full_report(), conditions=None)
    assert said(older, full_report())[1] == [
        "Record of what it was done with: nothing then, there now"
    ]
