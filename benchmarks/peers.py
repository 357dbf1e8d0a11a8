"""Real edits that other projects ship: each held against what it is an edit of.

    python -m benchmarks peers ../shared/peer-sets

Written to benchmarks/results/peers.json: a row an edit, with what was said; and how many files of
other sets each original was wrongly accepted for.
"""

import argparse
import csv
import json
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.record import write

PROGRAM = [sys.executable, "-m", "app"]


def compare(item: Path, known: Path) -> dict[str, Any]:
    """The report of `firstseen compare --json`."""
    command = [*PROGRAM, "compare", str(item), str(known), "--json"]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    report: dict[str, Any] = json.loads(ended.stdout)
    return report


def row(folder: Path, truth: dict[str, str]) -> dict[str, Any]:
    report = compare(
        folder / truth["set"] / truth["file"], folder / truth["set"] / truth["edit_of"]
    )
    match = (report.get("matches") or [{}])[0]
    return {
        "set": truth["set"],
        "file": truth["file"],
        "edit": truth["edit"],
        "relation": (report["verdict"] or {}).get("relation"),
        "accepted": match.get("accepted", False),
        "score": match.get("score"),
        "edits": [edit["type"] for edit in match.get("edits", [])],
        "segments": [(one["query"], one["reference"]) for one in match.get("segments", [])],
        "problems": report["problems"],
    }


def _picture_of(one: dict[str, str]) -> str:
    """The PDQ sets all show one and the same bridge."""
    return "pdq" if one["set"].startswith("pdq-") else one["set"]


def crossed(folder: Path, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """One file of each set held against the next set's original: none may be accepted."""
    sets = [list(group) for _, group in groupby(rows, key=_picture_of)]
    firsts = [next((one for one in group if one["edit_of"]), None) for group in sets]
    known = [one for one in firsts if one]
    out = []
    for one, other in zip(known, [*known[1:], known[0]], strict=True):
        report = compare(
            folder / one["set"] / one["file"], folder / other["set"] / other["edit_of"]
        )
        accepted = any(match["accepted"] for match in report.get("matches") or [])
        out.append({"item": one["file"], "known": other["edit_of"], "accepted": accepted})
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder that holds truth.csv")
    folder: Path = parser.parse_args().folder
    with (folder / "truth.csv").open() as file:
        truth = list(csv.DictReader(file))
    edits = [row(folder, one) for one in truth if one["edit_of"]]
    wrong = crossed(folder, truth)
    figures = {
        "edits": len(edits),
        "accepted": sum(one["accepted"] for one in edits),
        "unlike_pairs": len(wrong),
        "wrongly_accepted": sum(one["accepted"] for one in wrong),
        "rows": edits,
        "unlike": wrong,
    }
    print(write("peers", "python -m benchmarks peers PEER_SETS", figures))


if __name__ == "__main__":
    main()
