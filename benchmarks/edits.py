"""Edits of one's own making on a folder of real clips, each held against the clip it came from.

    python -m benchmarks edits ../shared/bench/dev/library --work /tmp/edits [--only stretch,gif]
    python -m benchmarks edits CLIP_OR_FOLDER... --work /tmp/edits --name others

Makes the edits of `edits_made.py` (seeded; kept in the work folder and never committed), checks
them with the built command against a library of all the clips, and prints for each what was
accepted, named, named wrongly, and how far the homography is off; `false` are other clips that were
accepted. Also held: the two halves of a clip against each other, which show the same place and no
common moment. Every third clip is kept back (`--held-out`): thresholds are set on the others. The
library stays in the work folder: after a change of how clips are described take another one.
"""

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.edits_made import MAKERS, Change, Picture, Plan
from benchmarks.record import write
from hashing.compare import compare
from hashing.decode.probe import probe
from hashing.decode.video import Damage, decode_frames
from hashing.describe.fingerprint import fingerprint
from hashing.types import Fingerprint, Limits
from tests.made import write_video

SECONDS = 8.0
USUAL_RATE = 25.0
LONG_PX = 640
ROUNDING = 1e-6  # pictures: a moment that falls on a picture, but for rounding, is that picture's
START_S = 1.0
# edits carry no sound and are made at LONG_PX
MARGIN = frozenset({"trim", "audio_muted", "audio_replaced", "recompressed", "downscaled"})
TAMPER = frozenset({"tamper_removed", "tamper_added", "tamper"})
REPEATED = 0.1  # of the pictures written, from which a told frame rate is true of them
COUNTED = ("accepted", "named", "clean", "placed", "false")
PROGRAM = [sys.executable, "-m", "app"]
VIDEO = frozenset({".mp4", ".m4v", ".webm", ".mov", ".mkv", ".avi"})


def declared(path: Path) -> tuple[float, float]:
    """Pictures a second and the shape of a pixel, as the container states them."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return float(stream.average_rate or USUAL_RATE), float(stream.sample_aspect_ratio or 1)


def pictures(path: Path) -> tuple[list[Picture], float]:
    """SECONDS of a clip from START_S on, at most LONG_PX long, and its pictures a second.

    At an even pace whatever the clip's own is (`repeats`), and in square pixels: nothing but the
    edit differs.
    """
    out: list[Picture] = []
    rate, aspect = declared(path)
    with path.open("rb") as file:
        for one in decode_frames(file, Limits(), Damage()):
            frame, time = one.frame, one.time - START_S
            if time < 0:
                continue
            wide = frame.width * aspect
            scale = min(1.0, LONG_PX / max(wide, frame.height))
            size = (round(wide * scale) // 2 * 2, round(frame.height * scale) // 2 * 2)
            small = cv2.resize(frame.to_ndarray(format="rgb24"), size).astype(np.uint8)
            while len(out) <= time * rate + ROUNDING and len(out) < SECONDS * rate:
                out.append(small)
            if len(out) >= SECONDS * rate:
                break
    return out, rate


def repeats(clip: Fingerprint, rate: float) -> float:
    """Share of what `pictures` gives that is the picture before again: the clip's come unevenly."""
    end = min(SECONDS, float(clip.timeline.times[-1]) - START_S)
    moments = START_S + np.arange(0, end, 1 / rate)
    which = np.searchsorted(clip.timeline.times, moments - ROUNDING)
    return float((np.diff(which) == 0).mean()) if len(which) > 1 else 0.0


def shots(plan: Plan, source: list[Picture], rate: float) -> Iterator[tuple[float, Picture]]:
    order = plan.order(len(source)) if plan.order else list(range(len(source)))
    step = 1 / (plan.rate or rate)
    for k in range(int(len(order) / rate / plan.speed / step)):
        at = min(len(order) - 1, int(k * step * rate * plan.speed + ROUNDING))
        yield k * step, plan.change(source[order[at]], k * step)


def made(path: Path, plan: Plan, source: list[Picture], rate: float) -> Path:
    if plan.gif:
        frames = [Image.fromarray(one) for _, one in shots(plan, source, rate)]
        shown_ms = round(1000 / (plan.rate or 10))
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=shown_ms, loop=0)
        return path
    return write_video(path, shots(plan, source, rate), plan.rate or rate, crf=plan.crf)


