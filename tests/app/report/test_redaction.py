"""What is made for others names no person, and still says that one added a date."""

import json
from dataclasses import replace

from app.metadata.types import Credentials, Finding
from app.report.from_verdict import report_on
from app.report.report import Report, Shown, with_origin
from app.report.report_json import to_json
from app.report.report_redaction import for_others, withheld
from hashing.message import verbatim
from tests.app.intake.test_origin import LINK
from tests.app.known import clip, verdict_on, video, whole


def report() -> Report:
    """Dates that nobody but Jane Doe vouches for."""
    known = clip(
        ("published", "2019-06-12", None, None, "Jane Doe"),
        ("captured", "2019-06-11", None, None, "Jane Doe"),
        ("archived", "2019", None, None, "Jane Doe"),
    )
    made = report_on(
        "clip.mp4",
        info=video().info,
        verdict=verdict_on(video(), (known, whole()), date="2022-11-27"),
        metadata={"exif": {"Image Artist": "Jane Doe"}},
        findings=(Finding("a_code", "notice", verbatim("A text"), {"by": "Jane Doe"}),),
        credentials=Credentials("valid", issuer="Jane Doe"),
    )
    return with_origin(made, LINK)


def test_no_name_is_left_anywhere() -> None:
    assert json.dumps(to_json(report())).count("Jane Doe") > 6
    shown = json.dumps(to_json(withheld(report())))
    assert "Jane" not in shown
    assert "/me/" not in shown


def test_what_is_known_stays() -> None:
    whole_report, shown = report(), withheld(report())
    assert shown.claim is not None
    assert shown.claim.date is not None
    assert to_json(shown)["claim"]["date"]["reason"] == (
        "A copy existed by 2019-06-12 (published), 1,264 days before the claimed date"
    )
    assert [one.stated_by for one in shown.matches[0].appearances] == ["person"] * 3
    assert shown.verdict is not None
    assert whole_report.verdict is not None
    assert len(shown.verdict.reasons) == len(whole_report.verdict.reasons)
    assert shown.verdict.limits == whole_report.verdict.limits


def test_who_chose_to_show_more_is_said() -> None:
    shown = Shown("redacted", "shown", "the desk", "kept")
    assert for_others(report(), shown) == replace(report(), shown=shown)
    assert for_others(report()).shown == Shown()
