"""Whatever a phone, a camera or a platform writes: what is read of it, against ffmpeg and exiftool.

    python -m benchmarks files FOLDER… --made DIR --mutants 5000

Checks every file below the folders as a user would, against an empty library, and compares:

- with ffprobe: is there a verdict on every file of which it decodes a frame, and has every frame
  that it counts, over all video tracks, got a time?
- with exiftool: the size and orientation of the picture; `python -m benchmarks metadata` compares
  the rest
- with a list of patterns: does any text of any report betray an exception?

Files are grouped by kind, which is the container and the coding as ffprobe names them, and every
disagreement is listed. DIR is where a corpus of one's own is made first (see `files_made.py`);
mutants are seeded changes of its files. Written to benchmarks/results/files.json.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.library.library import Library
from app.pipeline.open_sandbox import open_sandbox
from app.pipeline.read_item import decode_limits
from app.pipeline.results import Judged
from app.pipeline.unreadable import report_unread
from app.report.report import Report
from app.report.report_json import to_json
from app.settings import Settings
from app.verify import start_check
from benchmarks.files_made import ffmpeg_of_ours, make_corpus
from benchmarks.record import write
from hashing.errors import FirstseenError
from tests.made.foreign_texts import foreign, texts
from tests.made.mutations import mutants

PROBE = (
    "ffprobe", "-v", "quiet", "-protocol_whitelist", "file", "-count_frames", "-of", "json",
    "-show_entries", "format=format_name:stream=codec_type,codec_name,nb_read_frames",
)  # fmt: skip
PROBE_S = 120.0
EXIFTOOL = (
    "exiftool", "-j", "-n", "-q", "-q", "-fast",
    "-ImageWidth", "-ImageHeight", "-Orientation", "-Rotation",
)  # fmt: skip
# what ffprobe shows as a picture and firstseen refuses on purpose: texts, drawings, playlists
NO_MEDIA = frozenset(("tty", "svg_pipe", "hls", "dash", "concat", "lrc", "srt", "webvtt", "ass"))
OUR_SUFFIXES = frozenset((".txt", ".json", ".csv", ".md", ".py", ".sh"))  # beside the media


@dataclass(frozen=True, slots=True)
class Expected:
    """What ffprobe and exiftool say of a file."""

    kind: str
    frames: int = 0  # over all video tracks
    size: tuple[int, int] | None = None  # of the upright picture


@dataclass(slots=True)
class Outcome:
    """What became of one file."""

    name: str
    expected: Expected
    verdict: bool = False
    frames: int = 0
    size: tuple[int, int] | None = None
    problems: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)  # texts that betray an exception
    seconds: float = 0.0

    @property
    def disagreements(self) -> Iterator[list[object]]:
        """[file, kind, what, theirs, ours] each."""
        if self.expected.frames and not self.verdict:
            yield self._line("verdict", "a frame decodes", "; ".join(self.problems))
        elif self.frames < self.expected.frames:
            yield self._line("frames", self.expected.frames, self.frames)
        theirs, ours = self.expected.size, self.size
        if self.verdict and theirs and ours and not _alike(theirs, ours):
            yield self._line("size", list(theirs), list(ours))
        for text in self.foreign:
            yield self._line("text", None, text)

    def _line(self, what: str, theirs: object, ours: object) -> list[object]:
        return [self.name, self.expected.kind, what, theirs, ours]


def expected_of(path: Path, said: dict[str, Any]) -> Expected:
    """said: exiftool's answer."""
    try:
        done = subprocess.run(
            [*PROBE, str(path)], capture_output=True, text=True, timeout=PROBE_S, check=False
        )
        probed = json.loads(done.stdout or "{}")
    except (subprocess.TimeoutExpired, ValueError):
        probed = {}
    streams = [one for one in probed.get("streams", []) if one.get("codec_type") == "video"]
    container = probed.get("format", {}).get("format_name", "unknown")
    coding = streams[0].get("codec_name", "unknown") if streams else "none"
    frames = sum(int(one.get("nb_read_frames", 0)) for one in streams)
    if container in NO_MEDIA:
        frames = 0
    return Expected(f"{container} / {coding}", frames, _upright_size(said))


