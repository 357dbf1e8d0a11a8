"""Accuracy of the built command over a benchmark of real media, edited by a recorded generator.

    python -m benchmarks accuracy ../shared/bench                  add the library, scan, score
    python -m benchmarks accuracy ../shared/bench --reports FILE   score what was scanned before

The benchmark brings its own scorer, which alone reads the truth; its README defines every figure.
The library is made from a copy of the known files, which is deleted before anything is checked:
what is measured needs no originals.
Written to benchmarks/results/accuracy-SPLIT.json: the scorer's figures, how many checks were made,
and the 95 % upper bound (Clopper and Pearson 1934, one-sided) of the rate of wrong acceptances.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from scipy.stats import beta

from benchmarks.record import write

PROGRAM = [sys.executable, "-m", "app"]
SURE = 0.95


def upper_bound(wrong: int, checks: int) -> float:
    """The rate that `wrong` errors in so many checks leave possible with a confidence of 95 %."""
    if wrong >= checks:
        return 1.0
    return float(beta.ppf(SURE, wrong + 1, checks - wrong))


def scan(split: Path, reports: Path, folder: Path, jobs: int) -> dict[str, float]:
    """Fill a library, delete the originals, check every query; the seconds of both."""
    library, originals = folder / "library", folder / "originals"
    shutil.copytree(split / "library", originals)
    known = ["--library", str(library)]
    took = {"add": _seconds("library", "add", str(originals), *known)}
    shutil.rmtree(originals)
    scanned = ["scan", str(split / "queries"), "--jsonl", str(reports), "--jobs", str(jobs)]
    took["scan"] = _seconds(*scanned, *known)
    return took


def _seconds(*command: str) -> float:
    started = time.perf_counter()
    ended = subprocess.run([*PROGRAM, *command], check=False, stdout=subprocess.DEVNULL)
    if ended.returncode not in (0, 3):  # 3: some files could not be read, and were reported
        ended.check_returncode()
    return round(time.perf_counter() - started, 1)


def score(bench: Path, split: Path, reports: Path, folder: Path) -> dict[str, Any]:
    out = folder / "scores.json"
    command = [
        sys.executable,
        str(bench / "score.py"),
        str(split),
        str(reports),
        "--json",
        str(out),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    scores: dict[str, Any] = json.loads(out.read_text())
    return scores


def certainty(scores: dict[str, Any]) -> dict[str, Any]:
    """Wrong acceptances over all checks, with their upper bound."""
    wrong = sum(scores[media]["wrong_accepted"] for media in ("video", "photo"))
    checks = scores["queries"]
    return {"wrong": wrong, "checks": checks, "upper_bound_95": upper_bound(wrong, checks)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", type=Path, help="folder with score.py and the splits")
    parser.add_argument("--split", default="dev")
    parser.add_argument("--reports", type=Path, help="a finished scan, to be scored only")
    parser.add_argument("--jobs", type=int, default=2, help="checks at the same time [2]")
    arguments = parser.parse_args()
    split = arguments.bench / arguments.split
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reports = arguments.reports or folder / "reports.jsonl"
        took = scan(split, reports, folder, arguments.jobs) if arguments.reports is None else None
        scores = score(arguments.bench, split, reports, folder)
    figures = {"split": arguments.split, "took_s": took, "certainty": certainty(scores)}
    command = f"python -m benchmarks accuracy {arguments.bench} --split {arguments.split}"
    path = write(f"accuracy-{arguments.split}", command, {**figures, "scores": scores})
    print(path.read_text())


if __name__ == "__main__":
    main()
