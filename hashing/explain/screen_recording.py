"""Edits of a screen recording: a screen filmed at a slant, or a page around the known picture."""

import numpy as np

from hashing.edit_types import EditType
from hashing.explain.borders.border_regions import (
    Region,
    coloured_marks,
)
from hashing.explain.difference.registered_frames import RegisteredPair
from hashing.explain.difference.visible_area import Extent
from hashing.explain.geometry import DEEP, Shape
from hashing.imaging.polygons import area_in_unit_square
from hashing.message import Message
from hashing.types import Box, Edit

FEW = 40  # correspondences

INSIDE = 0.02  # how far a corner of a filmed screen may leave the frame


def slanted_screen_edit(form: Shape, seen: Extent, inliers: int) -> Edit | None:
    """A screen filmed at a slant: perspective, or a leaning picture with a margin all around."""
    xs, ys = seen.corners.T
    inside = bool((seen.corners > -INSIDE).all() and (seen.corners < 1 + INSIDE).all())
    share = area_in_unit_square(seen.corners)
    box: Box = (
        float(xs.min().clip(0, 1)),
        float(ys.min().clip(0, 1)),
        float(xs.max().clip(0, 1)),
        float(ys.max().clip(0, 1)),
    )
    if inliers < FEW and abs(form.turned_deg) < 10:
        return None  # a few correspondences lean by chance
    leaning = inside and share < 0.95 and not seen.upright
    if not leaning and form.depth < 2 * DEEP + 6 * form.uncertain:
        return None
    measure: dict[str, float | int | str] = {
        "frame_share": round(share, 4),
        "depth": round(form.depth, 4),
        "degrees": round(form.turned_deg, 2),
    }
    message = Message(
        "edit-filmed-screen", {"share": round(share, 4), "depth": round(form.depth, 4)}
    )
    sure = 0.95 if leaning and form.depth > DEEP else 0.75
    return Edit(EditType.SCREEN_RECORDING, sure, measure, message, box=box)


def recorded_page_edit(
    pairs: list[RegisteredPair], regions: tuple[Region, ...], seen: Extent
) -> Edit | None:
    """The known picture on a page or an application's screen: marks on one ground around it."""
    page = [region for region in regions if region.kind in ("text", "page")]
    if not page:
        return None
    ground = page[0].colour
    alike = [
        region
        for region in regions
        if region.kind == "page" or np.abs(np.subtract(region.colour, ground)).max() <= 16
    ]
    sides = {region.side for region in alike}
    marked = {region.side for region in alike if region.kind != "plain"}
    coloured = max(coloured_marks(pairs, region.box, ground) for region in page)
    across = any(region.side in ("left", "right") for region in page)
    if len(sides) < 2 or not (len(marked) >= 2 or across) or coloured < 0.04:
        return None
    if len(sides) == 2 and not across and coloured < 0.15:
        return None
    x0, y0, x1, y1 = seen.box
    share = (x1 - x0) * (y1 - y0)
    message = Message("edit-recorded-page", {"share": round(share, 4)})
    return Edit(
        EditType.SCREEN_RECORDING, 0.85, {"frame_share": round(share, 4)}, message, box=seen.box
    )
