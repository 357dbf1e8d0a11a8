"""What a report says of an item that came of a link."""

from datetime import UTC, datetime, timedelta, timezone

from app.intake.origin import Origin
from app.messages.catalogue import render
from app.report.from_verdict import report_on, unreadable
from app.report.report import Report, with_origin
from app.report.report_json import to_json
from app.report.report_redaction import withheld
from tests.app.known import SEARCHED, verdict_on, video

AT = datetime(2026, 5, 3, 12, 30, tzinfo=UTC)
LINK = Origin("http://a.example/me/1", "http://b.example/1.mp4", AT, ("a.example", "b.example"))
SHOWN = "Fetching the link revealed this machine to a.example and b.example at 2026-05-03 12:30 UTC"


def checked() -> Report:
    item = video()
    return report_on("1.mp4", "0" * 64, 5, item.info, verdict_on(item), SEARCHED)


def test_a_file_has_no_address() -> None:
    item = to_json(checked())["item"]

    assert item["url"] is item["final_url"] is item["fetched_at"] is None


def test_a_link_is_reported_with_what_fetching_it_showed() -> None:
    before, report = checked(), to_json(with_origin(checked(), LINK))

    assert report["item"]["url"] == LINK.url
    assert report["item"]["final_url"] == LINK.final_url
    assert report["item"]["fetched_at"] == "2026-05-03T12:30:00+00:00"
    assert report["verdict"]["limits"] == [*to_json(before)["verdict"]["limits"], SHOWN]
    assert report["problems"] == []


def test_without_a_verdict_it_stands_among_the_problems() -> None:
    report = to_json(with_origin(unreadable("1.mp4", "cut short"), LINK))

    assert report["problems"] == ["cut short", SHOWN]


def test_nothing_was_shown_where_nobody_was_asked() -> None:
    refused = Origin("http://10.0.0.5/", None, AT)

    assert to_json(with_origin(unreadable("x", "no"), refused))["problems"] == ["no"]


def test_the_time_is_reported_in_utc() -> None:
    east = AT.astimezone(timezone(timedelta(hours=8)))

    told = Origin("u", None, east, ("a.example", "b.example")).limits
    assert [render(one) for one in told] == [SHOWN]


def test_many_hosts_are_counted() -> None:
    hosts = tuple(f"{n}.example" for n in range(7))

    (told,) = Origin("u", None, AT, hosts).limits
    assert "0.example, 1.example, 2.example, 3.example and 3 more at" in render(told)


def test_videos_left_out_are_a_problem() -> None:
    origin = Origin("u", "u", AT, ("a.example",), videos=3)

    assert to_json(with_origin(checked(), origin))["problems"] == [
        "The page has 3 videos; the item is the first of them"
    ]


def test_what_is_shown_to_others_withholds_the_link() -> None:
    report = with_origin(checked(), LINK)
    shown = withheld(report)

    assert shown.item.url is shown.item.final_url is None
    assert "/me/" not in str(to_json(shown))
    assert report.item.url == LINK.url, "the report itself is unchanged"
