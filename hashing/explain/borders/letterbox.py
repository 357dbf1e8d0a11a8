"""Letterbox and pillarbox: plain bars on one or both of two opposite sides of the frame."""

import numpy as np

from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.explain.borders.border_regions import (
    Region,
    same_colour,
)
from hashing.message import Message, Param
from hashing.types import Edit

THINNEST_BAR = 0.015  # of the frame

BLACK = 18  # grey levels

FEWEST_OTHERS = 8  # pictures of the rest of the item, a tenth of a second apart


def bars_of_this_piece_only(
    query: FrameCache, placement: Placement, regions: tuple[Region, ...]
) -> bool:
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


def letterbox_edit(
    regions: tuple[Region, ...], kind: EditType, sides: tuple[str, str]
) -> Edit | None:
    """Letterbox or pillarbox: plain bars on one or both of two opposite sides."""
    bars = {side: [r for r in regions if r.side == side and r.is_bar] for side in sides}
    plain = {
        side: [
            r
            for r in found
            if r.kind == "plain" or _is_counterpart_of_plain_bar(r, regions, side, sides)
        ]
        for side, found in bars.items()
    }
    shares = {side: sum(r.share for r in found) for side, found in plain.items()}
    shown = {side: share for side, share in shares.items() if share >= THINNEST_BAR}
    if not shown:
        return None
    colour = next(r.colour for side in shown for r in plain[side])
    measure: dict[str, float | int | str] = {s: round(v, 4) for s, v in shown.items()}
    measure["colour"] = "#" + "".join(f"{channel:02x}" for channel in colour)
    message = Message(f"edit-{kind.slug}", {"bars": _bar_widths(shown), "segments": "all"})
    return Edit(kind, min(0.99, 0.7 + 3 * max(shown.values())), measure, message)


def _bar_widths(shown: dict[str, float]) -> Param:
    """How broad the bars are; said once where both are equally broad."""
    shares = {side: round(share, 3) for side, share in shown.items()}
    if len(shares) > 1 and len(set(shares.values())) == 1:
        return Message("edit-bars-even", {"share": next(iter(shares.values()))})
    return tuple(Message(f"edit-bar-{side}", {"share": share}) for side, share in shares.items())


def _is_counterpart_of_plain_bar(
    bar: Region, regions: tuple[Region, ...], side: str, sides: tuple[str, str]
) -> bool:
    """Whether a bar with letters in it is the counterpart of a plain one opposite."""
    other = sides[1] if side == sides[0] else sides[0]
    return any(
        r.kind == "plain"
        and r.side == other
        and same_colour(r, bar)
        and 0.75 <= r.share / bar.share <= 1.33
        for r in regions
    )
