"""Long items: a real file from end to end, and known clips of 10 s in fingerprints of hours.

    python -m benchmarks long BENCH                     all of it, into benchmarks/results/long.json
    python -m benchmarks long BENCH --seconds 600 --clips 8   a smaller one: results/long-600.json

BENCH is a benchmark as `accuracy` takes it; its split's known clips are the library. Segments of
10 s are made of edited copies (the longest copied part of each) and of footage that the library
does not hold (`long_made.py`); they are kept in build/long.

The file shows three edited copies, at 1280 x 720 and 30 frames a second, the rest unknown. It is
decoded with PyAV in this process, then checked by the built command: processor seconds of all its
processes, and the largest sum of their proportional sizes. The fingerprints, of 5 minutes, one hour
and two, show one edited copy each: is the true clip among the candidates, does it rank first, does
the comparison accept it where it is shown, and is any other candidate accepted?
"""

import argparse
import csv
import json
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from app.library.library import Library
from benchmarks.long_made import SEGMENT_S, Placed, arrange, describe, write_segment
from benchmarks.memory import tree_bytes
from benchmarks.record import write
from benchmarks.speed import BUILD, PROGRAM, decode_all, show
from hashing.compare import compare
from hashing.describe.frame_cache import FrameCache
from hashing.search.candidates import NEIGHBOURS_PER_ROW, rank_candidates, select_query_rows
from hashing.types import Fingerprint, Match, Seconds
from tests.made.tiled import join_streams, tile

LENGTHS_S = (300.0, 3600.0, 7200.0)  # of the fingerprints
USUAL_S = 3600.0  # of the file
USUAL_CLIPS = 40
KNOWN_IN_FILE = 3
MAX_CANDIDATES = 8  # as a check asks for
NEAR_S = 1.0  # of a segment's ends
SEED = 15


def truth(split: Path) -> dict[str, tuple[str, Seconds, Seconds]]:
    """Of each edited video, the longest copied part: name of the known clip, start and end."""
    longest: dict[str, tuple[str, Seconds, Seconds]] = {}
    with (split / "truth.csv").open() as file:
        for row in csv.DictReader(file):
            start, end = float(row["query_start"]), float(row["query_end"])
            earlier = longest.get(row["query_id"])
            if earlier is None or end - start > earlier[2] - earlier[1]:
                longest[row["query_id"]] = (row["ref_id"], start, end)
    return longest


def unknown(split: Path) -> list[str]:
    """Videos of which the library holds nothing, not even the same scene."""
    items = json.loads((split / "edits.json").read_text())
    return sorted(
        one["id"] for one in items if one["media"] == "video" and one["kind"] == "negative"
    )


def segments(split: Path, clips: int) -> tuple[dict[str, Path], dict[str, Path], dict[str, str]]:
    """Segments of unknown footage, of edited copies, and the known clip of each copy."""
    folder = BUILD / "long"
    folder.mkdir(parents=True, exist_ok=True)
    filler, copies, known = {}, {}, {}
    for name in unknown(split):
        filler[name] = _segment(split, folder, name, 0.0, SEGMENT_S)
    for name, (clip, start, end) in sorted(truth(split).items())[:clips]:
        copies[name] = _segment(split, folder, name, start, min(SEGMENT_S, end - start))
        known[name] = clip
    return filler, copies, known


def _segment(split: Path, folder: Path, name: str, start: Seconds, length: Seconds) -> Path:
    path = folder / f"{name}.mp4"
    if not path.exists():
        show(f"making a segment of {name}")
        write_segment(split / "queries" / f"{name}.mp4", path, start, length)
    return path


def described(path: Path) -> Fingerprint:
    """The fingerprint of a segment, made once."""
    stored = path.with_suffix(".fingerprint")
    if not stored.exists():
        stored.write_bytes(pickle.dumps(describe(path)))
    made: Fingerprint = pickle.loads(stored.read_bytes())  # ours
    return made


