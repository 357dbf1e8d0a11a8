"""A crop that moves, as an edit: how far it zooms and pans."""

import numpy as np
from numpy.typing import NDArray

from hashing.align.crop_path import MIN_TRAVEL, CropPath
from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.explain.difference.visible_area import Extent
from hashing.imaging.homography import apply_transform
from hashing.imaging.polygons import SIDES, area_in_unit_square, box_in_unit_square
from hashing.message import Message
from hashing.pan_zoom.crop_drift import SAMPLED_TIMES, path_homographies
from hashing.types import Box, Edit, Homography, Seconds


def zoom_pan(reference: FrameCache, placement: Placement, shown: Extent) -> Edit | None:
    """The moving crop as an edit. shown: where in the item's frame the known picture is seen.

    The edit's box is that place, where it is not all of the frame.
    """
    path = placement.path
    if path is None:
        return None
    span = (
        min(line.start for line in placement.lines),
        max(line.end for line in placement.lines),
    )
    return describe_path(path, reference.size, span, shown.box)


def describe_path(
    path: CropPath, reference_size: tuple[int, int], span: tuple[Seconds, Seconds], shown: Box
) -> Edit:
    """The edit of a crop that moves along a path.

    reference_size: (width, height) px. span: start and end in the query. shown: where in the
    query's frame the reference is visible, 0..1; the edit's box, where it is not all of the frame.
    """
    start, end = span
    times = np.linspace(start, end, SAMPLED_TIMES)
    outlines = [
        apply_transform(np.linalg.inv(np.array(one)), _around(shown))
        for one in path_homographies(path, reference_size, times)
    ]
    areas = [area_in_unit_square(one) for one in outlines]
    first, last = path.window_at(start)[0], path.window_at(end)[0]
    growth = float(first / last)  # of what is shown: a smaller window shows it larger
    middles = np.array([one.mean(axis=0) for one in outlines])
    shift = float(np.hypot(*np.ptp(middles, axis=0)))
    measure: dict[str, float | int | str] = {
        "shift": round(shift, 4),
        "zoom": round(growth, 4),
        "kept_area_least": round(min(areas), 4),
        "kept_area_most": round(max(areas), 4),
    }
    for name, seen_box in (
        ("from", box_in_unit_square(outlines[0])),
        ("to", box_in_unit_square(outlines[-1])),
    ):
        sides = zip(SIDES, seen_box, strict=True)
        measure |= {f"{name}_{side}": round(value, 4) for side, value in sides}
    motion = []
    if shift >= MIN_TRAVEL:
        motion.append(Message("edit-pan", {"share": round(shift, 4)}))
    if abs(growth - 1) >= MIN_TRAVEL:
        motion.append(Message("edit-zoom", {"factor": round(growth, 3)}))
    message = Message(
        "edit-zoom-pan",
        {
            "motion": tuple(motion) or (Message("edit-pan-back-and-forth"),),
            "kept": _range(min(areas), max(areas)),
        },
    )
    box = None if shown == (0.0, 0.0, 1.0, 1.0) else shown
    return Edit(EditType.ZOOM_PAN, 0.95, measure, message, box=box)


def _range(least: float, most: float) -> Message:
    if most - least < 0.02:
        return Message("share", {"share": round(least, 4)})
    return Message("share-range", {"least": round(least, 4), "most": round(most, 4)})


def _around(box: Box) -> NDArray[np.float64]:
    x0, y0, x1, y1 = box
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])


def visible_at(homography: Homography, box: Box | None) -> Box:
    """What the item shows of the known picture in a part of its frame; None for all of it."""
    outline = apply_transform(
        np.linalg.inv(np.array(homography)), _around(box or (0.0, 0.0, 1.0, 1.0))
    )
    return box_in_unit_square(outline)
