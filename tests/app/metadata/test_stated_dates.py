"""Dates in all the notations that files use."""

from typing import Any

import pytest

from app.metadata.stated_dates import read_date, stated_dates
from app.metadata.types import Credentials, Fields

NONE = Credentials("none")


@pytest.mark.parametrize(
    ("text", "zone", "earliest", "zoned"),
    [
        ("2019:06:12 14:03:00", "", "2019-06-12T00:03:00+00:00", False),
        ("2019:06:12 14:03:00", "+08:00", "2019-06-12T06:03:00+00:00", True),
        ("2019:06:12 14:03:00", "Z", "2019-06-12T14:03:00+00:00", True),
        ("2019:06:12 14:03:00", "rubbish", "2019-06-12T00:03:00+00:00", False),
        ("2019:06:12 14:03:00.253+01:00", "", "2019-06-12T13:03:00.253000+00:00", True),
        ("2019:06:12 14:03", "", "2019-06-12T00:03:00+00:00", False),
        ("2019:06:12", "", "2019-06-11T10:00:00+00:00", False),
        ("2019-06-12T14:03:00+0800", "", "2019-06-12T06:03:00+00:00", True),
        ("2019-06-12T14:03:00.000000Z", "", "2019-06-12T14:03:00+00:00", True),
        ("2019/06/12 14:03:00", "", "2019-06-12T00:03:00+00:00", False),
        ("Mon Mar 10 15:04:43 2003", "", "2003-03-10T01:04:43+00:00", False),
        ("2019", "", "2018-12-31T10:00:00+00:00", False),
        ("2008: 1: 5  9:03: 2", "", "2008-01-04T19:03:02+00:00", False),
        ("2023:07:21 09:06:26 PM", "", "2023-07-21T07:06:26+00:00", False),
        ("2023:07:21 12:06:26 a.m.", "+02:00", "2023-07-20T22:06:26+00:00", True),
        ("2015:08:22 24:08:19", "", "2015-08-21T10:00:00+00:00", False),
        ("2008:12:31 23:16:24+01:00", "", "2008-12-31T22:16:24+00:00", True),
        ("2008:12:31 23:16:24+01:00 DST", "", "2008-12-31T09:16:24+00:00", False),
    ],
)
def test_a_date_is_the_interval_that_it_can_mean(
    text: str, zone: str, earliest: str, zoned: bool
) -> None:
    interval = read_date(text, zone)
    assert interval is not None
    assert (interval.earliest.isoformat(), interval.zoned) == (earliest, zoned)


@pytest.mark.parametrize(
    "text", ["0000:00:00 00:00:00", "2019:13:41 14:03:00", "yesterday", "2019:06:12 25:61:00"]
)
def test_what_is_no_date_has_no_interval(text: str) -> None:
    assert read_date(text) is None


def exif(**values: Any) -> Fields:
    return {"exif": {f"EXIF {name}": value for name, value in values.items()}}


def test_blank_and_unset_dates_are_not_stated() -> None:
    fields = exif(DateTimeOriginal="    :  :     :  :  ", DateTimeDigitized="")
    assert stated_dates(fields, NONE) == ()


def test_a_date_of_zeros_is_stated_and_impossible() -> None:
    (date,) = stated_dates(exif(DateTimeOriginal="0000:00:00 00:00:00"), NONE)
    assert date.interval is None


def test_fraction_and_zone_come_from_their_own_tags() -> None:
    fields = exif(
        DateTimeOriginal="2019:06:12 14:03:00", SubSecTimeOriginal="25", OffsetTimeOriginal="+08:00"
    )
    (date,) = stated_dates(fields, NONE)
    assert date.interval is not None
    assert date.interval.earliest.isoformat() == "2019-06-12T06:03:00.250000+00:00"
    assert date.interval.zoned


def test_an_mp4_header_time_is_not_believed_to_be_utc() -> None:
    fields: Fields = {"boxes": {"mvhd creation_time": "2019-06-12T14:03:00Z"}}
    (date,) = stated_dates(fields, NONE)
    assert date.role == "written"
    assert date.interval is not None
    assert not date.interval.zoned


def test_iptc_days_and_times_are_joined() -> None:
    fields: Fields = {"iptc": {"DateCreated": "20190612", "TimeCreated": "140300+0800"}}
    (date,) = stated_dates(fields, NONE)
    assert date.text == "2019-06-12T14:03:00+08:00"
    assert date.role == "captured"


def test_dates_of_every_group_are_gathered_captures_first() -> None:
    fields: Fields = {
        "exif": {"Image DateTime": "2020:01:01 10:00:00", "EXIF DateTimeOriginal": "2019:06:12"},
        "gps": {"time_utc": "2019-06-12T06:03:01Z"},
        "xmp": {"xmp:CreateDate": "2019-06-13", "xmp:ModifyDate": "2019-06-14"},
    }
    credentials = Credentials(
        "valid",
        signed_at="2020-02-02T10:00:00+00:00",
        actions=({"action": "c2pa.created", "when": "2019-06-12T08:00:00Z"},),
    )
    roles = [date.role for date in stated_dates(fields, credentials)]
    assert roles == [
        "captured", "positioned", "created", "created", "modified", "modified", "signed",
    ]  # fmt: skip
