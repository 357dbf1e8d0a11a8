"""How many faces of real frames the redaction misses, and what it fills in vain.

    python -m benchmarks faces ../shared/bench

benchmarks/truth/faces.json holds frames of the development library and queries, and of the photos
and films beside them in ../shared, with the places of the faces of people in them, and frames of
animals, drawings, streets and things with none. How they were
marked: the boxes of both detectors at four scales (640 to 1920 pixels) were drawn
on the enlarged frames, every frame was looked at, and each box was kept where a person's face is
(profiles and blurred passers-by included) and dropped where not; faces without a box were added by
hand. Left out: backs of heads, masks, drawn and computer-made faces, and heads of under about 10
pixels, such as the stands of a sports hall. Boxes start from the same detectors, so a face that
both overlook at every scale is counted only where a person saw it: the true miss rate is higher,
and higher still in dense crowds, in the dark, and for faces turned far away.

Each marked frame is then shown to the detector in VERSIONS: turned by exact angles, its marks with
it; shrunk to half beside three copies of itself; darkened, with the grain of a dark film; and with
half of each face under a flat patch, as under a scarf or a helmet. So one marked face counts once a
version, and the bounds, which take faces for independent, are too narrow: the number of different
faces stands beside them. A face that a turn carries over the frame's edge is left out of that
version. Frames without people are shown in fewer versions, EMPTY_VERSIONS.

A face counts as destroyed where at least 70 % of its box, turned with the frame, is filled. Each
frame stands alone: what the frames around it would add by following faces is not counted.

What is fitted on the 94 frames of the library, upright and turned by 20 and 45 degrees: the least
evidence of small and of large faces (hashing/faces.py). The other frames were only measured.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import comb
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.evidence.face_redaction import FILL_RGB, destroy
from benchmarks import record
from hashing.decode.preview_codec import STILL_LONG_SIDE_PX, fitted
from hashing.decode.read_still import read_still
from hashing.decode.video import Damage, decode_frames
from hashing.faces import FaceDetector, load_detector
from hashing.types import Box, Limits

TRUTH = Path(__file__).parent / "truth" / "faces.json"
DESTROYED = 0.7
TARGET_PX = 24  # heights of faces that the target is stated for
SIZES = {
    "under 16 px": (0, 16),
    "16 to 24 px": (16, 24),
    "24 to 40 px": (24, 40),
    "40 to 80 px": (40, 80),
    "80 px and more": (80, 10_000),
}

type Rgb = NDArray[np.uint8]
type Corners = NDArray[np.float64]  # (4, 2) px


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One frame at the size that a library keeps, and the faces in it."""

    picture: Rgb  # (H, W, 3)
    faces: tuple[Corners, ...]
    file: str = ""


type Version = Callable[[Frame], Frame]


def frames(shared: Path) -> list[Frame]:
    marked = json.loads(TRUTH.read_text())
    found = []
    for one in marked:
        picture = _picture(shared / one["file"], one["time_s"])
        height, width = picture.shape[:2]
        corners = tuple(_corners(tuple(box), width, height) for box in one["faces"])
        found.append(Frame(picture, corners, one["file"]))
    return found


def _corners(box: Box, width: int, height: int) -> Corners:
    x0, y0, x1, y1 = box
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) * [width, height]


def _picture(path: Path, time_s: float) -> Rgb:
    with path.open("rb") as file:
        if path.suffix not in (".mp4", ".m4v", ".mov"):
            whole = read_still(file, Limits().max_pixels).pixels
            return _kept_size(whole)
        for one in decode_frames(file, Limits(), Damage()):
            if one.time >= time_s - 0.005:
                return one.rgb(*fitted(one.frame.width, one.frame.height))
    raise ValueError(f"{path.name} ends before {time_s} s")


def _kept_size(whole: Rgb) -> Rgb:
    size = fitted(whole.shape[1], whole.shape[0], STILL_LONG_SIDE_PX)
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)