def _upright_size(said: dict[str, Any]) -> tuple[int, int] | None:
    width, height = said.get("ImageWidth"), said.get("ImageHeight")
    if not isinstance(width, int) or not isinstance(height, int) or min(width, height) < 1:
        return None
    turn = said.get("Rotation")
    turned = turn in (90, 270) if isinstance(turn, int) else said.get("Orientation") in (5, 6, 7, 8)
    return (height, width) if turned else (width, height)


def _alike(theirs: tuple[int, int], ours: tuple[int, int]) -> bool:
    """Of one size; a side may be stretched where pixels are not square."""
    return theirs == ours or theirs[0] == ours[0] or theirs[1] == ours[1]


def exiftool_answers(paths: list[Path]) -> dict[str, dict[str, Any]]:
    """exiftool's answers by path."""
    answers: dict[str, dict[str, Any]] = {}
    for start in range(0, len(paths), 200):
        block = [str(path) for path in paths[start : start + 200]]
        done = subprocess.run([*EXIFTOOL, *block], capture_output=True, text=True, check=False)
        for one in json.loads(done.stdout or "[]"):
            answers[one["SourceFile"]] = one
    return answers


def check(
    path: Path, name: str, expected: Expected, library: Library, settings: Settings
) -> Outcome:
    """One file through the whole of a check."""
    outcome = Outcome(name, expected)
    started = time.perf_counter()
    try:
        with start_check(path, None, library, settings) as judged:
            report = judged.report
            outcome.frames = len(judged.query.timeline.times) + _frames_of_parts(
                path, judged, settings
            )
    except FirstseenError as error:
        report = report_unread(path, error, settings)
    except Exception as error:  # whatever it is: this is what is looked for
        outcome.foreign.append(f"{type(error).__name__}: {error}")
        return outcome
    outcome.seconds = time.perf_counter() - started
    _record(outcome, report)
    return outcome


def _frames_of_parts(path: Path, judged: Judged, settings: Settings) -> int:
    """Frames of further tracks of the same file, which ffprobe counts too."""
    frames = 0
    for one in judged.parts:
        if one.checked and one.part.track is not None:
            with open_sandbox(path, settings) as sandbox:
                read = sandbox.fingerprint_part(one.part, decode_limits(settings))
                frames += len(read.timeline.times)
    return frames


def _record(outcome: Outcome, report: Report) -> None:
    info = report.item.info
    outcome.verdict = report.verdict is not None
    outcome.size = (info.width, info.height) if info else None
    outcome.problems = [str(problem) for problem in report.problems]
    outcome.foreign += [text for text in texts(to_json(report)) if foreign(text)]


