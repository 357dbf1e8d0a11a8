"""EXIF, GPS and maker notes of a TIFF block, by exifread, with a budget on its reading.

Following CIPA DC-008 (EXIF 3.0). Names are exifread's: the directory, a space, the tag.
"""

import io
import logging
import math
from collections.abc import Mapping
from typing import Any, BinaryIO, Literal, cast

import exifread
from exifread.core.exceptions import ExifError

from app.metadata.bounds import MAX_BLOCK_BYTES, PARSER_FAULTS, TooMuchError, put
from app.metadata.readers.maker_notes import reconyx_date
from app.metadata.summary import UNKNOWN_HEMISPHERE
from app.metadata.types import Group, Value
from hashing.message import Message

MAX_READS = 150_000
FIRST_READS = 20_000
READS_PER_BYTE = 3  # exifread takes a maker note byte by byte, and five reads for a 12-byte entry
MAX_READ_BYTES = 16 << 20
HEMISPHERES = {"Latitude": ("N", "S"), "Longitude": ("E", "W")}
MAX_VALUES = 16  # longer lists (maker note tables) tell a reader nothing
# blobs that are read elsewhere or hold nothing for people
BYTE_ORDERS: dict[bytes, Literal["little", "big"]] = {b"II*\0": "little", b"MM\0*": "big"}
LEFT_OUT = (
    "MakerNote",
    "ApplicationNotes",
    "JPEGThumbnail",
    "TIFFThumbnail",
    "InterColorProfile",
    "ExifOffset",
    "GPSInfo",
    "InteroperabilityOffset",
)


class BudgetedFile(io.RawIOBase):
    """A file that stops answering after so many reads: exifread believes declared counts."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        size = file.seek(0, 2)
        file.seek(0)
        self._reads_left = min(MAX_READS, FIRST_READS + READS_PER_BYTE * size)
        self._bytes_left = MAX_READ_BYTES

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        """Raises TooMuchError where the budget is spent."""
        data = self._file.read(min(size, MAX_BLOCK_BYTES) if size >= 0 else MAX_BLOCK_BYTES)
        self._reads_left -= 1
        self._bytes_left -= len(data)
        if self._reads_left < 0 or self._bytes_left < 0:
            raise TooMuchError(Message("metadata-exif-budget"))
        return data


def read_exif(file: BinaryIO, problems: list[Message]) -> tuple[Group, Group, bytes | None]:
    """(exif, gps, embedded thumbnail) of a file object that starts with a TIFF header.

    Where the maker notes cannot be read, everything else is read without them. A block whose first
    directory lies nowhere in it is damaged.
    """
    if not has_directory(file):
        problems.append(Message("metadata-exif-damaged"))
        return {}, {}, None
    tags = read_tags(file, problems)
    exif: Group = {}
    gps: Group = {}
    for name, tag in tags.items():
        if name.endswith(LEFT_OUT):
            continue
        directory, _, short = name.partition(" ")
        if directory == "GPS":
            put(gps, short, tag_value(tag))
        elif short == "Orientation":
            put(exif, name, first(tag))  # 1..8 says more than "Rotated 90 CW"
        elif directory != "Interoperability":
            put(exif, name, tag_value(tag))
    gps |= decimal_gps(tags)
    put(exif, "MakerNote DateTimeOriginal", reconyx_date(maker_note(tags)))
    thumbnail = tags.get("JPEGThumbnail")
    return exif, gps, thumbnail if isinstance(thumbnail, bytes) else None


def has_directory(file: BinaryIO) -> bool:
    """Whether this is a TIFF whose first directory lies within it, at least in part."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(8)
    order = BYTE_ORDERS.get(head[:4])
    if order is None:
        return False
    start = int.from_bytes(head[4:8], order)
    file.seek(start)
    entries = int.from_bytes(file.read(2), order)
    return start >= 8 and entries > 0 and start + 2 + 12 <= size


def directory_as_exif(block: bytes, problems: list[Message]) -> Group:
    """The tags of a TIFF whose first directory is the EXIF one, named so."""
    tags, _, _ = read_exif(io.BytesIO(block), problems)
    return {name.replace("Image ", "EXIF ", 1): value for name, value in tags.items()}


def read_tags(file: BinaryIO, problems: list[Message]) -> Mapping[str, Any]:
    quiet = logging.getLogger("exifread")
    quiet.disabled = True  # its warnings go to stderr; what matters becomes a problem here
    try:
        for details in (True, False):
            try:
                return exifread.process_file(cast(BinaryIO, BudgetedFile(file)), details=details)
            except TooMuchError as error:
                problems.append(error.message)
            except (*PARSER_FAULTS, ExifError):
                pass  # named below, as what was too much is
            damaged = "metadata-maker-notes" if details else "metadata-exif-damaged"
            problems.append(Message(damaged))
        return {}
    finally:
        quiet.disabled = False


