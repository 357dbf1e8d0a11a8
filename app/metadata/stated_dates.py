"""Every date that a file states, each as the interval of instants it can mean. Pure.

EXIF writes `2019:06:12 14:03:00`, its zone and fraction apart; MP4 headers are UTC by the
standard and local time by the habit of many cameras, so their zone is not believed; IPTC writes
`20190612`; AVI writes whatever the camera's C library printed. Cameras pad with spaces
(`2008: 1: 5  9:03: 2`), count twelve hours (`09:06:26 PM`), or give the first hour of a day the
number 24 (`24:08:19`); of that last only the day is read, since it could be the day after too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.dates import Interval, try_parse
from app.metadata.types import Credentials, Fields, Metadata, Value
from hashing.message import Message

type Role = Literal["captured", "positioned", "created", "written", "modified", "signed"]

# numbers may be padded with spaces in place of zeros
EXIF_DATE = re.compile(
    r"(\d{4})[:/.-] {0,2}(\d{1,2})[:/.-] {0,2}(\d{1,2})"
    r"(?:(?:T| {1,3}|:)(\d{1,2})[:.] {0,2}(\d{1,2})(?:[:.] {0,2}(\d{1,2}))?)?(?!\d)"
)
REST = re.compile(
    r"([.,]\d{1,6})? ?(?P<half>[AaPp]\.?[Mm]\b\.?|上午|下午)? ?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
    r"(?P<summer> DST)?"
)
AFTERNOON = ("p", "下")
ZONE = re.compile(r"[+-]\d{2}:\d{2}|Z")
C_DATE = "%a %b %d %H:%M:%S %Y"  # asctime, as Canon's AVI files have it
EMPTY = re.compile(r"[\s:0T.Z+-]*")
NOTATION = re.compile(
    r"[\d:/.,TZW+\- ]{1,40}( DST)?|[\d:/.,+\- ]{8,30} ?([AaPp]\.?[Mm]\.?|上午|下午)|"
    r"[A-Z][a-z]{2} [A-Z][a-z]{2} [\d :]{10,20}"
)
NUMERIC = re.compile(r"\d{4}[\d:/.,TZ+\- ]*")
NOT_SHOWN = "…"  # in place of a text that holds more than a date
MAX_DATES = 60


@dataclass(frozen=True, slots=True)
class StatedDate:
    """One date of the file, and what it is said to be the date of.

    captured    when the picture was taken
    positioned  when the satellite fix was made, UTC
    created     when this digital form of it was first made
    written     when the container around it was written
    modified    when it was last changed
    signed      when its C2PA claim was signed, by a time-stamping service
    """

    role: Role
    source: str | Message  # a name as of its format ("EXIF DateTimeOriginal"), or what it is
    text: str  # as it stands, unless that holds more than a date
    interval: Interval | None  # None: not a date that can be

    @property
    def day(self) -> str:
        """The calendar day as the file has it, such as "2019-06-12"."""
        return self.text if self.interval is None else self.interval.first_day.isoformat()

    @property
    def unset(self) -> bool:
        """Whether it is all zeros, as a camera writes where nobody has set its clock."""
        return EMPTY.fullmatch(self.text) is not None

    @property
    def numeric(self) -> bool:
        """Whether it is written as a date is, from the year on."""
        return NUMERIC.fullmatch(self.text) is not None


def _source(which: str) -> Message:
    """A field that no format names for people. which: selector of `date-source`."""
    return Message("date-source", {"source": which})


PLAIN: tuple[tuple[Role, str, str, str | Message], ...] = (
    ("captured", "exif", "MakerNote DateTimeOriginal", _source("maker-note")),
    ("captured", "camera", "DateTimeOriginal", _source("camera-block")),
    ("captured", "xmp", "exif:DateTimeOriginal", "XMP DateTimeOriginal"),
    ("captured", "xmp", "photoshop:DateCreated", "XMP photoshop:DateCreated"),
    ("captured", "boxes", "ilst com.apple.quicktime.creationdate", "QuickTime creationdate"),
    ("captured", "boxes", "udta ©day", "MP4 ©day"),
    ("captured", "boxes", "udta @day", "MP4 @day"),
    ("captured", "boxes", "udta date", "MP4 date"),
    ("captured", "text", "IDIT", "AVI IDIT"),
    ("captured", "text", "ICRD", "RIFF ICRD"),
    ("positioned", "gps", "time_utc", _source("gps")),
    ("created", "xmp", "xmp:CreateDate", "XMP CreateDate"),
    ("created", "text", "Creation Time", "PNG Creation Time"),
    ("created", "boxes", "ilst ©day", _source("item-list")),
    ("modified", "xmp", "xmp:ModifyDate", "XMP ModifyDate"),
    ("modified", "xmp", "xmp:MetadataDate", "XMP MetadataDate"),
    ("modified", "text", "tIME", "PNG tIME"),
)
EXIF: tuple[tuple[Role, str, str, str], ...] = (
    ("captured", "EXIF DateTimeOriginal", "EXIF SubSecTimeOriginal", "EXIF OffsetTimeOriginal"),
    ("created", "EXIF DateTimeDigitized", "EXIF SubSecTimeDigitized", "EXIF OffsetTimeDigitized"),
    ("modified", "Image DateTime", "EXIF SubSecTime", "EXIF OffsetTime"),
)
HEADERS: tuple[tuple[Role, str, Message], ...] = (
    ("written", "mvhd creation_time", _source("header-created")),
    ("modified", "mvhd modification_time", _source("header-modified")),
    ("written", "trak[0] mdhd creation_time", _source("first-track")),
    ("written", "trak[1] mdhd creation_time", _source("second-track")),
)


def stated_dates(fields: Fields, credentials: Credentials) -> tuple[StatedDate, ...]:
    """All stated dates, captured ones first; blanks and unset header times are left out."""
    dates = (
        *exif_dates(fields),
        *plain_dates(fields),
        *iptc_dates(fields),
        *container_dates(fields),
        *credential_dates(credentials),
    )
    order: tuple[Role, ...] = (
        "captured", "positioned", "created", "written", "modified", "signed",
    )  # fmt: skip
    return tuple(sorted(dates, key=lambda date: order.index(date.role)))[:MAX_DATES]


def stated(role: Role, source: str | Message, raw: Value, zone: str = "") -> Iterator[StatedDate]:
    """One date, unless the value is blank. Lists (repeated tags) give their first item."""
    if isinstance(raw, list):
        raw = raw[0] if raw else None
    text = str(raw or "").strip()
    if not text or (EMPTY.fullmatch(text) and "0000" not in text):
        return
    interval = read_date(text, zone)
    if not NOTATION.fullmatch(text):  # anyone can write anything there; findings repeat it
        text = interval.text if interval else NOT_SHOWN
    yield StatedDate(role, source, text, interval)


def read_date(text: str, zone: str = "") -> Interval | None:
    """The interval of a date in any of the notations above; None where it is no date."""
    notation = EXIF_DATE.match(text)
    if notation is None:
        try:
            return try_parse(datetime.strptime(text, C_DATE).isoformat())  # it says no zone
        except ValueError:
            return try_parse(text)
    year, *rest = notation.groups()
    month, day, hour, minute, second = (part and part.zfill(2) for part in rest)
    after = REST.match(text, notation.end())
    if not hour or hour == "24" or after is None:
        return try_parse(f"{year}-{month}-{day}")
    time = f"T{in_24_hours(hour, after['half'])}:{minute}" + (f":{second}" if second else "")
    time += after[1] or "" if second else ""
    if not after["summer"]:  # whether the zone counts summer time in is not said
        time += after["zone"] or (zone if ZONE.fullmatch(zone) else "")
    return try_parse(f"{year}-{month}-{day}{time}")


def in_24_hours(hour: str, half: str | None) -> str:
    """`09` of the afternoon as `21`; `12` of the morning as `00`."""
    if half is None or not 1 <= int(hour) <= 12:
        return hour
    return f"{int(hour) % 12 + 12 * half.lower().startswith(AFTERNOON):02d}"


def exif_dates(fields: Fields) -> Iterator[StatedDate]:
    """EXIF keeps fraction and zone in tags of their own."""
    exif = fields.get("exif", {})
    for role, name, fraction_name, zone_name in EXIF:
        raw = exif.get(name)
        fraction = str(exif.get(fraction_name, "")).strip()
        if isinstance(raw, str) and fraction.isdecimal() and len(raw.strip()) == 19:
            raw = f"{raw.strip()}.{fraction[:6]}"
        source = name if name.startswith("EXIF") else "EXIF DateTime"
        yield from stated(role, source, raw, str(exif.get(zone_name, "")).strip())


def plain_dates(fields: Fields) -> Iterator[StatedDate]:
    for role, group, name, source in PLAIN:
        yield from stated(role, source, fields.get(group, {}).get(name))


def iptc_dates(fields: Fields) -> Iterator[StatedDate]:
    """`20190612` and `140300+0800` in two datasets."""
    iptc = fields.get("iptc", {})
    names: tuple[tuple[Role, str, str], ...] = (
        ("captured", "DateCreated", "TimeCreated"),
        ("created", "DigitalCreationDate", "DigitalCreationTime"),
    )
    for role, day_name, time_name in names:
        day, time = str(iptc.get(day_name, "")), str(iptc.get(time_name, ""))
        if not re.fullmatch(r"\d{8}", day):
            continue
        written = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        if re.fullmatch(r"\d{6}([+-]\d{4})?", time):
            zone = f"{time[6:9]}:{time[9:]}" if time[6:] else ""
            written += f"T{time[:2]}:{time[2:4]}:{time[4:6]}{zone}"
        yield from stated(role, f"IPTC {day_name}", written)


def container_dates(fields: Fields) -> Iterator[StatedDate]:
    """Header times without their zone, since cameras often write local time there."""
    boxes = fields.get("boxes", {})
    for role, name, source in HEADERS:
        yield from stated(role, source, str(boxes.get(name, "")).removesuffix("Z"))
    if not boxes and "IDIT" not in fields.get("text", {}):
        raw = fields.get("container", {}).get("creation_time")
        yield from stated("written", _source("container"), raw)


def credential_dates(credentials: Credentials) -> Iterator[StatedDate]:
    if credentials.signed_at:
        yield from stated("signed", _source("signature"), credentials.signed_at)
    for action in credentials.actions:
        if action.get("action") == "c2pa.created":
            yield from stated("created", _source("action"), action.get("when"))


def captured_day(metadata: Metadata) -> str | None:
    """The day on which the file was captured, as the file itself states."""
    dates = stated_dates(metadata.fields, metadata.credentials)
    stated = [date for date in dates if date.role in ("captured", "created") and date.interval]
    return stated[0].day if stated else None
