"""A generated photo and a copy of it, to try a check with."""

import random
from pathlib import Path

from PIL import Image, ImageDraw

SIZE_PX = (640, 480)
SHAPES = 60
SEED = 7


def make_still(folder: Path) -> tuple[Path, Path]:
    """Write two JPEG files: a generated photo and a smaller copy of it. Returns both paths."""
    picture = Image.new("RGB", SIZE_PX, (90, 110, 130))
    draw, chance = ImageDraw.Draw(picture), random.Random(SEED)
    for _ in range(SHAPES):
        x, y = chance.randrange(SIZE_PX[0]), chance.randrange(SIZE_PX[1])
        width, height = chance.randrange(20, 160), chance.randrange(20, 160)
        colour = tuple(chance.randrange(256) for _ in range(3))
        shape = chance.choice((draw.ellipse, draw.rectangle))
        shape((x - width // 2, y - height // 2, x + width // 2, y + height // 2), fill=colour)
    known, copy = folder / "known.jpg", folder / "copy.jpg"
    picture.save(known, quality=92)
    picture.resize((480, 360)).save(copy, quality=75)
    return known, copy