def maker_note(tags: Mapping[str, Any]) -> bytes:
    values = getattr(tags.get("EXIF MakerNote"), "values", None)
    return bytes(values[:256]) if isinstance(values, list) else b""


def tag_value(tag: Any) -> Value:
    """Text for text and for coded values ("Flash did not fire"), numbers for numbers."""
    values = getattr(tag, "values", tag)
    if isinstance(values, str | bytes):
        return values if isinstance(values, str) else values.decode("latin-1")
    if getattr(tag, "prefer_printable", False) or not isinstance(values, list):
        return str(tag)
    if len(values) > MAX_VALUES:
        return f"{len(values)} values"
    numbers = [number(value) for value in values]
    return numbers[0] if len(numbers) == 1 else numbers


def number(value: Any) -> Value:
    """Ratios as floats (None where the divisor is zero), everything else as it is."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, tuple):  # exifread keeps floats in one-element tuples
        return number(value[0]) if value else None
    try:
        as_float = float(value)
    except (ArithmeticError, ValueError, TypeError):
        return None
    return as_float if math.isfinite(as_float) else None


def decimal_gps(tags: Mapping[str, Any]) -> Group:
    """Decimal degrees, metres and UTC time, as far as the tags give them.

    Without N or S, E or W the degrees are as they stand, and `hemisphere` says which are unknown.
    """
    gps: Group = {}
    unnamed: list[Value] = []
    for axis, negative in (("Latitude", "S"), ("Longitude", "W")):
        degrees = sexagesimal(tags.get(f"GPS GPS{axis}"))
        if degrees is not None:
            ref = str(getattr(tags.get(f"GPS GPS{axis}Ref"), "values", "")).strip().upper()
            gps[axis.lower()] = round(-degrees if ref.startswith(negative) else degrees, 8)
            if not ref.startswith(HEMISPHERES[axis]):
                unnamed.append(axis.lower())
    put(gps, UNKNOWN_HEMISPHERE, unnamed)
    altitude = number(first(tags.get("GPS GPSAltitude")))
    if isinstance(altitude, float | int):
        below = first(tags.get("GPS GPSAltitudeRef")) == 1
        gps["altitude_m"] = round(float(-altitude if below else altitude), 2)
    time_utc = gps_time(tags)
    if time_utc:
        gps["time_utc"] = time_utc
    return gps


def first(tag: Any) -> Any:
    values = getattr(tag, "values", None)
    return values[0] if isinstance(values, list) and values else None


def sexagesimal(tag: Any) -> float | None:
    """Degrees, minutes and seconds as one number; None where one of them is missing."""
    values = getattr(tag, "values", None)
    if not isinstance(values, list) or not values:
        return None
    parts = [number(value) for value in values[:3]]
    total = 0.0
    for part, unit in zip(parts, (1, 60, 3600), strict=False):
        if not isinstance(part, int | float):
            return None
        total += part / unit
    return total


def gps_time(tags: Mapping[str, Any]) -> str | None:
    """GPS date and time, UTC by definition, as ISO 8601; None unless both are there."""
    date = str(getattr(tags.get("GPS GPSDate"), "values", "")).strip().replace(":", "-")
    values = getattr(tags.get("GPS GPSTimeStamp"), "values", None)
    if len(date) != 10 or not isinstance(values, list) or len(values) != 3:
        return None
    parts = [number(value) for value in values]
    if not all(isinstance(part, int | float) for part in parts):
        return None
    hours, minutes, seconds = (float(part) for part in parts if isinstance(part, int | float))
    return f"{date}T{int(hours):02d}:{int(minutes):02d}:{int(seconds):02d}Z"


def tiff_block(file: BinaryIO, wanted: int) -> bytes | None:
    """The bytes of one tag of a TIFF's first directory: XMP (700), IPTC (33723), 8BIM (34377).

    exifread keeps no value longer than a thousand items.
    """
    file.seek(0)
    head = file.read(8)
    order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
    file.seek(int.from_bytes(head[4:8], order))
    for _ in range(min(int.from_bytes(file.read(2), order), 1024)):
        entry = file.read(12)
        if len(entry) < 12:
            return None
        if int.from_bytes(entry[:2], order) == wanted:
            unit = 4 if entry[2:4] in (b"\4\0", b"\0\4") else 1
            size = unit * int.from_bytes(entry[4:8], order)
            if size <= 4:
                return None
            file.seek(int.from_bytes(entry[8:12], order))
            return file.read(min(size, MAX_BLOCK_BYTES))
    return None
