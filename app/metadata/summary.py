"""The few things everyone asks of a file's metadata, from wherever they stand. Pure.

Where several groups answer, EXIF goes before XMP, IPTC and the container, as exiftool has it:
the camera writes EXIF, programs write the others.
"""

import re
from dataclasses import dataclass

from app.metadata.stated_dates import iptc_dates
from app.metadata.types import Fields, Group, Value

UNKNOWN_HEMISPHERE = "hemisphere_unknown"  # of `gps`: the axes that name none
MAKE = (
    ("exif", "Image Make"),
    ("camera", "Make"),
    ("xmp", "tiff:Make"),
    ("boxes", "ilst com.apple.quicktime.make"),
    ("boxes", "ilst com.android.manufacturer"),
    ("container", "com.apple.quicktime.make"),
    ("container", "make"),
    ("boxes", "udta ©mak"),
    ("boxes", "udta @mak"),
    ("boxes", "udta manu"),
    ("boxes", "udta ©inf"),
)
MODEL = (
    ("exif", "Image Model"),
    ("camera", "Model"),
    ("xmp", "tiff:Model"),
    ("boxes", "ilst com.apple.quicktime.model"),
    ("boxes", "ilst com.android.model"),
    ("container", "com.apple.quicktime.model"),
    ("container", "model"),
    ("boxes", "udta ©mod"),
    ("boxes", "udta @mod"),
    ("boxes", "udta modl"),
    ("boxes", "udta CNMN"),
    ("boxes", "udta cmnm"),
    ("boxes", "udta ©mdl"),
)
SOFTWARE = (
    ("exif", "Image Software"),
    ("xmp", "tiff:Software"),
    ("boxes", "ilst com.apple.quicktime.software"),
    ("container", "com.apple.quicktime.software"),
    ("boxes", "udta ©swr"),
    ("boxes", "udta @swr"),
    ("container", "software"),
    ("text", "Software"),
    ("text", "ISFT"),
)
CAPTURED = (
    ("exif", "EXIF DateTimeOriginal"),
    ("exif", "MakerNote DateTimeOriginal"),
    ("camera", "DateTimeOriginal"),
    ("xmp", "exif:DateTimeOriginal"),
    ("boxes", "udta date"),
    ("boxes", "ilst com.apple.quicktime.creationdate"),
    ("boxes", "udta ©day"),
    ("boxes", "udta @day"),
    ("boxes", "ilst ©day"),
    ("text", "IDIT"),
    ("text", "ICRD"),
)
CREATED = (
    ("exif", "EXIF DateTimeDigitized"),
    ("xmp", "xmp:CreateDate"),
    ("xmp", "exif:DateTimeDigitized"),
    ("boxes", "mvhd creation_time"),
    ("container", "creation_time"),
)
TRACK = re.compile(r"^stream\[\d+\] ")
ISO_6709 = re.compile(r"([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)(?:[+-]\d+(?:\.\d+)?)?/?")
XMP_DEGREES = re.compile(
    r"(?P<sign>[+-]?)(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?(?:,(\d+(?:\.\d+)?))? ?([NSEW]?)"
)


@dataclass(frozen=True, slots=True)
class Summary:
    """Each as the file has it, dates in the notation of the file; None where it says nothing."""

    make: str | None
    model: str | None
    software: str | None
    captured: str | None
    created: str | None
    position: tuple[float, float] | None  # decimal degrees, latitude first
    orientation: int | None  # EXIF, 1..8


def summarise(fields: Fields) -> Summary:
    """The first answer of each list above."""
    orientation = find(fields, (("exif", "Image Orientation"), ("xmp", "tiff:Orientation")))
    return Summary(
        make=words(find(fields, MAKE)),
        model=words(find(fields, MODEL)),
        software=words(find(fields, SOFTWARE)),
        captured=words(find(fields, CAPTURED)) or iptc_creation_time(fields),
        created=words(find(fields, CREATED)),
        position=position(fields),
        orientation=int(str(orientation)) if str(orientation).isdecimal() else None,
    )


def find(fields: Fields, places: tuple[tuple[str, str], ...]) -> Value:
    for group, name in places:
        values = container_tags(fields) if group == "container" else fields.get(group, {})
        value = values.get(name)
        if value is not None:
            return value
    return None


def container_tags(fields: Fields) -> Group:
    """Tags of the container in small letters; where it has none of a name, those of its tracks.

    Matroska writes them in capitals, Ogg writes them into each track.
    """
    tags: Group = {}
    for name, value in sorted(fields.get("container", {}).items(), key=lambda tag: "[" in tag[0]):
        tags.setdefault(TRACK.sub("", name).lower(), value)
    return tags


def iptc_creation_time(fields: Fields) -> str | None:
    """IPTC's capture date where it has its time too; the date alone is often an editor's."""
    captured = (date.text for date in iptc_dates(fields) if date.role == "captured")
    return next((text for text in captured if "T" in text), None)


def words(value: Value) -> str | None:
    return None if value is None else str(value)


def position(fields: Fields) -> tuple[float, float] | None:
    """Decimal degrees from EXIF, XMP, QuickTime or 3GPP, in this order."""
    gps = fields.get("gps", {})
    latitude, longitude = gps.get("latitude"), gps.get("longitude")
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        return float(latitude), float(longitude)
    return xmp_position(fields) or container_position(fields)


def xmp_position(fields: Fields) -> tuple[float, float] | None:
    """`43,28.05N`: degrees, minutes and perhaps seconds; or a signed number, as some write it."""
    degrees = []
    for name in ("exif:GPSLatitude", "exif:GPSLongitude"):
        degree = XMP_DEGREES.fullmatch(str(fields.get("xmp", {}).get(name, "")).strip())
        if not degree:
            return None
        whole = sum(float(degree[n] or 0) / unit for n, unit in ((2, 1), (3, 60), (4, 3600)))
        degrees.append(-whole if degree[5] in ("S", "W") or degree["sign"] == "-" else whole)
    return degrees[0], degrees[1]


def container_position(fields: Fields) -> tuple[float, float] | None:
    """ISO 6709 (`+40.7366-073.9931/`) or the 3GPP box."""
    places = (
        ("boxes", "ilst com.apple.quicktime.location.ISO6709"),
        ("boxes", "udta ©xyz"),
        ("boxes", "udta @xyz"),
        ("container", "location"),
        ("container", "com.apple.quicktime.location.ISO6709"),
    )
    place = ISO_6709.match(str(find(fields, places) or ""))
    if place:
        return float(place[1]), float(place[2])
    loci = fields.get("boxes", {}).get("udta loci")
    if isinstance(loci, dict):
        latitude, longitude = loci.get("latitude"), loci.get("longitude")
        if isinstance(latitude, float) and isinstance(longitude, float):
            return latitude, longitude
    return None