def files_below(folders: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Every file and the name it is listed under, in order."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix.lower() not in OUR_SUFFIXES:
                yield path, f"{folder.name}/{path.relative_to(folder).as_posix()}"


def figures(outcomes: list[Outcome]) -> dict[str, Any]:
    """The shares that are asked for, a row a kind, and every disagreement."""
    by_kind: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        by_kind[one.expected.kind].append(one)
    return {
        **_sums(outcomes),
        "kinds": {kind: _sums(by_kind[kind]) for kind in sorted(by_kind)},
        "disagreements": [line for one in outcomes for line in one.disagreements],
    }


def _sums(outcomes: list[Outcome]) -> dict[str, Any]:
    decodable = [one for one in outcomes if one.expected.frames]
    sized = [one for one in outcomes if one.verdict and one.size and one.expected.size]
    expected = sum(one.expected.frames for one in decodable)
    timed = sum(min(one.frames, one.expected.frames) for one in decodable)
    return {
        "files": len(outcomes),
        "decodable": len(decodable),
        "verdicts": sum(one.verdict for one in decodable),
        "frames": expected,
        "frames_timed": timed,
        "sized": len(sized),
        "sizes_agree": sum(_alike(one.expected.size, one.size) for one in sized),  # type: ignore[arg-type]
        "verdicts_beyond_ffmpeg": sum(one.verdict and not one.expected.frames for one in outcomes),
        "with_foreign_text": sum(bool(one.foreign) for one in outcomes),
    }


def run(
    named: list[tuple[Path, str]], library: Library, settings: Settings, *, compared: bool = True
) -> list[Outcome]:
    """compared: also ask ffprobe and exiftool; of mutants the texts alone count."""
    said = exiftool_answers([path for path, _ in named]) if compared else {}
    outcomes = []
    for number, (path, name) in enumerate(named, start=1):
        expected = expected_of(path, said.get(str(path), {})) if compared else Expected("mutant")
        outcomes.append(check(path, name, expected, library, settings))
        for line in outcomes[-1].disagreements:
            print(number, json.dumps(line, ensure_ascii=False), flush=True)
    return outcomes


def run_mutants(
    originals: list[Path], count: int, seed: int, library: Library, settings: Settings
) -> dict[str, Any]:
    """How `count` broken files ended: with a verdict, or with which class of reason."""
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        for path in mutants(originals, Path(folder), count, seed):
            outcomes += run([(path, path.name)], library, settings, compared=False)
            path.unlink()
    return {
        "seed": seed,
        "files": len(outcomes),
        "verdicts": sum(one.verdict for one in outcomes),
        "refused_in_words": sum(not one.verdict and bool(one.problems) for one in outcomes),
        "with_foreign_text": sum(bool(one.foreign) for one in outcomes),
        "foreign": [[one.name, *one.foreign] for one in outcomes if one.foreign],
        "slowest_s": round(max((one.seconds for one in outcomes), default=0.0), 1),
    }


def versions() -> dict[str, str]:
    """What the figures were compared with."""

    def first_line(*words: str) -> str:
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()[0].partition(" version ")[2] or done.stdout.strip()

    return {
        "ffmpeg": first_line("ffmpeg", "-version").split(" Copyright")[0],
        "ffprobe": first_line("ffprobe", "-version").split(" Copyright")[0],
        "exiftool": first_line("exiftool", "-ver"),
        "libavcodec of firstseen": ffmpeg_of_ours(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--made", type=Path, help="where a corpus is made, and checked too")
    parser.add_argument("--mutants", type=int, default=0, help="of the made corpus")
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--each", type=int, default=1, help="check every so many files only")
    parser.add_argument("--name", default="files", help="of the result")
    options = parser.parse_args()
    print(json.dumps(versions(), indent=1))
    if options.made:
        make_corpus(options.made)
    folders = [*options.folders, *filter(None, [options.made])]
    named = list(files_below(folders))[:: options.each]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder) / "library", cpu_s=300, wall_s=300.0)
        with Library.open(settings.library, create=True) as library:
            result = figures(run(named, library, settings))
            broken: dict[str, Any] | None = None
            if options.mutants and options.made:
                originals = mutant_originals(options.made)
                broken = run_mutants(originals, options.mutants, options.seed, library, settings)
    counted = Counter(line[2] for line in result["disagreements"])
    words = [*(one.name for one in options.folders), *(["--made DIR"] if options.made else [])]
    words += [f"--mutants {options.mutants} --seed {options.seed}"] if options.mutants else []
    words += [f"--each {options.each}"] if options.each > 1 else []
    path = write(
        options.name,
        f"python -m benchmarks files {' '.join(words)}",
        {"compared_with": versions(), **result, "mutants": broken},
    )
    print({name: value for name, value in result.items() if isinstance(value, int)}, counted, path)


def mutant_originals(folder: Path) -> list[Path]:
    """Small files of the made corpus, one of each container and coding."""
    names = ("coding-", "still-", "pillow-", "attached-", "tracks-", "odd-", "matrix-", "sound-mov")
    return [
        path
        for path in sorted(folder.iterdir())
        if path.name.startswith(names) and path.stat().st_size < 200_000
    ]


if __name__ == "__main__":
    main()
