"""Crop, mirror, rotation, stretch, moving crop: read from the transform, each with its measure.

Angles and proportions are those of upright pictures with square pixels, at the sizes that the files
have. What the transform's own uncertainty or a size's rounding would explain is not reported.
"""

from dataclasses import dataclass
from math import atan2, cos, degrees, log, radians, sin

import numpy as np
from numpy.typing import NDArray

from hashing.align.correspondences import collect_correspondences
from hashing.align.crop_path import FrameMatches
from hashing.align.model_selection import prefer_axis_aligned
from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.explain.difference.visible_area import Extent, extent, over_missing_area
from hashing.explain.pan_zoom_edit import zoom_pan
from hashing.imaging.homography import Matrix, apply_transform, to_pixel_matrix
from hashing.message import Message
from hashing.types import Edit, Segment

CUT = 0.02  # of a side: what rounding, overscan and the fit's own error can cut
SMALLEST_TURN_DEG = 1.5
STRETCHED = 0.04  # anisotropy that is spoken of
DEEP = 0.04  # variation of depth over the picture that makes a slanted view
FEW = 40  # correspondences that lean by chance


@dataclass(frozen=True, slots=True)
class Shape:
    """What a transform does to the known picture, at its centre."""

    mirrored: bool
    turned_deg: float  # clockwise, -180..180, after mirroring left to right
    widened: float  # width against height, 1 where proportions are kept
    depth: float  # how much the scale varies over the picture; 0 without perspective
    uncertain: float  # standard error of `widened`, and of the angle in radians

    @property
    def quarter(self) -> int:
        """The nearest multiple of 90 degrees."""
        return round(self.turned_deg / 90) * 90

    @property
    def slanted(self) -> bool:
        """Whether it is turned by an angle that is no multiple of 90 degrees."""
        off = abs(self.turned_deg - self.quarter)
        return off >= SMALLEST_TURN_DEG + degrees(3 * self.uncertain)


def geometry_edits(
    query: FrameCache, reference: FrameCache, placement: Placement, segments: tuple[Segment, ...]
) -> list[Edit]:
    """How the known picture's geometry differs in the item."""
    placement = prefer_axis_aligned(query, reference, placement)
    seen = extent(query, reference, placement)
    matches = collect_correspondences(query, reference, placement)
    form = shape(query, reference, seen, uncertainty(matches, placement.transform.matrix))
    moving = zoom_pan(reference, placement, seen)
    inliers = placement.transform.inliers
    out = [mirror(form), moving, rotation(form, inliers), stretch(form, inliers)]
    if moving is None:
        whole = over_missing_area(seen, query.fingerprint.decoded)
        out.append(crop(form, whole, _aspect(reference)))
    return [edit for edit in out if edit is not None]


def _aspect(reel: FrameCache) -> float:
    return reel.fingerprint.info.width / reel.fingerprint.info.height


def shape(query: FrameCache, reference: FrameCache, seen: Extent, uncertain: float) -> Shape:
    """The geometry of a transform: mirroring, angle and proportions where it is visible."""
    info_q, info_r = query.fingerprint.info, reference.fingerprint.info
    size = (info_r.width, info_r.height)
    matrix = to_pixel_matrix(seen.homography, (info_q.width, info_q.height), size)
    x0, y0, x1, y1 = seen.visible
    centre = np.array([(x0 + x1) / 2 * size[0], (y0 + y1) / 2 * size[1]])
    local = jacobian(matrix, centre)
    mirrored = bool(np.linalg.det(local) < 0)
    if mirrored:
        local = local @ np.diag([-1.0, 1.0])
    turn = atan2(local[1, 0] - local[0, 1], local[0, 0] + local[1, 1])
    back = np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]])
    upright = back @ local
    corners = np.array([[x, y] for x in (x0, x1) for y in (y0, y1)]) * size
    depths = corners @ matrix[2, :2] + 1.0
    return Shape(
        mirrored=mirrored,
        turned_deg=degrees(turn),
        widened=float(upright[0, 0] / upright[1, 1]),
        depth=float(depths.max() / depths.min() - 1),
        uncertain=uncertain,
    )


def jacobian(matrix: Matrix, point: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 2) the transform's linear geometry at a point."""
    x, y, depth = matrix @ np.array([point[0], point[1], 1.0])
    moved = np.array([x / depth, y / depth])
    linear: NDArray[np.float64] = (matrix[:2, :2] - np.outer(moved, matrix[2, :2])) / depth
    return linear


