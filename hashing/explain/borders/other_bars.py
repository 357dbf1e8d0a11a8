"""Bars that belong to another picture beside the known one, or around it.

A night sky or a drawing on white has an edge of one colour that looks like a bar along the frame. A
bar of the item's own touches the known picture, or has its like on the opposite side.
"""

from hashing.explain.borders.border_regions import Region, Side, same_colour
from hashing.types import Box

OPPOSITE: dict[Side, Side] = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
ALIKE = 1.33  # the broader of two bars over the other, at most, for a pair


def without_its_bars(regions: tuple[Region, ...], frame: Box) -> tuple[tuple[Region, ...], Box]:
    """The regions without the bars that are the other picture's, and the frame with those in it.

    frame: what all the bars leave.
    """
    before = {region.side for region in regions if not region.is_bar}
    blurred = any(region.kind == "blurred_copy" for region in regions)
    gone = [r for r in regions if r.is_bar and r.side in before and not _paired(r, regions)]
    if blurred or not gone:
        return regions, frame
    x0, y0, x1, y1 = frame
    for bar in gone:
        x0 = min(x0, bar.box[0]) if bar.side == "left" else x0
        y0 = min(y0, bar.box[1]) if bar.side == "top" else y0
        x1 = max(x1, bar.box[2]) if bar.side == "right" else x1
        y1 = max(y1, bar.box[3]) if bar.side == "bottom" else y1
    return tuple(region for region in regions if region not in gone), (x0, y0, x1, y1)


def _paired(bar: Region, regions: tuple[Region, ...]) -> bool:
    """Whether the opposite side has the same bar."""
    return any(
        one.is_bar
        and one.side == OPPOSITE[bar.side]
        and same_colour(one, bar)
        and 1 / ALIKE <= one.share / bar.share <= ALIKE
        for one in regions
    )
