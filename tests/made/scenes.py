"""Moving textured scenes: a pan over a fractal landscape with things that move across it.

Textured enough for local features, unlike between seeds, never twice the same within minutes.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

type Size = tuple[int, int]  # width, height

WORLD_SIZE: Size = (1600, 900)  # the landscape; the camera sees half of it each way
CAMERA_SHARE = 0.5
SPRITE_PX = 260  # side of a moving thing, in the landscape's pixels
SPRITES = 4


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """What one seed shows, at the size of one camera."""

    landscape: NDArray[np.uint8]  # (2H, 2W, 3) RGB
    sprites: tuple[NDArray[np.uint8], ...]  # each (S, S, 4) RGBA
    paths: NDArray[np.float64]  # (1 + sprites, 2, 4) two sines an axis: rate and phase of each


def scene(seed: int, t: float, size: Size = (320, 180)) -> NDArray[np.uint8]:
    """The scene `seed` at the moment t (s), (H, W, 3) RGB."""
    world = _world(seed, size)
    width, height = size
    x, y = _wander(world.paths[0], t)
    centre = (width / 2 + x * (width - 1), height / 2 + y * (height - 1))
    picture = np.asarray(cv2.getRectSubPix(world.landscape, (width, height), centre), np.uint8)
    for sprite, path in zip(world.sprites, world.paths[1:], strict=True):
        x, y = _wander(path, 2.5 * t)
        _paste(picture, sprite, x * width, y * height)
    return picture


@lru_cache(maxsize=8)
def _world(seed: int, size: Size) -> World:
    rng = np.random.default_rng(seed)
    landscape = _texture(rng, WORLD_SIZE)
    _draw_shapes(rng, landscape, int(rng.integers(70, 160)))
    sprites = [_sprite(rng) for _ in range(SPRITES)]
    scale = size[0] / (CAMERA_SHARE * WORLD_SIZE[0])
    side = max(4, round(SPRITE_PX * scale))
    return World(
        landscape=_resized(landscape, (2 * size[0], 2 * size[1])),
        sprites=tuple(_resized(s, (side, side)) for s in sprites),
        paths=rng.uniform(0.5, 1.5, (1 + SPRITES, 2, 4)),
    )


def _resized(picture: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _wander(path: NDArray[np.float64], t: float) -> tuple[float, float]:
    """A place in 0..1 each way: two sines of unlike periods, so that it takes long to come back."""
    rate_a, phase_a, rate_b, phase_b = path.T  # each (2,)
    wave = np.sin(0.13 * rate_a * t + 6.3 * phase_a) + np.sin(0.37 * rate_b * t + 6.3 * phase_b)
    x, y = 0.5 + wave / 4
    return float(x), float(y)


def _texture(rng: np.random.Generator, size: Size) -> NDArray[np.uint8]:
    """Noise summed over octaves, through three colours, as (H, W, 3) RGB.

    Roughness and colours differ between calls, so that seeds look unlike each other.
    """
    width, height = size
    total = np.zeros((height, width), np.float32)
    roughness = rng.uniform(0.55, 0.85)
    first = int(rng.integers(1, 4))
    for octave in range(first, 9):
        grid = rng.standard_normal((2**octave * 9 // 16 + 1, 2**octave), np.float32)
        layer = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        total += layer * np.float32(roughness**octave)
    low, high = np.percentile(total, [1, 99])
    level = np.clip((total - low) / (high - low), 0, 1) * 255
    table = np.stack(
        [np.interp(np.arange(256), [0, 128, 255], c) for c in rng.uniform(0, 255, (3, 3))]
    )
    return np.asarray(table.T.astype(np.uint8)[level.astype(np.uint8)])


def _draw_shapes(rng: np.random.Generator, picture: NDArray[np.uint8], count: int) -> None:
    """Polygons, rings and letters with hard corners, as houses, windows and signs have."""
    height, width = picture.shape[:2]
    letters, boxes = rng.uniform(0, 1, 2)
    reach = int(rng.integers(25, 110))
    for _ in range(count):
        x, y = (int(v) for v in rng.integers((0, 0), (width, height)))
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        ink = tuple(255 - c for c in colour)
        if rng.uniform() < boxes:
            far = (x + int(rng.integers(8, 2 * reach)), y + int(rng.integers(8, 2 * reach)))
            cv2.rectangle(picture, (x, y), far, colour, -1)
            cv2.rectangle(picture, (x, y), far, ink, 3)
        else:
            spread = rng.integers(-reach, reach, (int(rng.integers(3, 6)), 2))
            cv2.fillPoly(picture, [(np.array((x, y)) + spread).astype(np.int32)], colour)
        if rng.uniform() < letters:
            letter = chr(int(rng.integers(ord("A"), ord("Z") + 1)))
            cv2.putText(picture, letter, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 2.0, ink, 5)


def _sprite(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A textured thing, round or many-cornered, (S, S, 4) RGBA."""
    texture = _texture(rng, (SPRITE_PX, SPRITE_PX))
    _draw_shapes(rng, texture, 6)
    mask = np.zeros((SPRITE_PX, SPRITE_PX), np.uint8)
    middle = SPRITE_PX / 2
    count = int(rng.integers(5, 12))
    angles = np.sort(rng.uniform(0, 2 * np.pi, count))
    radii = middle * rng.uniform(0.6, 0.98, count)
    corners = middle + np.stack([np.cos(angles) * radii, np.sin(angles) * radii], axis=1)
    cv2.fillPoly(mask, [corners.astype(np.int32)], 255)
    return np.dstack([texture, mask])


def _paste(picture: NDArray[np.uint8], sprite: NDArray[np.uint8], x: float, y: float) -> None:
    """Lay a sprite with its middle at (x, y), moved by parts of a pixel, over a picture of ours."""
    height, width = picture.shape[:2]
    half = sprite.shape[0] / 2
    shift = np.array([[1, 0, x - half], [0, 1, y - half]])
    moved = cv2.warpAffine(sprite, shift, (width, height))
    alpha = moved[..., 3:].astype(np.uint16)
    blend = (moved[..., :3] * alpha + picture * (255 - alpha)) // 255
    picture[...] = blend.astype(np.uint8)