def turned(degrees: int) -> Version:
    """Counter-clockwise; by quarters exactly, else within the frame's own edges."""

    def turn(frame: Frame) -> Frame:
        height, width = frame.picture.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        if degrees % 90 == 0:
            picture = np.ascontiguousarray(np.rot90(frame.picture, degrees // 90))
            if degrees % 180:
                matrix[:, 2] += (height - width) / 2, (width - height) / 2
        else:
            picture = np.asarray(cv2.warpAffine(frame.picture, matrix, (width, height)), np.uint8)
        faces = (corners @ matrix[:, :2].T + matrix[:, 2] for corners in frame.faces)
        return Frame(picture, tuple(c for c in faces if _inside_frame(c, picture)), frame.file)

    return turn


def _inside_frame(corners: Corners, picture: Rgb) -> bool:
    height, width = picture.shape[:2]
    return bool((corners > -1).all() and (corners < [width + 1, height + 1]).all())


def darkened(light: float) -> Version:
    def darken(frame: Frame) -> Frame:
        grain = np.random.default_rng(0).normal(0, 2, frame.picture.shape)
        dark = np.clip(frame.picture * light + grain, 0, 255).astype(np.uint8)
        return Frame(dark, frame.faces, frame.file)

    return darken


def covered(top: float, bottom: float) -> Version:
    """A patch over each face from one share of its height to another."""

    def cover(frame: Frame) -> Frame:
        picture = frame.picture.copy()
        for (x0, y0), _, (x1, y1), _ in frame.faces:
            margin = 0.05 * (x1 - x0)
            low, high = round(y0 + top * (y1 - y0)), round(y0 + bottom * (y1 - y0))
            left, right = max(0, round(x0 - margin)), round(x1 + margin)
            picture[max(0, low) : high, left:right] = (52, 60, 92)  # a dark blue cloth
        return Frame(picture, frame.faces, frame.file)

    return cover


def halved(frame: Frame) -> Frame:
    """Half as large, four times in one frame; only the first counts."""
    height, width = frame.picture.shape[:2]
    small = cv2.resize(frame.picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    tiled = np.asarray(np.tile(small, (2, 2, 1)), np.uint8)
    return Frame(tiled, tuple(corners / 2 for corners in frame.faces), frame.file)


def both(first: Version, second: Version) -> Version:
    return lambda frame: second(first(frame))


# what is shown of each frame, and the row that it counts for beside its size
VERSIONS: dict[str, tuple[str, Version]] = {
    "as filmed": ("upright", turned(0)),
    "turned 90": ("turned by 90", turned(90)),
    "turned 180": ("turned by 180", turned(180)),
    "turned 270": ("turned by 270", turned(270)),
    "turned 20": ("turned by 20", turned(20)),
    "turned 45": ("turned by 45", turned(45)),
    "half": ("half as large, four times", halved),
    "a tenth of the light, turned 90": ("a tenth of the light", both(darkened(0.1), turned(90))),
    "scarf": ("mouth and chin covered", covered(0.5, 1.1)),
    "helmet, turned 180": ("brow covered", both(covered(-0.25, 0.3), turned(180))),
}
EMPTY_VERSIONS = ("as filmed", "turned 90", "turned 45", "a tenth of the light, turned 90")


@dataclass(slots=True)
class Count:
    missed: int = 0
    faces: int = 0

    def add(self, missed: bool) -> None:
        self.missed += missed
        self.faces += 1

    def figures(self) -> dict[str, Any]:
        rate = upper_bound(self.missed, self.faces) if self.faces else 1.0
        return {"missed": self.missed, "faces": self.faces, "miss_rate_95_upper": rate}


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one version of one frame."""

    file: str
    empty: bool  # no person is in the frame
    version: str
    overlooked: tuple[tuple[float, bool], ...]  # height in px of each face, whether it was missed
    places: int  # filled
    area: float  # 0..1 filled
    cpu_s: float


def look(frame: Frame) -> list[Seen]:
    """All versions of one frame."""
    detector = _detector_of_thread()
    seen = []
    for name in VERSIONS if frame.faces else EMPTY_VERSIONS:
        one = VERSIONS[name][1](frame)
        start = time.thread_time()
        boxes = tuple(face.box for face in detector.detect(one.picture))
        cpu_s = time.thread_time() - start
        gone = (destroy(one.picture, boxes) == FILL_RGB).all(axis=2)
        faces = tuple(
            (float(np.linalg.norm(corners[3] - corners[0])), _filled(gone, corners) < DESTROYED)
            for corners in one.faces
        )
        seen.append(
            Seen(frame.file, not frame.faces, name, faces, len(boxes), float(gone.mean()), cpu_s)
        )
    return seen


_OWN = threading.local()  # a detector looks at one frame at a time


def _detector_of_thread() -> FaceDetector:
    if not hasattr(_OWN, "detector"):
        load_detector.cache_clear()
        _OWN.detector = load_detector()
    found: FaceDetector = _OWN.detector
    return found


def measure(given: list[Frame]) -> dict[str, Any]:
    cv2.setNumThreads(1)  # a frame keeps one core busy, as in the sandbox
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        looks = [one for seen in pool.map(look, given) for one in seen]
    groups = {group: Count() for group, _ in VERSIONS.values()}
    sizes = {size: Count() for size in SIZES}
    target = Count()
    missed: list[dict[str, Any]] = []
    for one in looks:
        for height, overlooked in one.overlooked:
            size = next(n for n, (low, high) in SIZES.items() if low <= height < high)
            sizes[size].add(overlooked)
            if height >= TARGET_PX:
                groups[VERSIONS[one.version][0]].add(overlooked)
                target.add(overlooked)
                if overlooked:
                    missed.append(
                        {"file": one.file, "version": one.version, "height_px": round(height)}
                    )
    return {
        "at_target_size": target.figures(),
        "by_version": {name: count.figures() for name, count in groups.items()},
        "by_height": {name: count.figures() for name, count in sizes.items()},
        "missed_at_target_size": missed,
        "without_people": {
            name: _in_vain([s for s in looks if s.version == name and s.empty])
            for name in EMPTY_VERSIONS
        },
        "cpu_s_a_frame": float(np.mean([one.cpu_s for one in looks])),
    }


def _in_vain(seen: list[Seen]) -> dict[str, Any]:
    some = sum(one.places > 0 for one in seen)
    return {
        "frames": len(seen),
        "frames_filled_in_part": some,
        "frames_filled_95_upper": upper_bound(some, len(seen)),
        "places_a_frame": float(np.mean([one.places for one in seen])),
        "area": float(np.mean([one.area for one in seen])),
    }


def _filled(gone: NDArray[np.bool_], corners: Corners) -> float:
    """Share of the face's box that is filled."""
    box = np.zeros(gone.shape, np.uint8)
    cv2.fillConvexPoly(box, np.round(corners).astype(np.int32), 1)
    return float(gone[box > 0].mean()) if box.any() else 1.0


def upper_bound(missed: int, faces_seen: int, confidence: float = 0.95) -> float:
    """One-sided Clopper-Pearson bound of the miss rate, by bisection."""
    if missed == faces_seen:
        return 1.0
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
    given = frames(bench.parent)
    figures = measure(given)
    path = record.write(
        "faces",
        "python -m benchmarks faces ../shared/bench",
        {
            "frames": len(given),
            "frames_with_faces": sum(bool(f.faces) for f in given),
            "sources": len({f.file for f in given if f.faces}),
            "different_faces": sum(len(f.faces) for f in given),
            "how_counted": " ".join((__doc__ or "").split("How they were\nmarked: ")[1].split()),
            **figures,
        },
    )
    for key in ("by_version", "by_height"):
        for name, one in figures[key].items():
            print(
                f"{name:28} missed {one['missed']:3} of {one['faces']:4}, "
                f"at most {one['miss_rate_95_upper']:.1%}"
            )
    print(figures["at_target_size"], figures["missed_at_target_size"])
    print(figures["without_people"], figures["cpu_s_a_frame"])
    print(path)


if __name__ == "__main__":
    main()
