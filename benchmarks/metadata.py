"""How far our reading of metadata agrees with exiftool and c2pa, file by file.

    python -m benchmarks.metadata ../shared/metadata/INDEX.csv

The index is a CSV: path (relative to the folder above the index), and what exiftool and c2pa
read of it, empty where they read nothing. Writes benchmarks/results/metadata.json: for each
column the share of files on which both say the same (also where both say nothing), the same
over the files where the index says something, and every disagreement.

Dates agree when their first 19 characters do (zone and fractions are kept apart in our fields);
positions within 1e-4 degrees; "Version 1.0" and "1.00" are texts, so "1.0" is not "1.00".
"""

import csv
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.metadata.read import Metadata, read_metadata
from app.metadata.stated_dates import read_date
from app.metadata.summary import Summary, summarise

RESULT = Path(__file__).parent / "results" / "metadata.json"
GPS_TOLERANCE_DEG = 1e-4

# why the two differ, looked at one by one
EXPLAINED = {
    "m0083": "exiftool does not count XMP exif:DateTimeDigitized as CreateDate",
    "m0086": "the index holds the text 1.00 as the number 1.0",
    "m0569": "the index holds the text 1.00 as the number 1.0",
    "m0572": "both EXIF and Canon's CIFF block are there; exiftool prefers CIFF",
    "m0592": "AVCHD keeps make and date inside its H.264 stream, which is not read here",
    "m0593": "a sound file: ID3 is not read",
    "m0603": "a PDF: only an XMP packet is looked for",
    "m0607": "the file says 12:14:34; the index took the time without its seconds",
    "m0612": "the AVI's date is read as its container's creation time too",
    "m0613": "a sound file: Pentax's own chunk is not read",
    "m0623": "an SVG: not a format of items, and not asked for by name here",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One file of the index with what we read of it."""

    row: dict[str, str]
    metadata: Metadata
    summary: Summary
    seconds: float  # of CPU time


def read_index(index: Path) -> list[Reading]:
    """Every file that the index names, in its order."""
    readings = []
    with index.open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            started = time.process_time()
            with (index.parent.parent / row["path"]).open("rb") as file:
                metadata = read_metadata(file)
            seconds = time.process_time() - started
            readings.append(Reading(row, metadata, summarise(metadata.fields), seconds))
    return readings


def plain(value: str | None) -> str:
    return " ".join((value or "").split())


def day_and_time(value: str | None) -> str:
    interval = read_date(plain(value))
    if interval and interval.text[:4].isdigit() and not plain(value)[:4].isdigit():
        value = interval.text  # "Mon Mar 10 15:04:43 2003"
    return plain(value).replace("-", ":").replace("T", " ").replace("/", ":")[:19]


def coordinates(reading: Reading) -> tuple[str, str]:
    """Both sides of the position; the index's twice where ours lies within tolerance."""
    expected = reading.row["gps_lat"], reading.row["gps_lon"]
    ours = reading.summary.position
    if ours and all(expected):
        near = all(
            abs(float(a) - b) <= GPS_TOLERANCE_DEG for a, b in zip(expected, ours, strict=True)
        )
        if near:
            return ",".join(expected), ",".join(expected)
    return ",".join(filter(None, expected)), ",".join(map(str, ours or ()))


def credential_state(reading: Reading) -> tuple[str, str]:
    expected = reading.row["c2pa_validation_state"].lower().replace("error", "unreadable")
    return expected or "none", reading.metadata.credentials.state


def has_xmp(reading: Reading) -> tuple[str, str]:
    """The index says 1 where a packet names its toolkit; some packets do not, and are read too."""
    return reading.row["has_xmp"], str(int("x:xmptk" in reading.metadata.fields.get("xmp", {})))


COLUMNS: dict[str, Callable[[Reading], tuple[str, str]]] = {
    "make": lambda r: (plain(r.row["make"]), plain(r.summary.make)),
    "model": lambda r: (plain(r.row["model"]), plain(r.summary.model)),
    "software": lambda r: (plain(r.row["software"]), plain(r.summary.software)),
    "datetimeoriginal": lambda r: (
        day_and_time(r.row["datetimeoriginal"]),
        day_and_time(r.summary.captured),
    ),
    "createdate": lambda r: (day_and_time(r.row["createdate"]), day_and_time(r.summary.created)),
    "gps": coordinates,
    "orientation": lambda r: (
        r.row["orientation"],
        "" if r.summary.orientation is None else str(r.summary.orientation),
    ),
    "has_xmp": has_xmp,
    "c2pa": credential_state,
}


def compare(readings: list[Reading]) -> dict[str, object]:
    """Agreement by column, with each disagreement as [id, type, index, ours]."""
    columns: dict[str, object] = {}
    for name, both in COLUMNS.items():
        pairs = [(reading, *both(reading)) for reading in readings]
        said = [(a, b) for _, a, b in pairs if a not in ("", "0", "none")]
        columns[name] = {
            "agreement": share([(a, b) for _, a, b in pairs]),
            "files": len(pairs),
            "agreement_where_stated": share(said),
            "stated": len(said),
            "disagreements": [
                [reading.row["id"], reading.row["filetype"], a, b]
                for reading, a, b in pairs
                if a != b
            ],
        }
    return columns


def share(pairs: list[tuple[str, str]]) -> float | None:
    return round(sum(a == b for a, b in pairs) / len(pairs), 4) if pairs else None


def main(index: Path) -> None:
    readings = read_index(index)
    result = {
        "schema": "firstseen.benchmark.metadata/1",
        "command": "python -m benchmarks.metadata ../shared/metadata/INDEX.csv",
        "columns": compare(readings),
        "explained": EXPLAINED,
        "slowest_cpu_s": round(max(reading.seconds for reading in readings), 3),
        "with_problems": sum(bool(reading.metadata.problems) for reading in readings),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, column in compare(readings).items():
        print(name, json.dumps(column, ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