def uncertainty(matches: list[FrameMatches], matrix: Matrix) -> float:
    """Standard error of the geometry's relative scale along an axis: residual over lever arm."""
    near = [one.inliers(matrix) for one in matches]
    source = np.concatenate([np.zeros((0, 2)), *(part.reference for part in near)])
    target = np.concatenate([np.zeros((0, 2)), *(part.query for part in near)])
    if len(source) < 4:
        return 1.0
    errors = target - apply_transform(matrix, source)
    # keypoints of several instants repeat the same places: only a part of them is independent
    count = max(4.0, len(source) / max(1, len(matches)))
    arm = float(target.std(axis=0).min())
    return float(np.sqrt((errors**2).mean()) / max(1.0, arm) / np.sqrt(count))


def mirror(form: Shape) -> Edit | None:
    if not form.mirrored:
        return None
    if abs(form.quarter) == 180 and not form.slanted:
        axis, message = "horizontal", Message("edit-mirror-top-bottom")
    else:
        axis, message = "vertical", Message("edit-mirror-left-right")
    return Edit(EditType.MIRROR, 0.99, {"axis": axis}, message)


def rotation(form: Shape, inliers: int) -> Edit | None:
    """Edit of the geometry: a rotation that no mirror image top to bottom contains."""
    turned = form.turned_deg if form.slanted else float(form.quarter)
    if form.mirrored and not form.slanted and abs(form.quarter) == 180:
        return None
    if turned in (0.0, -0.0) or (form.depth > DEEP and abs(form.turned_deg) < 45):
        return None  # the lean of a slanted view belongs to the screen recording
    if inliers < FEW and form.slanted and abs(turned) < 10:
        return None
    if abs(turned) == 180:
        message = Message("edit-rotate-half")
    else:
        way = "clockwise" if turned > 0 else "anticlockwise"
        message = Message(f"edit-rotate-{way}", {"degrees": round(abs(turned), 2)})
    sure = min(0.99, 0.6 + 0.1 * abs(turned) / SMALLEST_TURN_DEG)
    return Edit(EditType.ROTATE, sure, {"degrees": round(turned, 2)}, message)


def stretch(form: Shape, inliers: int) -> Edit | None:
    """Edit of the geometry: changed proportions, unless the view is slanted."""
    if form.widened <= 0 or form.depth > DEEP or (form.slanted and inliers < FEW):
        return None
    if abs(log(form.widened)) < STRETCHED + 3 * form.uncertain:
        return None
    measure: dict[str, float | int | str] = {"width_over_height": round(form.widened, 4)}
    way = "wider" if form.widened > 1 else "narrower"
    message = Message(f"edit-stretch-{way}", {"share": round(abs(form.widened - 1), 4)})
    return Edit(EditType.STRETCH, min(0.99, 0.5 + 5 * abs(log(form.widened))), measure, message)


def crop(form: Shape, seen: Extent, aspect: float) -> Edit | None:
    """Edit of the geometry: a crop, what of the known picture is not in the item's frame.

    aspect: the reference's width over its height.
    """
    x0, y0, x1, y1 = seen.visible
    cut = {"left": x0, "top": y0, "right": 1 - x1, "bottom": 1 - y1}
    most = max(cut.values())
    kept = seen.kept
    if form.slanted and form.depth <= DEEP:
        # turning alone takes the corners away, and filling the frame again takes the margins
        if kept > 0.93 * inscribed(aspect, form.turned_deg):
            return None
    elif kept > 0.97 or (seen.upright and most < CUT + 2 * form.uncertain):
        return None
    sides = tuple(
        Message(f"edit-side-{side}", {"share": round(share, 4)})
        for side, share in cut.items()
        if share >= 0.01
    )
    message = Message("edit-crop", {"kept": round(kept, 4)})
    if sides:
        message = Message("edit-crop-sides", {"kept": round(kept, 4), "sides": sides})
    measure: dict[str, float | int | str] = {"kept_area": round(kept, 4)}
    measure |= {side: round(share, 4) for side, share in cut.items()}
    return Edit(EditType.CROP, min(0.99, 0.6 + 4 * (1 - kept)), measure, message)


def inscribed(aspect: float, turned_deg: float) -> float:
    """Share of a picture left in the largest upright frame of its own shape after a rotation."""
    turn = abs(radians(turned_deg)) % np.pi
    turn = min(turn, np.pi - turn)  # 0..90 degrees
    c, s = cos(turn), sin(turn)
    # the frame's corner has to lie inside the turned picture: both of its half-planes
    scale = min(1 / (c + s / aspect), 1 / (c + s * aspect))
    return float(scale**2)
