"""Where a query's picture differs from the known copy's at the same instants, beyond copying.

Under a placement every compared instant of the query is compared with the reference's picture of
that instant, warped into the query's frame. In each small window the one is predicted from the
other with a gain and an offset of the window's own, so that tints, fades and vignettes do not
count; what cannot be predicted is the remainder, in grey levels. Re-encoding, blur, noise and a
pixel of misalignment leave remainders everywhere, in proportion to the texture: that proportion is
measured on the bulk of the picture, and a remainder counts in units of what the bulk has
(`excess`). An honest copy stays near 1 however bad it is; a bad copy only hides small differences.

Videos are compared on tiny pictures, many instants; a still on its kept picture, one instant.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import Matrix
from hashing.imaging.warping import make_grid, scaling_matrix, warp_thumbnails
from hashing.types import Line, Seconds

STEP_S = 0.4  # between compared instants: a second's change is seen twice
MOST_INSTANTS = 120  # two minutes at half a second; longer clips are sampled more thinly
STILL_SIDE_PX = 256  # longest side at which a still is compared
STILL_REACH_S = 0.6
WINDOW_PX = 5
WIDE_PX = 9  # a window in which little is predicted by chance; too wide to see where a thing ends
SOFTER_PX = (0.6, 1.1, 1.8, 2.8)
SOFT_PX = 0.6  # blur before comparing, which takes off noise and half a pixel of misalignment
FEWEST_CELLS = 100
NOISE = 2.0  # grey levels: a remainder this small is nothing, however flat the picture
STEEPEST = 0.3  # share of the texture that may be unpredicted in a copy
DIFFERS = 2.2  # excess from which a cell is said to differ
STILL_LOST = 0.56  # a still has no other instant to say the same
LOST = 0.5  # unpredicted share of the typical texture above which an instant is other footage
TEXTURE = 4.0  # grey levels
NEIGHBOURS = (0, -1, 1)  # reference pictures around the instant: a tenth of a second is a wide step
SHIFTS = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))

type Flags = NDArray[np.bool_]
type Map = NDArray[np.float32]  # (h, w)
type Maps = NDArray[np.float32]  # (K, h, w)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """The reference as it is seen on the grid."""

    reference: FrameCache
    picture_size: tuple[int, int]  # of its compared pictures
    matrix: Matrix  # their pixels -> grid
    size: tuple[int, int]  # of the grid: width, height
    still: bool
    soft: float  # blur in grid pixels, as soft as the query is

    def views(self, indices: list[int]) -> list[Map]:
        """Pictures on the grid."""
        pictures = _pictures(self.reference, indices, self.picture_size, still=self.still)
        warped, _ = warp_thumbnails(pictures, self.matrix, self.size)
        blurred = [cv2.GaussianBlur(one, (0, 0), self.soft) for one in warped]
        return [np.asarray(one, np.float32) for one in blurred]


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """Compared instants on one grid over the whole of the query's picture."""

    times: NDArray[np.float64]  # (K,) query moments
    reference_times: NDArray[np.float64]  # (K,)
    query: Maps  # grey, 0..255
    reference: Maps  # grey, warped; the neighbour and shift that fit each window best are not kept
    covered: NDArray[np.bool_]  # (h, w) where the reference's picture lies, its rim left out
    excess: Maps  # unpredicted, in units of what is usual for this copy; 0 where not covered
    texture_query: Maps  # deviation in the window, grey levels
    texture_reference: Maps
    scene: Scene  # the reference, for other moments of it
    unpredicted: NDArray[np.float64]  # (K,) usual unpredicted share of the texture, 0..1
    usable: NDArray[np.bool_]  # (K,) False where most of the picture differs: other footage

    @property
    def differs(self) -> NDArray[np.bool_]:
        """(K, h, w) cells that differ at usable instants."""
        return (self.excess > DIFFERS) & self.usable[:, None, None]

    @property
    def share(self) -> NDArray[np.float32]:
        """(h, w) share of the usable instants at which a cell differs."""
        if not self.usable.any():
            return np.zeros(self.covered.shape, np.float32)
        return np.asarray(self.differs[self.usable].mean(axis=0), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class OverlayMask:
    """Cells of the query's picture not to be asked whether the footage is the same."""

    times: NDArray[np.float64]  # (K,) query moments
    hidden: NDArray[np.bool_]  # (K, h, w) over the whole of the query's picture

    def at(self, time: Seconds, size: tuple[int, int]) -> NDArray[np.bool_]:
        """(height, width) of `size` (width, height): hidden around a moment."""
        near = self.hidden[int(np.abs(self.times - time).argmin())].astype(np.uint8)
        return np.asarray(cv2.resize(near, size, interpolation=cv2.INTER_NEAREST) > 0)


def masks(query: FrameCache, reference: FrameCache, placement: Placement) -> OverlayMask | None:
    """What is believed to lie over the footage or to be changed in it; None without a comparison.

    A cell is hidden where it differs for most of a second around a moment, or most of the time.
    """
    found = difference(query, reference, placement)
    if found is None:
        return None
    differs = found.differs.astype(np.float32)
    around = np.stack([differs[max(0, k - 1) : k + 2].mean(axis=0) for k in range(len(differs))])
    hidden = (around > 0.6) | (found.share > 0.6)
    square = np.ones((3, 3), np.uint8)
    grown = [cv2.dilate(one.astype(np.uint8), square).astype(bool) for one in hidden]
    return OverlayMask(found.times, np.stack(grown))


def difference(query: FrameCache, reference: FrameCache, placement: Placement) -> Difference | None:
    """The residual of the query against the reference; None where they share too little."""
    still = len(query.times) == 1
    moments = compared_instants(query, reference, placement.lines)
    if not moments:
        return None
    size, right_size = _sizes(query, reference, placement.transform.matrix, still=still)
    back = np.linalg.inv(scaling_matrix(reference.size, right_size))
    matrix = scaling_matrix(query.size, size) @ placement.transform.matrix @ back
    covered = _covered(right_size, matrix, size)
    if covered.sum() < FEWEST_CELLS:
        return None
    pictures = _pictures(query, [at for at, _ in moments], size, still=still)
    lefts = [_softened(one, matrix) for one in pictures]
    scene = Scene(reference, right_size, matrix, size, still, SOFT_PX)
    if still:
        moments = [(moments[0][0], _nearest_moment(scene, moments[0][1], lefts[0], covered))]
    scene = _as_soft(scene, [at for _, at in moments], lefts, covered)
    around = [_around(at, len(reference.times)) for _, at in moments]
    needed = sorted({index for some in around for index in some})
    seen = dict(zip(needed, scene.views(needed), strict=True))
    rights = [[seen[index] for index in some] for some in around]
    times = query.times[[at for at, _ in moments]]
    return _measured(
        times, reference.times[[at for _, at in moments]], lefts, rights, covered, scene
    )


def _as_soft(
    scene: Scene, indices: list[int], lefts: list[Map], covered: NDArray[np.bool_]
) -> Scene:
    """The scene blurred as the query is: blur must not pass for detail that was taken out."""
    some = sorted({0, len(indices) // 2, len(indices) - 1})
    rests = []
    for soft in SOFTER_PX:
        tried = replace(scene, soft=soft)
        views = tried.views([indices[k] for k in some])
        shares = [_rest(lefts[k], one, covered) for k, one in zip(some, views, strict=True)]
        rests.append(float(np.median(shares)))
    best = int(np.argmin(rests))
    # what is gained must be clear: less detail on both sides is less to disagree about
    return replace(scene, soft=SOFTER_PX[best]) if rests[best] < 0.85 * rests[0] else scene


def _rest(left: Map, right: Map, covered: NDArray[np.bool_]) -> float:
    remainder, _, texture = remains(left, [right])
    return _unpredicted(remainder[None], texture[None], covered)[0]


def _covered(
    picture_size: tuple[int, int], matrix: Matrix, size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Grid cells on which the reference lies; where it ends inside the picture, not its rim."""
    full = np.full((1, picture_size[1], picture_size[0]), 255, np.uint8)
    inside = warp_thumbnails(full, matrix, size)[1].astype(np.uint8)
    rim = np.ones((7, 7), np.uint8)
    return np.asarray(cv2.erode(inside, rim, borderType=cv2.BORDER_REPLICATE) > 0)


def _nearest_moment(scene: Scene, at: int, left: Map, covered: NDArray[np.bool_]) -> int:
    """The reference picture around one that a still is most like: some were between two."""
    times = scene.reference.times
    near = [int(i) for i in np.flatnonzero(np.abs(times - times[at]) <= STILL_REACH_S)]
    rests = [_rest(left, right, covered) for right in scene.views(near)]
    return near[int(np.argmin(rests))]


def _measured(
    times: NDArray[np.float64],
    reference_times: NDArray[np.float64],
    lefts: list[Map],
    rights: list[list[Map]],
    covered: NDArray[np.bool_],
    scene: Scene,
) -> Difference:
    remainder, texture_query, texture_reference = _remainders(lefts, rights, WINDOW_PX)
    texture = np.maximum(texture_query, texture_reference)
    own = _unpredicted(remainder, texture_reference, covered)
    usable = np.array(own) < (STILL_LOST if scene.still else LOST)
    excess = _in_usual_units(remainder, texture, covered, own, usable) * covered
    return Difference(
        times=times,
        reference_times=reference_times,
        query=np.stack(lefts),
        reference=np.stack([others[0] for others in rights]),
        covered=covered,
        excess=excess,
        texture_query=texture_query,
        texture_reference=texture_reference,
        scene=scene,
        unpredicted=np.array(own),
        usable=usable,
    )


def in_wide_windows(found: Difference) -> Difference:
    """The same residual with its excess measured in windows of WIDE_PX.

    What was filled in is smooth, and a few pixels of it are soon predicted by others as smooth.
    """
    times = found.scene.reference.times
    at = [int(np.abs(times - one).argmin()) for one in found.reference_times]
    around = [_around(index, len(times)) for index in at]
    needed = sorted({index for some in around for index in some})
    seen = dict(zip(needed, found.scene.views(needed), strict=True))
    rights = [[seen[index] for index in some] for some in around]
    remainder, texture_query, texture_reference = _remainders(list(found.query), rights, WIDE_PX)
    texture = np.maximum(texture_query, texture_reference)
    own = _unpredicted(remainder, texture_reference, found.covered)
    excess = _in_usual_units(remainder, texture, found.covered, own, found.usable)
    return replace(found, excess=excess * found.covered)


def compared_instants(
    query: FrameCache, reference: FrameCache, found: tuple[Line, ...], step: Seconds = STEP_S
) -> list[tuple[int, int]]:
    """(query index, reference index) of the instants compared, spread evenly over the lines."""
    total = sum(line.end - line.start for line in found)
    count = min(MOST_INSTANTS, max(1, round(total / step)))
    out = []
    for line in found:
        share = max(1, round(count * (line.end - line.start) / total)) if total else 1
        for part in (np.arange(share) + 0.5) / share:
            at = query.nearest_index(line.start + part * (line.end - line.start))
            out.append((at, reference.nearest_index(line.reference_time(float(query.times[at])))))
    return list(dict.fromkeys(out))


def _around(index: int, count: int) -> list[int]:
    """The index of a reference frame and its neighbours, the index first."""
    return list(dict.fromkeys(min(max(index + step, 0), count - 1) for step in NEIGHBOURS))


def _sizes(
    query: FrameCache, reference: FrameCache, matrix: Matrix, *, still: bool
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Sizes at which query and reference are compared: stills so that the footage is seen well."""
    if not still:
        return query.thumbnail_size, reference.thumbnail_size
    grid = make_grid(matrix, query.size, reference.size)
    footage = max(grid.size[0] / grid.to_grid[0, 0], grid.size[1] / grid.to_grid[1, 1])
    shrink = min(1.0, STILL_SIDE_PX / footage)
    shrink_r = min(1.0, STILL_SIDE_PX / max(reference.size))
    return _scaled(query, shrink), _scaled(reference, max(shrink_r, shrink))


def _scaled(reel: FrameCache, factor: float) -> tuple[int, int]:
    return max(2, round(reel.width * factor)), max(2, round(reel.height * factor))


def _pictures(
    reel: FrameCache, indices: list[int], size: tuple[int, int], *, still: bool
) -> NDArray[np.uint8]:
    """(N, h, w) kept pictures in grey, at the size at which they are compared."""
    if not still:
        return reel.thumbnails_at(np.array(indices, np.intp))
    whole = [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in reel.frames(indices)]
    return np.stack([cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in whole])


def _softened(picture: NDArray[np.uint8], matrix: Matrix) -> Map:
    """The query frame, as soft as the reference is once it is enlarged onto the grid."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    blur = SOFT_PX if scale < 1.2 else 0.5 * scale
    return np.asarray(cv2.GaussianBlur(picture.astype(np.float32), (0, 0), blur), np.float32)


def _remainders(
    lefts: list[Map], rights: list[list[Map]], window_px: int
) -> tuple[Maps, Maps, Maps]:
    """The residuals `remains` of each instant: (K, h, w) each."""
    parts = [remains(one, others, window_px) for one, others in zip(lefts, rights, strict=True)]
    remainder, texture_query, texture_reference = (
        np.stack(maps) for maps in zip(*parts, strict=True)
    )
    return remainder, texture_query, texture_reference


def remains(left: Map, rights: list[Map], window_px: int = WINDOW_PX) -> tuple[Map, Map, Map]:
    """The residual of either frame that the other cannot predict, at best over small shifts.

    Returns three maps: the remainder in grey levels, the left's texture, the first right's.
    """
    mean_l = _mean(left, window_px)
    var_l = np.clip(_mean(left * left, window_px) - mean_l * mean_l, 0, None)
    least: Map | None = None
    texture: Map | None = None
    for right in rights:
        mean_0 = _mean(right, window_px)
        var_0 = np.clip(_mean(right * right, window_px) - mean_0 * mean_0, 0, None)
        texture = np.sqrt(var_0) if texture is None else texture
        for shift in SHIFTS:
            moved, mean_r, var_r = (np.roll(a, shift, (0, 1)) for a in (right, mean_0, var_0))
            shared = _mean(left * moved, window_px) - mean_l * mean_r
            squared = shared * shared
            unexplained = np.maximum(
                var_l - squared / (var_r + NOISE**2), var_r - squared / (var_l + NOISE**2)
            )
            least = unexplained if least is None else np.minimum(least, unexplained)
    if least is None or texture is None:
        raise ValueError("nothing to compare with")
    return np.sqrt(np.clip(least, 0, None)), np.sqrt(var_l), texture


def _mean(values: Map, window_px: int) -> Map:
    return np.asarray(cv2.boxFilter(values, -1, (window_px, window_px)), np.float32)


def _unpredicted(remainder: Maps, reference: Maps, covered: NDArray[np.bool_]) -> list[float]:
    """Each instant's usual share of texture that is not predicted, 0..1.

    Only where the reference has texture: overlays bring theirs along, and must not be asked.
    """
    detail, rest = reference[:, covered], remainder[:, covered]
    rich = detail > np.maximum(TEXTURE, np.percentile(detail, 50, axis=1, keepdims=True))
    rich |= detail >= np.percentile(detail, 90, axis=1, keepdims=True)
    return [
        float(np.median(r[keep] / np.maximum(d[keep], 1.0)))
        for r, d, keep in zip(rest, detail, rich, strict=True)
    ]


def _in_usual_units(
    remainder: Maps, texture: Maps, covered: NDArray[np.bool_], own: list[float], usable: Flags
) -> Maps:
    """Remainders over what the bulk of this copy has at the same texture, a little smoothed."""
    some = usable if usable.any() else np.ones_like(usable)
    rest, detail = remainder[some][:, covered], texture[some][:, covered]  # (K, P)
    flat = detail <= np.percentile(detail, 30)
    quiet = 0.5 * NOISE + min(2 * NOISE, float(np.median(rest[flat])))
    slope = float(np.median(np.array(own)[some]))
    out = np.empty_like(remainder)
    for index, one in enumerate(own):
        usual = np.hypot(quiet, min(STEEPEST, max(slope, one)) * texture[index])
        out[index] = cv2.blur(remainder[index] / usual, (3, 3))
    return out