def measure_file(
    library: Path, seconds: Seconds, filler: dict[str, Path], copies: dict[str, Path]
) -> dict[str, Any]:
    """Decode and check one file that shows a few known clips."""
    names = sorted(copies)[:KNOWN_IN_FILE]
    paths = filler | copies
    lengths = {name: described(path).info.duration_s or 0.0 for name, path in paths.items()}
    order, placed = arrange(
        {name: lengths[name] for name in filler}, {name: lengths[name] for name in names},
        seconds, SEED,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        item = Path(folder) / "item.mp4"
        join_streams((paths[name] for name in order), item)
        size = item.stat().st_size
        decoded = cpu_s(lambda: decode_all(item))
        checked, peak, report = check(item, library)
    found = [_reported(report, one) for one in placed]
    return {
        "seconds": sum(lengths[name] for name in order),
        "bits_a_second": round(8 * size / seconds),
        "known": len(placed),
        "found": sum(found),
        "relation": report["verdict"]["relation"],
        "decode_cpu_s": decoded,
        "check_cpu_s": checked,
        "of_decode": checked / decoded,
        "peak_mib": peak / 2**20,
        "timings_s": report["timings_s"],
    }


def cpu_s(action: Callable[[], object]) -> float:
    started = time.process_time()
    action()
    return time.process_time() - started


def check(item: Path, library: Path) -> tuple[float, int, dict[str, Any]]:
    """Processor seconds and most bytes of a check and all it started, and its report."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [*PROGRAM, "check", str(item), "--library", str(library), "--json"]
    peak = 0
    with (
        tempfile.TemporaryFile("w+") as out,
        subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL) as process,
    ):
        while process.poll() is None:
            peak = max(peak, tree_bytes(process.pid))
            time.sleep(0.25)
        out.seek(0)
        report: dict[str, Any] = json.load(out)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, peak, report


def _reported(report: dict[str, Any], placed: Placed) -> bool:
    """Whether an accepted match lies where a known clip is shown."""
    return any(
        abs(segment["query"]["start"] - placed.start) < NEAR_S
        and abs(segment["query"]["end"] - placed.end) < NEAR_S
        for match in report["matches"]
        if match["decision"] == "accepted"
        for segment in match["segments"]
    )


def measure_fingerprints(
    library: Library,
    length: Seconds,
    filler: dict[str, Path],
    copies: dict[str, Path],
    known: dict[str, str],
) -> dict[str, Any]:
    """One edited copy in each of as many fingerprints of this length."""
    ids = {Path(clip.name).stem: clip.id for clip in library.clips()}
    parts = {name: described(path) for name, path in (filler | copies).items()}
    lengths = {name: part.info.duration_s or 0.0 for name, part in parts.items()}
    among = first = found = wrong = compared = 0
    spent = {"search": 0.0, "compare": 0.0}
    for number, name in enumerate(sorted(copies)):
        order, placed = arrange(
            {one: lengths[one] for one in filler}, {name: lengths[name]}, length, SEED + number
        )
        item = tile([parts[one] for one in order])
        started = time.process_time()
        candidates = propose(library, item)
        spent["search"] += time.process_time() - started
        true = ids[known[name]]
        among += true in candidates
        first += candidates[:1] == [true]
        started = time.process_time()
        frames = FrameCache(item)
        matches = {clip: compare(frames, library.load(clip)) for clip in candidates}
        spent["compare"] += time.process_time() - started
        compared += len(matches)
        found += true in matches and _shows(matches[true], placed[0])
        wrong += sum(match.accepted for clip, match in matches.items() if clip != true)
        show(f"{length:.0f} s: {number + 1} items, {among} proposed, {found} found, {wrong} wrong")
    count = len(copies)
    return {
        "items": count,
        "among_candidates": among,
        "ranked_first": first,
        "found": found,
        "wrong": wrong,
        "compared_an_item": compared / count,
        "search_cpu_s": spent["search"] / count,
        "compare_cpu_s": spent["compare"] / count,
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def propose(library: Library, item: Fingerprint) -> list[str]:
    """The clips that a check would compare with whole frames."""
    rows = select_query_rows(item.descriptors)
    vectors = item.descriptors.vectors[rows].astype(np.float32)
    hits = library.search(vectors, NEIGHBOURS_PER_ROW, item.space)
    ranked, _ = rank_candidates(vectors, hits.clips, hits.clip_index, hits.cosine, MAX_CANDIDATES)
    return [candidate.clip for candidate in ranked]


def _shows(match: Match, placed: Placed) -> bool:
    return match.accepted and any(
        segment.query.overlap(type(segment.query)(placed.start, placed.end))
        > 0.5 * (placed.end - placed.start)
        for segment in match.segments
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", type=Path, help="folder with the splits")
    parser.add_argument("--split", default="dev")
    parser.add_argument("--library", type=Path, help="made before of the split's known clips")
    parser.add_argument("--seconds", type=float, default=USUAL_S, help="of the file [3600]")
    parser.add_argument("--clips", type=int, default=USUAL_CLIPS, help="edited copies [40]")
    parser.add_argument("--lengths", type=float, nargs="*", default=LENGTHS_S)
    parser.add_argument("--only", choices=["file", "fingerprints"])
    arguments = parser.parse_args()
    split = arguments.bench / arguments.split
    filler, copies, known = segments(split, arguments.clips)
    figures: dict[str, Any] = {"filler_clips": len(filler)}
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.library or Path(folder) / "library"
        if arguments.library is None:
            added = ["library", "add", str(split / "library"), "--library", str(path)]
            subprocess.run([*PROGRAM, *added], check=True, stdout=subprocess.DEVNULL)
        if arguments.only != "file":
            with Library.open(path) as library:
                figures["fingerprints"] = {
                    f"{length:.0f}": measure_fingerprints(library, length, filler, copies, known)
                    for length in arguments.lengths
                }
        if arguments.only != "fingerprints":
            figures["file"] = measure_file(path, arguments.seconds, filler, copies)
    usual = arguments.seconds == USUAL_S and arguments.clips == USUAL_CLIPS
    options = f"--seconds {arguments.seconds:.0f} --clips {arguments.clips}"
    command = f"python -m benchmarks long BENCH {options}"
    if arguments.only is None:
        write("long" if usual else f"long-{arguments.seconds:.0f}", command, figures)
    print(json.dumps(figures, indent=2), file=sys.stdout)


if __name__ == "__main__":
    main()