def described(path: Path, folder: Path) -> Fingerprint:
    kept = folder / f"{path.name}.pickle"
    if kept.exists():
        found: Fingerprint = pickle.loads(kept.read_bytes())  # written here
        return found
    with path.open("rb") as file:
        found = fingerprint(file, probe(file))
    kept.write_bytes(pickle.dumps(found))
    return found


def another(source: list[Picture]) -> Change:
    return lambda _, t: source[min(len(source) - 1, int(t * 10))]


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """An edit that was made."""

    kind: str
    plan: Plan
    clip: Path
    other: Path  # another clip, which some kinds show as well
    path: Path  # the edit

    @property
    def holds_other(self) -> bool:
        return "split" in self.kind or "corner" in self.kind


def corner_error(found: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    corners = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1.0]]).T
    a, b = (matrix @ corners for matrix in (found, true))
    return float((np.hypot(*((a[:2] / a[2]) - (b[:2] / b[2]))) / np.sqrt(2)).mean())


def verdict(made_edit: Made, matches: dict[str, dict[str, Any]]) -> tuple[dict[str, float], str]:
    """Figures of one edit, and a line on it. matches: of its report, by the clip's file name."""
    plan, match = made_edit.plan, matches.get(made_edit.clip.name)
    accepted = match is not None and match["accepted"]
    named = {edit["type"] for edit in match["edits"]} - MARGIN if match is not None else set()
    missing, wrong = plan.says - named, named - plan.says - plan.may
    if TAMPER & named and "tamper" in str(plan.says):
        wrong -= TAMPER
        missing -= TAMPER
    figures = {"n": 1.0, "accepted": float(accepted)}
    figures |= {"named": float(not missing and accepted), "clean": float(not wrong)}
    off = float("nan")
    found = match["segments"][0]["homography"] if match and match["segments"] else None
    if plan.homography is not None and found is not None:
        off = corner_error(np.array(found), plan.homography)
        figures["placed"] = float(off <= 0.03)
    in_it = {made_edit.clip.name, made_edit.other.name if made_edit.holds_other else ""}
    others = [name for name, one in matches.items() if one["accepted"] and name not in in_it]
    figures["false"] = float(bool(others))
    score = f"{match['relation']} {match['score']:.3f}" if match is not None else "not found"
    line = f"{score} missing {sorted(missing)} wrong {sorted(wrong)} off {off:.3f}"
    return figures, f"{line} also {others}" if others else line


def halves(one: Fingerprint) -> tuple[Fingerprint, Fingerprint]:
    """The first and the last 45 % of a clip, as two clips."""
    length = float(one.timeline.times[-1])
    return _cut(one, 0.0, 0.45 * length), _cut(one, 0.55 * length, length)


def _cut(one: Fingerprint, start: float, end: float) -> Fingerprint:
    """A part of a clip by its descriptors; its kept pictures are decoded and coded again."""
    from hashing.decode.preview_codec import Encoder, decode

    assert one.preview is not None
    film = decode(one.preview, start, end)
    encoder = Encoder(one.preview.width, one.preview.height)
    for time, pixels in zip(film.times, film.pixels, strict=True):
        encoder.add(float(time) - start, cv2.cvtColor(pixels, cv2.COLOR_RGB2YUV_I420))
    keep = (one.descriptors.times >= start) & (one.descriptors.times < end)
    frames = replace(
        one.descriptors,
        times=one.descriptors.times[keep] - start,
        vectors=one.descriptors.vectors[keep],
        pdq=one.descriptors.pdq[keep],
        pdq_quality=one.descriptors.pdq_quality[keep],
        phash=one.descriptors.phash[keep],
        flat=one.descriptors.flat[keep],
    )
    inside = (one.timeline.times >= start) & (one.timeline.times < end)
    timeline = replace(
        one.timeline,
        times=one.timeline.times[inside] - start,
        change=one.timeline.change[inside],
    )
    info = replace(one.info, duration_s=end - start)
    pictures = encoder.finish()
    return replace(
        one, info=info, descriptors=frames, timeline=timeline, preview=pictures, audio=None
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+", help="files, or folders of them")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--each", type=int, default=2, help="clips that each edit is made of")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--every", action="store_true", help="all clips: none was looked at before")
    parser.add_argument("--lookalikes", action="store_true", help="halves of clips, and others")
    parser.add_argument("--name", help="measure all, and keep it under this name")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    clips = known = sorted(_videos(options.clips))
    if not options.every:
        clips = [p for k, p in enumerate(clips) if (k % 3 == 0) == options.held_out]
    if options.lookalikes:
        _halves_held(clips, options.work)
        return
    kinds = options.only.split(",") if options.only else list(MAKERS)
    items = [one for kind in kinds for one in _made(kind, clips, options)]
    found = _checked(items, known, options.work)
    totals: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    for one in items:
        figures, line = verdict(one, found[one.path.name])
        totals[one.kind].update(figures)
        print(f"{one.kind:22} {one.clip.stem} {line}", flush=True)
    print(f"\n{'kind':22} {'n':>3} accepted named clean placed false")
    for kind, total in totals.items():
        row = "".join(f"{total[one]:8.0f}" for one in COUNTED)
        print(f"{kind:22} {total['n']:3.0f}{row}")
    if options.name:
        result = {
            "clips": len(clips),
            "seed": options.seed,
            "kinds": {
                kind: {one: int(total[one]) for one in ("n", *COUNTED)}
                for kind, total in totals.items()
            },
            "halves": _halves_held(clips, options.work),
        }
        which = "--every" if options.every else "--held-out" if options.held_out else ""
        command = f"python -m benchmarks edits CLIPS --name {options.name} {which}".rstrip()
        command += f" --each {options.each} --seed {options.seed}"
        write(f"edits-{options.name}", command, result)


