"""Broken files by the thousand: each is read or refused in words of our own.

    python -m benchmarks mutants --count 5000 --seed 5014

A small file of every format that people send is broken in seeded ways (`tests/made/mutations.py`)
and read in the sandbox as a check reads it: probe, metadata, fingerprint, parts. Counted are the
files of which something decodes, those that are refused, those that end the process, and every
text that betrays an exception. Needs no ffmpeg. Written to benchmarks/results/mutants.json.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.record import write
from tests.made.foreign_texts import foreign
from tests.made.mutant_reader import MutantReading, make_originals, read_mutant
from tests.made.mutations import mutants

WORTH_SHOWING = 500  # files between two lines of progress


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one broken file, in `seconds` of wall time."""

    name: str
    reading: MutantReading
    seconds: float

    @property
    def foreign_texts(self) -> list[str]:
        return [text for text in self.reading.texts if foreign(text)]


def run(folder: Path, count: int, seed: int) -> Iterator[Outcome]:
    """Read `count` broken files, made below `folder`."""
    (folder / "originals").mkdir()
    (folder / "mutants").mkdir()
    originals = make_originals(folder / "originals")
    for path in mutants(originals, folder / "mutants", count, seed):
        started = time.perf_counter()
        reading = read_mutant(path)
        path.unlink()
        yield Outcome(path.name, reading, time.perf_counter() - started)


def figures(outcomes: list[Outcome], seed: int) -> dict[str, Any]:
    """How the files ended, and each that ended as none should."""
    ended = [one for one in outcomes if one.reading.ended]
    return {
        "seed": seed,
        "files": len(outcomes),
        "decoded": sum(one.reading.decoded for one in outcomes),
        "refused_in_words": sum(_is_refused(one.reading) for one in outcomes),
        "passed_a_limit": dict(Counter(one.reading.limit for one in outcomes if one.reading.limit)),
        "ended_the_process": dict(Counter(one.reading.ended for one in ended)),
        "ended": [[one.name, one.reading.ended] for one in ended],
        "with_foreign_text": sum(bool(one.foreign_texts) for one in outcomes),
        "foreign": [[one.name, *one.foreign_texts] for one in outcomes if one.foreign_texts],
        "slowest_s": round(max((one.seconds for one in outcomes), default=0.0), 1),
    }


def _is_refused(reading: MutantReading) -> bool:
    return not (reading.decoded or reading.limit or reading.ended)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=5014)
    options = parser.parse_args()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as folder:
        for outcome in run(Path(folder), options.count, options.seed):
            outcomes.append(outcome)
            reading = outcome.reading
            if reading.limit or reading.ended or outcome.foreign_texts:
                print(outcome.name, reading.limit, reading.ended, outcome.foreign_texts, flush=True)
            if len(outcomes) % WORTH_SHOWING == 0:
                print(len(outcomes), flush=True)
    result = figures(outcomes, options.seed)
    command = f"python -m benchmarks mutants --count {options.count} --seed {options.seed}"
    path = write("mutants", command, result)
    print({name: value for name, value in result.items() if not isinstance(value, list)}, path)


if __name__ == "__main__":
    main()
