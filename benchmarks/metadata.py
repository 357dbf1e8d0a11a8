"""How far our reading of metadata agrees with exiftool and c2pa, file by file.

    python -m benchmarks metadata ../shared/metadata/INDEX.csv [--made CLIP --work FOLDER] [FOLDER…]

The index is a CSV: path (relative to the folder above the index), and what exiftool and c2pa
read of it, empty where they read nothing. Writes benchmarks/results/metadata.json: for each
column the share of files on which both say the same (also where both say nothing), the same
over the files where the index says something, and every disagreement.

`--made` also makes files with ffmpeg and exiftool, each tag in each place that a format has for it
(`metadata_made.py`). These, and the files below each FOLDER, are compared with exiftool itself.

Beside agreement it counts the camera originals of the index with a notice or a warning. An original
names maker and model, has the size in pixels that EXIF states, and no sign of an editor, all by
exiftool's reading.

Dates agree when their first 19 characters do (zone and fractions are kept apart in our fields);
positions within 1e-4 degrees; "Version 1.0" and "1.00" are texts, so "1.0" is not "1.00".
"""

import argparse
import csv
import json
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.metadata.findings.findings import findings
from app.metadata.read import Metadata, read_metadata
from app.metadata.stated_dates import read_date
from app.metadata.summary import Summary, summarise
from benchmarks.metadata_made import make_files
from hashing.decode.probe import probe

RESULT = Path(__file__).parent / "results" / "metadata.json"
GPS_TOLERANCE_DEG = 1e-4

REFUSED = frozenset(("PDF", "SVG", "MP3", "WAV"))  # of the index; none is a photo or a video
# numbers that exiftool gives in place of a maker's name, where it is asked for numbers
MAKERS = {"4113": "Canon"}

# why the two differ, looked at one by one
EXPLAINED = {
    "m0083": "exiftool does not count XMP exif:DateTimeDigitized as CreateDate",
    "m0086": "the index holds the text 1.00 as the number 1.0",
    "m0569": "the index holds the text 1.00 as the number 1.0",
    "m0572": "both EXIF and Canon's CIFF block are there; exiftool prefers CIFF",
    "m0611": "its ©day is read, which exiftool lists apart, as ContentCreateDate",
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
    "make": lambda r: (
        MAKERS.get(plain(r.row["make"]), plain(r.row["make"])),
        plain(r.summary.make),
    ),
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


LIVE: dict[str, tuple[str, ...]] = {
    "make": ("Make", "AndroidMake"),
    "model": ("Model", "AndroidModel"),
    "captured": ("DateTimeOriginal", "CreationDate", "ContentCreateDate"),
    "created": ("CreateDate",),
    "orientation": ("Orientation",),
}
EDITORS = re.compile(r"adobe|gimp|photo|lightroom|converter|transfer|picasa|paint", re.IGNORECASE)


def exiftool(paths: list[Path]) -> dict[str, dict[str, Any]]:
    """exiftool's values by path, each under its name; numbers as numbers."""
    command = ["exiftool", "-j", "-n", "-q", "-q", *map(str, paths)]
    printed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return {row["SourceFile"]: row for row in json.loads(printed or "[]")}


def compare_live(paths: list[Path]) -> dict[str, object]:
    """The same agreement for files without an index, where exiftool states something."""
    answers = exiftool(paths)
    stated = dict.fromkeys((*LIVE, "position"), 0)
    differing: list[list[str]] = []
    for path in paths:
        theirs = answers.get(str(path), {})
        with path.open("rb") as file:
            ours = summarise(read_metadata(file).fields)
        for name, tags in LIVE.items():
            value = next((theirs[tag] for tag in tags if theirs.get(tag)), None)
            if value is None or str(value).startswith("0000:"):  # a header time that nobody set
                continue
            stated[name] += 1
            same = day_and_time if name in ("captured", "created") else plain
            pair = same(str(value)), same(str(getattr(ours, name) or ""))
            if pair[0] != pair[1]:
                differing.append([path.name, name, *pair])
        if "GPSLatitude" in theirs and "GPSLongitude" in theirs:
            stated["position"] += 1
            place = theirs["GPSLatitude"], theirs["GPSLongitude"]
            if not ours.position or any(
                abs(a - b) > GPS_TOLERANCE_DEG for a, b in zip(place, ours.position, strict=True)
            ):
                differing.append([path.name, "position", str(place), str(ours.position)])
    total = sum(stated.values())
    return {
        "files": len(paths),
        "stated": stated,
        "agreement_where_stated": round(1 - len(differing) / total, 4) if total else None,
        "disagreements": differing,
    }


def originals(readings: list[Reading], folder: Path) -> dict[str, object]:
    """Camera originals, and those among them with a finding above `info`."""
    answers = exiftool([folder / reading.row["path"] for reading in readings])
    now = datetime.now(UTC)
    count, noted = 0, []
    for reading in readings:
        said = answers.get(str(folder / reading.row["path"]), {})
        if not is_original(said):
            continue
        count += 1
        path = folder / reading.row["path"]
        with path.open("rb") as file:
            info = probe(file)
        above = [
            finding.code
            for finding in findings(reading.metadata, info, None, now)
            if finding.severity != "info"
        ]
        if above:
            noted.append([reading.row["id"], *above])
    return {"files": count, "with_notice_or_warning": len(noted), "noted": noted}


def is_original(said: dict[str, Any]) -> bool:
    """Maker, model, the size that EXIF states, and no sign of an editor: by exiftool's reading."""
    stated = sides(said, "ExifImageWidth", "ExifImageHeight")
    programs = " ".join(
        str(said.get(name, "")) for name in ("Software", "CreatorTool", "XMPToolkit")
    )
    named = bool(said.get("Make") and said.get("Model"))
    same_size = bool(stated) and stated == sides(said, "ImageWidth", "ImageHeight")
    return named and same_size and not EDITORS.search(programs)


def sides(said: dict[str, Any], *names: str) -> list[int]:
    """Width and height, the shorter first; empty where exiftool has no numbers."""
    values = [said.get(name) for name in names]
    return sorted(value for value in values if isinstance(value, int) and value > 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--made", type=Path, help="a clip to make files of")
    parser.add_argument("--work", type=Path, default=Path("/tmp/metadata-made"))
    options = parser.parse_args()
    readings = read_index(options.index)
    live = [
        path for folder in options.folders for path in sorted(folder.rglob("*")) if path.is_file()
    ]
    made = make_files(options.made, options.work) if options.made else []
    version = subprocess.run(["exiftool", "-ver"], capture_output=True, text=True, check=True)
    result = {
        "schema": "firstseen.benchmark.metadata/1",
        "command": "python -m benchmarks metadata ../shared/metadata/INDEX.csv --made CLIP",
        "exiftool": version.stdout.strip(),
        "columns": compare(readings),
        "accepted": compare(
            [reading for reading in readings if reading.row["filetype"] not in REFUSED]
        ),
        "explained": EXPLAINED,
        "made": compare_live(made),
        "folders": compare_live(live) if live else None,
        "originals": originals(readings, options.index.parent.parent),
        "slowest_cpu_s": round(max(reading.seconds for reading in readings), 3),
        "with_problems": sum(bool(reading.metadata.problems) for reading in readings),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, part in result.items():
        print(name, json.dumps(part, ensure_ascii=False))


if __name__ == "__main__":
    main()
