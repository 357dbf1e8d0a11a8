"""Hard stills of one's own making, checked against a library as a user would.

    python -m benchmarks stills ../shared/bench/dev/library OUTSIDE --library DIR --work /tmp/stills

Makes the stills of `stills_made.py` (seeded; kept in the work folder and never committed) from
random moments of known clips and from footage that the library does not hold, checks each, and
prints what was accepted, how long the slowest took, and everything that was accepted wrongly.
OUTSIDE is a folder of clips and photos that are not in the library; its photos are also what
insets are put on. Other recordings of the library's scenes belong there: they are the harder half.
"""

import argparse
import json
import zlib
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import numpy as np
from PIL import Image

from app.library.library import Library
from app.report.report import Report
from app.settings import Settings
from app.verify import check_item
from benchmarks.edits_made import Picture
from benchmarks.stills_made import MAKERS, jpeg, sized

VIDEO = frozenset({".mp4", ".webm", ".mov", ".mkv", ".avi"})


@dataclass(frozen=True, slots=True)
class Item:
    """One made still. clip: the known file's name, None where it is of no known clip."""

    name: str
    kind: str
    source: str
    clip: str | None
    moment: float  # s into the source


def shot(path: Path, rng: np.random.Generator) -> tuple[Picture, float]:
    """A photo, or the picture at a random moment of a clip, and that moment."""
    if path.suffix.lower() not in VIDEO:
        return sized(np.asarray(Image.open(path).convert("RGB"))), 0.0
    with av.open(str(path)) as container:
        length = float((container.duration or 0) / av.time_base)
        wanted = float(rng.uniform(0.05, 0.95)) * length
        for frame in container.decode(container.streams.video[0]):
            if (frame.time or 0.0) >= wanted:
                break
        return sized(frame.to_ndarray(format="rgb24").astype(np.uint8)), float(frame.time or 0)


def make(known: list[Path], outside: list[Path], work: Path, count: int, seed: int) -> list[Item]:
    """`count` stills of known clips and as many of others, over all kinds in turn."""
    kinds = list(MAKERS)
    hosts = [path for path in outside if path.suffix.lower() not in VIDEO]
    items = []
    for sources, held in ((known, True), (outside, False)):
        rng = np.random.default_rng([seed, int(held)])
        chosen = [sources[i] for i in rng.permutation(len(sources))]
        for k in range(count):
            path, kind = chosen[k % len(chosen)], kinds[k % len(kinds)]
            name = f"{kind}-{path.stem}-{seed}-{k}.jpg"
            draw = np.random.default_rng([seed, zlib.crc32(name.encode())])
            picture, moment = shot(path, draw)
            if picture.std() < 12:  # a black picture is of no clip in particular
                continue
            host, _ = shot([one for one in hosts if one != path][k % (len(hosts) - 1)], draw)
            if not (work / name).exists():
                (work / name).write_bytes(jpeg(MAKERS[kind](draw, picture, host)))
            items.append(Item(name, kind, path.name, path.name if held else None, moment))
    return items


def line(item: Item, report: Report) -> dict[str, object]:
    """What came of one item, as a row to keep."""
    if report.verdict is None:
        raise ValueError(f"{item.name}: no verdict")
    matches = report.matches
    accepted = [match.clip.name for match in matches if match.accepted]
    mine = next((match for match in matches if match.clip.name == item.clip), None)
    near = max((match.score for match in matches if match.clip.name != item.clip), default=0.0)
    return asdict(item) | {
        "relation": report.verdict.relation,
        "found": item.clip in accepted,
        "wrong": [name for name in accepted if name != item.clip],
        "score": mine.score if mine else None,
        "at": mine.segments[0].reference.start if mine and mine.segments else None,
        "other_score": near,
        "seconds": report.timings_s["total"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path, help="the library's own files")
    parser.add_argument("outside", type=Path)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--count", type=int, default=42)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=Path, help="where to keep what came of each, JSON lines")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    known, outside = (sorted(p.iterdir()) for p in (options.clips, options.outside))
    items = make(known, outside, options.work, options.count, options.seed)
    rows = []
    with Library.open(options.library, read_only=True) as library:
        for item in items:
            report = check_item(options.work / item.name, None, library, Settings())
            rows.append(line(item, report))
            print(json.dumps(rows[-1]), flush=True)
    if options.rows:
        options.rows.write_text("".join(json.dumps(row) + "\n" for row in rows))
    _print(rows)


def _print(rows: list[dict[str, object]]) -> None:
    totals: dict[tuple[object, bool], Counter[str]] = {}
    for row in rows:
        counts = totals.setdefault((row["kind"], row["clip"] is not None), Counter())
        counts["n"] += 1
        counts["found"] += bool(row["found"])
        counts["undecided"] += row["relation"] == "undecided"
        counts["wrong"] += bool(row["wrong"])
    print(f"\n{'kind':18} {'known':5}   n found undecided wrong")
    for (kind, held), counts in totals.items():
        columns = f"{counts['found']:6}{counts['undecided']:10}{counts['wrong']:6}"
        print(f"{kind!s:18} {held!s:5} {counts['n']:3}{columns}")
    print(f"slowest: {max(float(str(row['seconds'])) for row in rows):.1f} s")


if __name__ == "__main__":
    main()
