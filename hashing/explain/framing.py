"""What was put around the known picture: bars, a blurred fill, another picture, a filmed screen."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from hashing.align.correspondences import collect_correspondences
from hashing.align.model_selection import prefer_axis_aligned
from hashing.align.spatiotemporal import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.explain.borders.border_regions import (
    Region,
    coloured_marks,
    same_colour,
    surroundings,
    without_its_bars,
)
from hashing.explain.difference.registered_frames import Look, looks
from hashing.explain.difference.visible_area import Extent, extent
from hashing.explain.frame_shares import is_filled
from hashing.explain.geometry import DEEP, Shape, shape, uncertainty
from hashing.imaging.polygons import area_in_unit_square
from hashing.message import Message, Param
from hashing.types import Box, Edit, FrameShare

THINNEST_BAR = 0.015  # of the frame
BROAD = 0.06  # of the frame: a bar beside another picture counts from here
BLACK = 18  # grey levels
MOSTLY_SHOWN = 0.85  # of the frame, above which what is left is no filled background
FEWEST_OTHERS = 8  # pictures of the rest of the item, a tenth of a second apart
FLUSH = 0.025  # of the frame: how near a side counts as at it
FEW = 40  # correspondences
INSIDE = 0.02  # how far a corner of a filmed screen may leave the frame


def outside(query: FrameCache, reference: FrameCache, placement: Placement) -> tuple[Region, ...]:
    """What lies around the known picture in the item's frame, bars first; () where nothing does."""
    placement = prefer_axis_aligned(query, reference, placement)
    return surroundings(looks(query, reference, placement), extent(query, reference, placement))[0]


def frame_edits(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    shares: tuple[FrameShare, ...] = (),
) -> list[Edit]:
    """How the item frames the known picture.

    shares: of what the frame is made; a fill that is sharp, dim or written on is known by them.
    """
    placement = prefer_axis_aligned(query, reference, placement)
    seen = extent(query, reference, placement)
    held = looks(query, reference, placement)
    filmed = None
    if placement.transform.model != "axis":
        points = collect_correspondences(query, reference, placement)
        form = shape(query, reference, seen, uncertainty(points, placement.transform.matrix))
        filmed = slanted_screen(form, seen, placement.transform.inliers)
        if filmed is not None and placement.path is not None:
            filmed = None  # one transform for a crop that moves leans without a slanted view
    if filmed is not None:
        return [filmed]
    regions, frame = surroundings(held, seen)
    page = recorded_page(held, telling(regions), seen)
    if page is not None:
        return [page]
    regions, frame = without_its_bars(regions, frame)
    regions = telling(regions)
    bars = [
        letterbox(regions, EditType.LETTERBOX, ("top", "bottom")),
        letterbox(regions, EditType.PILLARBOX, ("left", "right")),
    ]
    around = surrounding_picture(regions, seen, frame, filled=is_filled(shares))
    out = [edit for edit in [*bars, around] if edit is not None]
    if around is None and out and fitted_in(query, placement, regions):
        return [_in_this_segment_only(edit) for edit in out]
    return out


def _in_this_segment_only(edit: Edit) -> Edit:
    message = edit.message
    return replace(edit, message=replace(message, params=message.params | {"segments": "one"}))


