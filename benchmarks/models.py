"""The models that come with the package, by how well each finds the true clip before comparing.

    python -m benchmarks models ../shared/bench/dev

Every clip and item of a split is described with each model from the same kept pictures; the ranks
of the true clips among the candidates are counted, whole pictures only. Written to
benchmarks/results/models.json.
"""

import argparse
import csv
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.record import write
from hashing.decode.probe import probe
from hashing.describe.fingerprint import describe_again, fingerprint
from hashing.describe.sscd import MODELS
from hashing.search.candidates import NEIGHBOURS_PER_ROW, rank_candidates, select_query_rows
from hashing.types import Fingerprint

RANKS = (1, 2, 4, 8)


def prints(folder: Path) -> dict[str, Fingerprint]:
    """By the stem of the file's name."""
    out = {}
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            out[path.stem] = fingerprint(file, probe(file))
    return out


def truth(split: Path) -> dict[str, set[str]]:
    """The true clips of each item."""
    out: dict[str, set[str]] = {}
    for name in ("truth.csv", "truth_photos.csv"):
        with (split / name).open() as file:
            for row in csv.DictReader(file):
                out.setdefault(row["query_id"], set()).add(row["ref_id"])
    return out


def ranks(
    library: dict[str, Fingerprint], queries: dict[str, Fingerprint], true: dict[str, set[str]]
) -> list[int]:
    """The rank of each true pair, from 1; a large number where it is no candidate."""
    names = list(library)
    rows = [np.flatnonzero(~one.descriptors.flat) for one in library.values()]
    known = np.concatenate(
        [one.descriptors.vectors[r] for one, r in zip(library.values(), rows, strict=True)]
    ).astype(np.float32)
    owner = np.repeat(np.arange(len(names)), [len(r) for r in rows])
    out = []
    for item, clips in true.items():
        frames = queries[item].descriptors
        vectors: NDArray[np.float32] = frames.vectors[select_query_rows(frames)].astype(np.float32)
        cosines = vectors @ known.T
        order = np.argsort(-cosines, axis=1)[:, :NEIGHBOURS_PER_ROW]
        best = np.take_along_axis(cosines, order, axis=1)
        ranked, _ = rank_candidates(vectors, names, owner[order], best, len(names))
        found = [one.clip for one in ranked]
        out += [found.index(clip) + 1 if clip in found else 10**6 for clip in clips]
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("split", type=Path, help="library/, queries/ and the truth")
    split: Path = parser.parse_args().split
    library, queries, true = prints(split / "library"), prints(split / "queries"), truth(split)
    figures: dict[str, Any] = {}
    for name, path in MODELS.items():
        started = time.process_time()
        described = [
            {stem: describe_again(one, path) for stem, one in part.items()}
            for part in (library, queries)
        ]
        seconds = time.process_time() - started
        pictures = sum(len(one.descriptors.times) for part in described for one in part.values())
        found = ranks(described[0], described[1], true)
        figures[name] = {
            "pairs": len(found),
            "ranked_within": {str(k): sum(rank <= k for rank in found) for k in RANKS},
            "cpu_ms_a_picture": round(1000 * seconds / pictures, 2),
        }
    print(write("models", "python -m benchmarks models SPLIT", {"models": figures}))


if __name__ == "__main__":
    main()
