"""The same scene at another time: none may be accepted as a copy.

    python -m benchmarks other-times FOLDER...

FOLDER holds videos. Of each, pairs of two parts that do not overlap are cut at seeded times, 6 s at
most, the second coded harder than the first, and compared as an item and a known clip. Parts that
are accepted are listed with their edits. Where a film shows the very same picture twice, as a drawn
still does, both parts do match: look before you call one wrong. The result is kept with the bounds
by film, since the pairs of one film are not independent: benchmarks/results/other-times.json
"""

import argparse
import sys
import tempfile
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from numpy.random import Generator, default_rng

from benchmarks.faces import upper_bound
from benchmarks.record import write
from benchmarks.speed import show
from hashing.compare import compare
from hashing.decode.probe import probe
from hashing.describe.fingerprint import fingerprint
from hashing.types import Fingerprint, Match

PAIRS_A_FILM = 3
LONGEST_S = 6.0
SHORTEST_FILM_S = 9.0
LEAST_GAP_S = 0.7  # between the two parts
HEIGHT_PX = 360
KNOWN_CRF, ITEM_CRF = 20, 26  # of x264
SAMPLE_RATE = 44_100
SEED = 5
SUFFIXES = {".mp4", ".webm", ".mov", ".mkv"}


def cut(source: Path, target: Path, start: float, end: float, crf: int) -> None:
    """Write a part of a video anew, with its sound."""
    with av.open(str(source)) as read, av.open(str(target), "w") as written:
        streams = [read.streams.video[0], *read.streams.audio[:1]]
        rate = Fraction(read.streams.video[0].average_rate or 25)
        context = read.streams.video[0].codec_context
        size = context.width * HEIGHT_PX // context.height // 2 * 2, HEIGHT_PX
        picture = written.add_stream("libx264", rate=rate)
        picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"
        picture.options = {"crf": str(crf), "preset": "veryfast"}
        sound = written.add_stream("aac", rate=SAMPLE_RATE) if len(streams) > 1 else None
        resampler = av.AudioResampler("fltp", "stereo", SAMPLE_RATE)
        read.seek(int(max(0.0, start - 1) * av.time_base))
        count = 0
        for frame in read.decode(*streams):
            if frame.time is None or frame.time < start:
                continue
            if frame.time >= end:
                if isinstance(frame, av.VideoFrame):
                    break
                continue
            if isinstance(frame, av.VideoFrame):
                shown = frame.reformat(*size, "yuv420p")
                shown.pts, shown.time_base = count, 1 / rate
                count += 1
                written.mux(picture.encode(shown))
            elif sound is not None:
                frame.pts = None
                for part in resampler.resample(frame):
                    written.mux(sound.encode(part))
        for stream in (picture, sound):
            if stream is not None:
                written.mux(stream.encode(None))


def described(path: Path) -> Fingerprint:
    with path.open("rb") as file:
        return fingerprint(file, probe(file))


def compare_parts(rng: Generator, film: Path, length: float, folder: Path) -> Match:
    """Cut two parts of a film at other times, and compare them."""
    long = min(LONGEST_S, (length - 2) / 2)
    first = float(rng.uniform(0, length - 2 * long - 1))
    second = float(rng.uniform(first + long + LEAST_GAP_S, length - long))
    known, item = folder / "known.mp4", folder / "item.mp4"
    cut(film, known, first, first + long, KNOWN_CRF)
    cut(film, item, second, second + long, ITEM_CRF)
    return compare(described(item), described(known))


def length_s(film: Path) -> float:
    with av.open(str(film)) as read:
        return float((read.duration or 0) / av.time_base)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    films = sorted(
        path for folder in arguments.folders for path in folder.iterdir() if path.suffix in SUFFIXES
    )
    decisions: Counter[str] = Counter()
    accepted: list[dict[str, Any]] = []
    used = 0
    for number, film in enumerate(films):
        length = length_s(film)
        if length < SHORTEST_FILM_S:
            continue
        used += 1
        rng = default_rng([arguments.seed, number])
        for pair in range(PAIRS_A_FILM):
            with tempfile.TemporaryDirectory() as folder:
                match = compare_parts(rng, film, length, Path(folder))
            decisions[match.decision] += 1
            if match.accepted:
                edits = [edit.type.value for edit in match.edits]
                score = round(match.score, 3)
                accepted.append({"film": film.stem, "pair": pair, "score": score, "edits": edits})
        show(f"{film.stem}: {dict(decisions)}")
    wrong_films = len({each["film"] for each in accepted})
    figures = {
        "seed": arguments.seed,
        "films": used,
        "pairs": sum(decisions.values()),
        "decisions": dict(decisions),
        "accepted": accepted,
        "films_with_any_accepted": wrong_films,
        "share_of_films_at_most": round(upper_bound(wrong_films, used), 4) if used else None,
    }
    write("other-times", "python -m benchmarks other-times FOLDER...", figures)
    sys.stdout.write(f"{figures}\n")


if __name__ == "__main__":
    main()
