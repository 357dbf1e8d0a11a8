"""Small clips with one known edit each, and their fingerprints: made once a test run.

All show made scenes at RATE pictures a second. STREET is the clip that most others are made from.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hashing.compare import compare
from hashing.decode.probe import probe
from hashing.describe.fingerprint import fingerprint
from hashing.types import Fingerprint, Match
from tests.made import make_video, scene, sound, write_video
from tests.made.scenes import Size

type Picture = NDArray[np.uint8]
type Moving = Callable[[float], Picture]  # moment in s -> (H, W, 3) RGB

RATE = 10.0
SIZE: Size = (320, 180)
STREET, PARK, HARBOUR, MARKET = 11, 12, 13, 14  # seeds
LONG_S = 6.0  # of STREET
EXCERPT_S = (1.5, 4.5)
CROP = (0.12, 0.1, 0.82, 0.8)  # x0, y0, x1, y1 of the street's picture
INSET = (0.52, 0.06, 0.96, 0.5)  # of the larger picture
SPEED = 1.5
STILL_S = 3.3
SWUNG_S = 37 / 30  # a third of the way between two preview frames
IDENT_S = 1.5
ZOOM = ((0.02, 0.03, 0.95), (0.22, 0.08, 0.66))  # left, top, side of the first and last window
PIECES = ((3.5, 5.5), (0.5, 2.5))  # s of the street, in the order shown


def whole(seed: int) -> Moving:
    return lambda t: scene(seed, t, SIZE)


def written(path: Path, seconds: float, moving: Moving, sound_seed: int | None = None) -> Path:
    """A clip of what `moving` shows, with speech where a seed for it is given."""
    shots = ((i / RATE, moving(i / RATE)) for i in range(max(1, round(seconds * RATE))))
    samples = None if sound_seed is None else sound("speech", sound_seed, seconds)
    return write_video(path, shots, RATE, samples=samples)


def part(picture: Picture, box: tuple[float, float, float, float]) -> Picture:
    height, width = picture.shape[:2]
    x0, y0, x1, y1 = box
    return picture[round(y0 * height) : round(y1 * height), round(x0 * width) : round(x1 * width)]


def resized(picture: Picture, size: Size) -> Picture:
    method = cv2.INTER_AREA if picture.shape[1] > size[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=method), np.uint8)


def letterboxed(picture: Picture, bar: int = 30) -> Picture:
    return np.pad(picture, ((bar, bar), (0, 0), (0, 0)))


def inside(outer: Picture, inner: Picture) -> Picture:
    """The inner picture as an inset in the corner of the outer one."""
    height, width = outer.shape[:2]
    x0, x1 = round(INSET[0] * width), round(INSET[2] * width)
    y0, y1 = round(INSET[1] * height), round(INSET[3] * height)
    out = outer.copy()
    out[y0:y1, x0:x1] = resized(inner, (x1 - x0, y1 - y0))
    return out


def framed(picture: Picture, frame_seed: int = 31) -> Picture:
    """The picture in a broad decorated border, as template videos have."""
    out = scene(frame_seed, 0.0, SIZE)
    x, y = round(0.15 * SIZE[0]), round(0.15 * SIZE[1])
    out[y:-y, x:-x] = resized(picture, (SIZE[0] - 2 * x, SIZE[1] - 2 * y))
    return out


def fixed_camera(hour: int) -> Moving:
    """One unmoving background at any hour, with things that cross it differently each hour."""
    background = scene(21, 0.0, SIZE)
    rng = np.random.default_rng([21, hour])
    things = [resized(part(scene(40 + hour, 9.0 * i, SIZE), CROP), (64, 48)) for i in range(3)]
    paths = rng.uniform(0.3, 1.2, (3, 4))

    def at(t: float) -> Picture:
        out = background.copy()
        for thing, (speed, phase, height, wave) in zip(things, paths, strict=True):
            x = int((phase + 0.12 * speed * t) % 1 * (SIZE[0] - 64))
            y = int((0.35 * height + 0.2 * np.sin(wave * 2 * t) + 0.3) * (SIZE[1] - 48))
            out[y : y + 48, x : x + 64] = thing
        return out

    return at


def with_ident(rest: Moving) -> Moving:
    """The same ident in front of whatever follows."""
    return lambda t: scene(51, 3 * t, SIZE) if t < IDENT_S else rest(t - IDENT_S)


def _pieces(t: float) -> Picture:
    (first, first_end), (second, _) = PIECES
    length = first_end - first
    return scene(STREET, first + t if t < length else second + t - length, SIZE)


def _faded(t: float) -> Picture:
    """Black, then out of the black, then plain colour."""
    if t < 1.0:
        return np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    if t < 2.0:
        return (scene(STREET, t, SIZE) * (0.08 * (t - 1))).astype(np.uint8)
    return np.full((SIZE[1], SIZE[0], 3), (30, 90, 160), np.uint8)


def _photo(path: Path, picture: Picture) -> Path:
    Image.fromarray(picture).save(path, quality=90)
    return path


at_noon = fixed_camera(1)


def waiting(timestamp: float) -> Moving:
    """Three seconds in which what crosses the fixed camera's picture stands still, then goes on."""
    return lambda t: at_noon(timestamp + max(0.0, t - 3.0))