def _videos(given: list[Path]) -> Iterator[Path]:
    for path in given:
        inside = path.iterdir() if path.is_dir() else [path]
        yield from (one for one in inside if one.suffix.lower() in VIDEO)


def _made(kind: str, clips: list[Path], options: argparse.Namespace) -> Iterator[Made]:
    """One kind of edit, of some of the clips."""
    for path, other in _chosen(kind, clips, options.each, options.seed):
        rng = np.random.default_rng([options.seed, zlib.crc32(kind.encode() + path.name.encode())])
        plan = MAKERS[kind](rng, _lazily(other))
        suffix = ".gif" if plan.gif else ".mp4"
        out = options.work / f"{kind}-{path.stem}-{options.seed}{suffix}"
        if not out.exists():
            made(out, plan, *pictures(path))
        if repeats(described(path, options.work), declared(path)[0]) > REPEATED:
            plan = replace(plan, may=plan.may | {"frame_rate"})
        yield Made(kind, plan, path, other, out)


def _checked(items: list[Made], known: list[Path], work: Path) -> dict[str, dict[str, Any]]:
    """By the item's file name: the matches and near misses of its report, by the clip's."""
    library = work / "library"
    if not library.exists():
        _run("library", "add", *map(str, known), "--library", str(library))
    with tempfile.TemporaryDirectory(dir=work) as name:
        folder, reports = Path(name) / "items", Path(name) / "reports.jsonl"
        folder.mkdir()
        for one in items:
            os.link(one.path, folder / one.path.name)
        _run("scan", str(folder), "--jsonl", str(reports), "--library", str(library))
        found = [json.loads(line) for line in reports.read_text().splitlines()]
    return {
        report["item"]["name"]: {one["clip"]["name"]: one for one in report["matches"]}
        for report in found
    }


def _run(*command: str) -> None:
    subprocess.run([*PROGRAM, *command], check=True, stdout=subprocess.DEVNULL)


def _lazily(path: Path) -> Change:
    held: list[Change] = []

    def change(picture: Picture, t: float) -> Picture:
        if not held:
            held.append(another(pictures(path)[0]))
        return held[0](picture, t)

    return change


def _chosen(kind: str, clips: list[Path], each: int, seed: int) -> list[tuple[Path, Path]]:
    rng = np.random.default_rng([seed, zlib.crc32(kind.encode())])
    some = rng.permutation(len(clips))
    return [(clips[some[k]], clips[some[-1 - k]]) for k in range(each)]


def _halves_held(clips: list[Path], work: Path) -> dict[str, int]:
    """How the halves of each clip were decided on; `accepted` is wrong."""
    counts: Counter[str] = Counter()
    for path in clips:
        first, second = halves(described(path, work))
        match = compare(first, second)
        counts[match.decision] += 1
        print(f"{path.stem} {match.decision} {match.score:.3f} {match.reasons}", flush=True)
    print(dict(counts))
    return dict(counts)


if __name__ == "__main__":
    main()