def telling(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """The regions without bars that belong to what lies around the known picture anyway.

    A larger picture may have an edge of its own, and a blurred fill may be of one colour somewhere.
    """
    kinds = {region.kind for region in regions}
    if "blurred_copy" in kinds:
        return tuple(r for r in regions if not r.is_bar or r.kind == "text" or _neutral(r))
    if "picture" in kinds:
        return tuple(r for r in regions if r.kind != "plain" or r.share >= BROAD)
    return regions


def _neutral(bar: Region) -> bool:
    """Whether a bar is black or white, as bars are."""
    return (max(bar.colour) <= 24 and max(bar.colour) - min(bar.colour) <= 8) or min(
        bar.colour
    ) >= 236


def fitted_in(query: FrameCache, placement: Placement, regions: tuple[Region, ...]) -> bool:
    """Whether black bars are there only because pieces of unlike shape share the item's frame.

    That is so where the item goes on, before or after, with something else in their place.
    """
    bars = [r for r in regions if r.kind == "plain"]
    if not bars or any(max(bar.colour) > BLACK for bar in bars):
        return False
    others = np.ones(len(query.times), bool)
    for line in placement.lines:
        others &= (query.times < line.start - 0.5) | (query.times > line.end + 0.5)
    if others.sum() < FEWEST_OTHERS:
        return False
    indices, tiny = query.sampled_thumbnails()
    tiny = tiny[others[indices]]
    if not len(tiny):
        return False
    height, width = tiny.shape[1:]
    shown = np.zeros(len(tiny), bool)
    for bar in bars:
        x0, y0, x1, y1 = bar.box
        part = tiny[
            :, round(y0 * height) : round(y1 * height), round(x0 * width) : round(x1 * width)
        ]
        if part.shape[1] and part.shape[2]:
            shown |= np.percentile(part.reshape(len(tiny), -1), 75, axis=1) > 2 * BLACK
    return bool(shown.mean() > 0.3)


def slanted_screen(form: Shape, seen: Extent, inliers: int) -> Edit | None:
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


def recorded_page(held: list[Look], regions: tuple[Region, ...], seen: Extent) -> Edit | None:
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
    coloured = max(coloured_marks(held, region.box, ground) for region in page)
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


def letterbox(regions: tuple[Region, ...], kind: EditType, sides: tuple[str, str]) -> Edit | None:
    """Plain bars on one or both of two opposite sides."""
    bars = {side: [r for r in regions if r.side == side and r.is_bar] for side in sides}
    plain = {
        side: [r for r in found if r.kind == "plain" or _answers(r, regions, side, sides)]
        for side, found in bars.items()
    }
    shares = {side: sum(r.share for r in found) for side, found in plain.items()}
    shown = {side: share for side, share in shares.items() if share >= THINNEST_BAR}
    if not shown:
        return None
    colour = next(r.colour for side in shown for r in plain[side])
    measure: dict[str, float | int | str] = {s: round(v, 4) for s, v in shown.items()}
    measure["colour"] = "#" + "".join(f"{channel:02x}" for channel in colour)
    message = Message(f"edit-{kind.slug}", {"bars": _bars(shown), "segments": "all"})
    return Edit(kind, min(0.99, 0.7 + 3 * max(shown.values())), measure, message)


def _bars(shown: dict[str, float]) -> Param:
    """How broad the bars are; said once where both are equally broad."""
    shares = {side: round(share, 3) for side, share in shown.items()}
    if len(shares) > 1 and len(set(shares.values())) == 1:
        return Message("edit-bars-even", {"share": next(iter(shares.values()))})
    return tuple(Message(f"edit-bar-{side}", {"share": share}) for side, share in shares.items())


def _answers(bar: Region, regions: tuple[Region, ...], side: str, sides: tuple[str, str]) -> bool:
    """Whether a bar with letters in it is the counterpart of a plain one opposite."""
    other = sides[1] if side == sides[0] else sides[0]
    return any(
        r.kind == "plain"
        and r.side == other
        and same_colour(r, bar)
        and 0.75 <= r.share / bar.share <= 1.33
        for r in regions
    )


def surrounding_picture(
    regions: tuple[Region, ...], seen: Extent, frame: Box, *, filled: bool = False
) -> Edit | None:
    """A blurred fill, the cells of a split screen, or a larger picture around the known one.

    filled: whether what lies around moves as the enlarged footage does.
    """
    around = [region for region in regions if not region.is_bar]
    if not around:
        return None
    x0, y0, x1, y1 = seen.box
    share = (x1 - x0) * (y1 - y0)
    measure: dict[str, float | int | str] = {"frame_share": round(share, 4)}
    if around[0].kind == "blurred_copy" or filled:
        if share > MOSTLY_SHOWN:
            return None  # nobody fills a rim with it: it is the rim of a soft or filmed picture
        message = Message("edit-blurred-background", {"share": round(share, 4)})
        return Edit(EditType.BLURRED_BACKGROUND, 0.9, measure, message)
    cell = split_cell(seen.box, frame)
    if cell is not None:
        measure |= {"cell_width": round(cell[0], 4), "cell_height": round(cell[1], 4)}
        message = Message(
            "edit-split-screen", {"width": round(cell[0], 4), "height": round(cell[1], 4)}
        )
        return Edit(EditType.SPLIT_SCREEN, 0.85, measure, message, box=seen.box)
    if len({region.side for region in around}) < 2:
        return None
    message = Message("edit-inset", {"share": round(share, 4)})
    return Edit(EditType.INSET, 0.9, measure, message, box=seen.box)


def split_cell(box: Box, frame: Box) -> tuple[float, float] | None:
    """Width and height of the cell that a box fills in a frame, if it is a split screen's."""
    wide, high = frame[2] - frame[0], frame[3] - frame[1]
    left, right = (box[0] - frame[0]) / wide, (box[2] - frame[0]) / wide
    top, bottom = (box[1] - frame[1]) / high, (box[3] - frame[1]) / high
    across, down = _cell(left, right), _cell(top, bottom)
    if across is None or down is None or (across == 1 and down == 1):
        return None
    if across < 1 and down < 1 and (across, down) != (0.5, 0.5):
        return None  # a small picture near a corner or a border, and not one of nine or more
    return across, down


def _cell(start: float, end: float) -> float | None:
    """The share of a frame's side that a cell takes up: all of it, or from border to border."""
    if start <= FLUSH and end >= 1 - FLUSH:
        return 1.0
    for count in (2, 3, 4):
        borders = np.arange(count + 1) / count
        for low, high in pairwise(borders):
            if abs(start - low) <= FLUSH and abs(end - high) <= FLUSH:
                return float(high - low)
    if start <= FLUSH and abs(end - 2 / 3) <= FLUSH:
        return 2 / 3
    if end >= 1 - FLUSH and abs(start - 1 / 3) <= FLUSH:
        return 2 / 3
    return None