def quiet_at_first(hour: int) -> Moving:
    """The fixed camera's background alone for two seconds; then things come in from below."""
    background, crossed = scene(21, 0.0, SIZE), fixed_camera(hour)

    def at(t: float) -> Picture:
        come = min(SIZE[1], max(0, int(120 * (t - 2.0))))
        return np.vstack([background[: SIZE[1] - come], crossed(t)[SIZE[1] - come :]])

    return at


def cornered(outer: Picture, inner: Picture) -> Picture:
    """The inner picture at 28 % of the outer one's size in its upper right corner."""
    height, width = outer.shape[:2]
    small = resized(inner, (round(0.28 * width), round(0.28 * height)))
    out = outer.copy()
    out[10 : 10 + small.shape[0], width - 16 - small.shape[1] : width - 16] = small
    return out


def symmetric(t: float) -> Picture:
    """A picture that is its own mirror image, but for a mark on what swings in it."""
    left, half = scene(63, 0.0, (SIZE[0] // 2, SIZE[1])), scene(61, 0.0, (64, 128))
    out, body = _with_its_mirror(left), _with_its_mirror(half)
    body[10:30, 20:40] = scene(62, 0.0, (20, 20))
    x = int(96 + 80 * np.sin(1.9 * t) + 14 * np.sin(5.3 * t))
    y = int(26 + 20 * np.sin(2.7 * t))
    out[y : y + 128, x : x + 128] = body
    return out


def _with_its_mirror(picture: Picture) -> Picture:
    return np.hstack([picture, picture[:, ::-1]])


def closer(picture: Picture, t: float) -> Picture:
    """A crop that grows closer for five seconds, from ZOOM's first window to its last."""
    return through(
        picture, tuple(np.interp(t / 5.0, (0, 1), ends) for ends in zip(*ZOOM, strict=True))
    )


def sideways(picture: Picture, t: float) -> Picture:
    """A crop of seven tenths of either side that wanders across for four seconds."""
    return through(picture, (0.28 * min(1.0, t / 4.0), 0.15, 0.7))


def through(picture: Picture, window: tuple[float, ...]) -> Picture:
    """What a window (left, top, side; shares of the picture) shows, at the picture's size."""
    left, top, side = window
    height, width = picture.shape[:2]
    matrix = np.array([[side, 0, left * width], [0, side, top * height]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), flags=flags), np.uint8)


def swung(t: float) -> Picture:
    """A resting scene before a camera that swings by 6 % of the frame in 0.1 s."""
    scenery = scene(HARBOUR, 0.0, (3 * SIZE[0], 3 * SIZE[1]))
    return resized(through(scenery, (0.02 + 0.2 * t, 0.1 + 0.1 * t, 0.33)), SIZE)


FILMS: dict[str, Callable[[Path], Path]] = {
    "street": lambda p: written(p, LONG_S, whole(STREET), STREET),
    "copy": lambda p: make_video(
        p, STREET, LONG_S, 25, (256, 144), sound_kind=None, crf=30, b_frames=2
    ),
    "excerpt": lambda p: written(
        p, EXCERPT_S[1] - EXCERPT_S[0], lambda t: scene(STREET, EXCERPT_S[0] + t, SIZE)
    ),
    "cropped": lambda p: written(
        p, LONG_S, lambda t: resized(part(scene(STREET, t, SIZE), CROP), SIZE)
    ),
    "mirrored": lambda p: written(p, LONG_S, lambda t: scene(STREET, t, SIZE)[:, ::-1]),
    "letterboxed": lambda p: written(p, LONG_S, lambda t: letterboxed(scene(STREET, t, SIZE))),
    "sped up": lambda p: written(p, LONG_S / SPEED, lambda t: scene(STREET, SPEED * t, SIZE)),
    "reversed": lambda p: written(p, LONG_S, lambda t: scene(STREET, LONG_S - t, SIZE)),
    "inset": lambda p: written(
        p, LONG_S, lambda t: inside(scene(PARK, t, SIZE), scene(STREET, t, SIZE))
    ),
    "reordered": lambda p: written(p, sum(b - a for a, b in PIECES), _pieces),
    "still": lambda p: _photo(p, scene(STREET, STILL_S, SIZE)),
    "park": lambda p: written(p, 4.0, whole(PARK), PARK),
    "harbour": lambda p: written(p, 4.0, whole(HARBOUR), HARBOUR),
    "park photo": lambda p: _photo(p, scene(PARK, 2.0, SIZE)),
    "park photo, cropped": lambda p: _photo(p, part(scene(PARK, 2.0, (640, 360)), CROP)),
    "harbour, street's sound": lambda p: written(p, 3.0, whole(HARBOUR), STREET),
    "park, frozen": lambda p: written(
        p, 4.0, lambda t: scene(PARK, 2.0, SIZE) if t < 2 else scene(HARBOUR, t, SIZE)
    ),
    "faded": lambda p: written(p, 3.0, _faded),
    "faded again": lambda p: written(p, 2.8, lambda t: _faded(t + 0.1)),
    "ident, park": lambda p: written(p, 4.5, with_ident(whole(PARK))),
    "ident, harbour": lambda p: written(p, 4.5, with_ident(whole(HARBOUR))),
    "framed park": lambda p: written(p, 3.0, lambda t: framed(scene(PARK, t, SIZE))),
    "framed harbour": lambda p: written(p, 3.0, lambda t: framed(scene(HARBOUR, t, SIZE))),
    "letterboxed harbour": lambda p: written(
        p, 4.0, lambda t: letterboxed(scene(HARBOUR, t, SIZE))
    ),
    "0.4 s": lambda p: written(p, 0.4, lambda t: scene(STREET, 3 + t, SIZE)),
    "0.4 s of the harbour": lambda p: written(p, 0.4, lambda t: scene(HARBOUR, 3 + t, SIZE)),
    "one frame": lambda p: written(p, 1 / RATE, lambda t: scene(STREET, 3 + t, SIZE)),
    "fixed": lambda p: written(p, 6.0, at_noon),
    "fixed, copy": lambda p: make_video(
        p, 1, 5.0, RATE, sound_kind=None, crf=30, edit=lambda _, t: _smaller(at_noon(t + 0.5))
    ),
    "fixed, later": lambda p: written(p, 6.0, fixed_camera(2)),
    "fixed, waiting": lambda p: written(p, 5.0, waiting(1.0)),
    "fixed, waiting elsewhere": lambda p: written(p, 5.0, waiting(3.5)),
    "fixed, only waiting": lambda p: written(p, 2.5, lambda t: at_noon(1.0)),
    "fixed, quiet at first": lambda p: written(p, 4.5, quiet_at_first(1)),
    "fixed, quiet at first, later": lambda p: written(p, 4.5, quiet_at_first(2)),
    "street, closer": lambda p: written(p, 5.0, lambda t: closer(scene(STREET, t, SIZE), t)),
    "street, sideways and mirrored": lambda p: written(
        p, 4.0, lambda t: sideways(scene(STREET, t + 1, SIZE), t)[:, ::-1]
    ),
    "fixed, closer": lambda p: written(p, 5.0, lambda t: closer(at_noon(t + 0.5), t)),
    "fixed, later and closer": lambda p: written(
        p, 5.0, lambda t: closer(fixed_camera(2)(t), t)
    ),
    "symmetric": lambda p: written(p, 8.0, symmetric),
    "symmetric, mirrored": lambda p: written(p, 5.0, lambda t: symmetric(t + 1.2)[:, ::-1]),
    "photo with a small one": lambda p: _photo(
        p, cornered(scene(HARBOUR, 2.0, (640, 360)), scene(PARK, 2.0, (640, 360)))
    ),
    "street, held": lambda p: written(p, 2.5, lambda _: scene(STREET, STILL_S, SIZE)),
    "street, held and closer": lambda p: written(
        p, 3.0, lambda t: closer(scene(STREET, STILL_S, SIZE), t)
    ),
    "park photo's film": lambda p: written(
        p, 3.0, lambda t: sideways(scene(PARK, 2.0, SIZE), t)
    ),
    "swing": lambda p: write_video(p, ((i / 30, swung(i / 30)) for i in range(75)), 30),
    "photo of a swing": lambda p: _photo(p, swung(SWUNG_S)),
    "photo of a swing, cropped": lambda p: _photo(p, part(swung(SWUNG_S), CROP)),
    "photo of fixed": lambda p: _photo(p, at_noon(2.0)),
    "photo of fixed, later": lambda p: _photo(p, fixed_camera(2)(2.0)),
}  # fmt: skip


def _smaller(picture: Picture) -> Picture:
    return resized(picture, (256, 144))


class Films:
    """Fingerprints by name, each made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[str, str], Fingerprint] = {}
        self._matches: dict[tuple[str, str], Match] = {}

    def path(self, name: str) -> Path:
        photo = name == "still" or ("photo" in name and "film" not in name)
        suffix = ".jpg" if photo else ".mp4"
        path = self._folder / (name.replace("'", "") + suffix)
        return path if path.exists() else FILMS[name](path)

    def __call__(self, name: str, sampling: str = "default") -> Fingerprint:
        key = name, sampling
        if key not in self._known:
            with self.path(name).open("rb") as file:
                self._known[key] = fingerprint(file, probe(file), sampling)  # type: ignore[arg-type]
        return self._known[key]

    def match(self, query: str, reference: str) -> Match:
        """The match of two films; each pair is compared once."""
        if (query, reference) not in self._matches:
            self._matches[query, reference] = compare(self(query), self(reference))
        return self._matches[query, reference]
