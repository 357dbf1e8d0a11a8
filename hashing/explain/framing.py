"""Edits of the framing: what was put around the known picture, as a fill or another picture."""

from dataclasses import replace

from hashing.align.correspondences import collect_correspondences
from hashing.align.model_selection import prefer_axis_aligned
from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.explain.borders.border_regions import (
    Region,
    surroundings,
    without_its_bars,
)
from hashing.explain.borders.letterbox import bars_of_this_piece_only, letterbox_edit
from hashing.explain.borders.split_screen import split_cell
from hashing.explain.difference.registered_frames import registered_pairs
from hashing.explain.difference.visible_area import Extent, extent
from hashing.explain.frame_shares import is_filled
from hashing.explain.geometry import shape, uncertainty
from hashing.explain.screen_recording import recorded_page_edit, slanted_screen_edit
from hashing.message import Message
from hashing.types import Box, Edit, FrameShare

BROAD = 0.06  # of the frame: a bar beside another picture counts from here
MOSTLY_SHOWN = 0.85  # of the frame, above which what is left is no filled background


def outside(query: FrameCache, reference: FrameCache, placement: Placement) -> tuple[Region, ...]:
    """What frames the known picture in the item, bars first; () where nothing does."""
    placement = prefer_axis_aligned(query, reference, placement)
    return surroundings(
        registered_pairs(query, reference, placement), extent(query, reference, placement)
    )[0]


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
    pairs = registered_pairs(query, reference, placement)
    filmed = None
    if placement.transform.model != "axis":
        points = collect_correspondences(query, reference, placement)
        form = shape(query, reference, seen, uncertainty(points, placement.transform.matrix))
        filmed = slanted_screen_edit(form, seen, placement.transform.inliers)
        if filmed is not None and placement.path is not None:
            filmed = None  # one transform for a crop that moves leans without a slanted view
    if filmed is not None:
        return [filmed]
    regions, frame = surroundings(pairs, seen)
    page = recorded_page_edit(pairs, telling(regions), seen)
    if page is not None:
        return [page]
    regions, frame = without_its_bars(regions, frame)
    regions = telling(regions)
    bars = [
        letterbox_edit(regions, EditType.LETTERBOX, ("top", "bottom")),
        letterbox_edit(regions, EditType.PILLARBOX, ("left", "right")),
    ]
    around = surrounding_picture(regions, seen, frame, filled=is_filled(shares))
    out = [edit for edit in [*bars, around] if edit is not None]
    if around is None and out and bars_of_this_piece_only(query, placement, regions):
        return [_in_this_segment_only(edit) for edit in out]
    return out


def _in_this_segment_only(edit: Edit) -> Edit:
    message = edit.message
    return replace(edit, message=replace(message, params=message.params | {"segments": "one"}))


def telling(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """The border regions without bars that belong to what surrounds the known picture anyway.

    A larger picture may have an edge of its own, and a blurred fill may be of one colour somewhere.
    """
    kinds = {region.kind for region in regions}
    if "blurred_copy" in kinds:
        return tuple(r for r in regions if not r.is_bar or r.kind == "text" or _neutral(r))
    if "picture" in kinds:
        return tuple(r for r in regions if r.kind != "plain" or r.share >= BROAD)
    return regions


def _neutral(bar: Region) -> bool:
    """Whether a bar is black or white, as bars of a frame are."""
    return (max(bar.colour) <= 24 and max(bar.colour) - min(bar.colour) <= 8) or min(
        bar.colour
    ) >= 236


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
