"""Smaller, softer, noisier, coarser than the known copy: estimates from the kept pictures.

Kept pictures are small and compressed themselves, so only what survives that is spoken of.
Softness: of the detail that both pictures share, how much is left at each size. Noise and coding
blocks: of photos alone, whose kept pictures are fine enough; a video's kept pictures lose both.
How coarsely either is coded, its coding states (`hashing.decode.quantisation`); what an earlier
coding of the same picture has lost shows only in its blocks.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.model_selection import prefer_axis_aligned
from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.explain.difference.registered_frames import RegisteredPair, luma, registered_pairs
from hashing.explain.difference.visible_area import Extent, extent
from hashing.explain.geometry import jacobian
from hashing.imaging.homography import to_pixel_matrix
from hashing.message import Message
from hashing.types import Edit, MediaInfo, Segment

MAX_PAIRS = 2
SMALLER = 0.8  # pixels of the item along a side for one of the known copy
FILLS = 0.55  # share of the frame: in a smaller part the picture was set in, not scaled down
FINE_PX, BROAD_PX = (0.8, 1.6), (3.2, 6.4)  # bands of detail that softness is read from
SOFT = 0.5  # share of the fine detail left, against the broad
SHARED = 0.3  # correlation of the fine detail, under which it cannot be said what became of it
WEAKER = 0.62  # of the fine detail's deviation: what is lost was softened, not replaced
NOISE = 1.8  # grey levels beyond the known copy's, in flat places
FLAT = 3.0  # grey levels of deviation in the known copy's flat places
FLAT_SHARE = 0.1  # of the picture that has to be flat
STEP = 50.0  # grey levels: about JPEG's quality 55, or 38 of H.264's quantisation parameter
COARSER = 2.0  # times the known copy's step
BLOCKS = 1.75  # steps at block borders against those elsewhere
BLOCK_PX = 8  # JPEG


@dataclass(frozen=True, slots=True)
class Softness:
    """Fine detail of the item against the known copy's, medians over the pairs."""

    left: float  # share of the fine detail left, where broad detail counts as 1
    shared: float  # correlation of the fine detail, -1..1


def quality_edits(
    query: FrameCache, reference: FrameCache, placement: Placement, segments: tuple[Segment, ...]
) -> list[Edit]:
    """How the item's picture is worse than the known copy's."""
    placement = prefer_axis_aligned(query, reference, placement)
    seen = extent(query, reference, placement)
    pairs = registered_pairs(query, reference, placement, MAX_PAIRS, max(query.size))
    found = [downscaled(query, reference, seen), blurred(query, pairs, seen)]
    coded = recompressed(query.fingerprint.info, reference.fingerprint.info)
    if query.fingerprint.info.kind == "still":
        found += [noise(pairs, seen), coded or blocky(query, pairs)]
    else:
        found.append(coded)
    return [edit for edit in found if edit is not None]


def downscaled(query: FrameCache, reference: FrameCache, seen: Extent) -> Edit | None:
    """Edit of the quality: fewer pixels for the same part of the picture."""
    info_q, info_r = query.fingerprint.info, reference.fingerprint.info
    size_q, size_r = (info_q.width, info_q.height), (info_r.width, info_r.height)
    x0, y0, x1, y1 = seen.box
    if (x1 - x0) * (y1 - y0) < FILLS:
        return None
    middle = np.array([size_r[0] / 2, size_r[1] / 2])
    local = jacobian(to_pixel_matrix(seen.homography, size_q, size_r), middle)
    scale = float(np.sqrt(abs(np.linalg.det(local))))
    if scale >= SMALLER:
        return None
    message = Message(
        "edit-downscaled",
        {
            "share": round(scale, 3),
            "size": f"{size_q[0]} × {size_q[1]}",
            "known_size": f"{size_r[0]} × {size_r[1]}",
        },
    )
    return Edit(EditType.DOWNSCALED, 0.95, {"scale": round(scale, 3)}, message)


def blurred(query: FrameCache, pairs: list[RegisteredPair], seen: Extent) -> Edit | None:
    """Edit of the quality: fine detail lost evenly, as by a soft lens or a blur."""
    measured = [one for one in (softness(pair, seen) for pair in pairs) if one is not None]
    if not measured:
        return None
    left = float(np.median([one.left for one in measured]))
    shared = float(np.median([one.shared for one in measured]))
    # softened detail is the same detail, weaker; compression, and a picture that does not lie
    # quite where the known one does, have other detail of about the same strength
    if left > SOFT or shared < SHARED or left > WEAKER * shared:
        return None
    kept = query.width / query.fingerprint.info.width
    sigma = sigma_of(left) / kept
    message = Message("edit-blurred", {"share": round(left, 3), "pixels": round(sigma, 1)})
    measure: dict[str, float | int | str] = {
        "detail_left": round(left, 3),
        "sigma_px": round(sigma, 2),
    }
    return Edit(EditType.BLURRED, min(0.95, 0.6 + (SOFT - left)), measure, message)


def softness(one: RegisteredPair, seen: Extent) -> Softness | None:
    """Fine detail shared with the known copy, as a measure of quality, where that has detail."""
    inside = _inside(one, seen)
    if inside.sum() < 500:
        return None
    left, right = luma(one.query), luma(one.reference)
    shares, shared = [], 0.0
    for band in (BROAD_PX, FINE_PX):
        mine, known = _band(left, band), _band(right, band)
        power = cv2.GaussianBlur(known * known, (0, 0), 3.0)
        rich = inside & (power >= np.percentile(power[inside], 60))
        product = float((mine * known)[rich].mean())
        mine_power, known_power = float((mine[rich] ** 2).mean()), float((known[rich] ** 2).mean())
        if known_power < 0.25:
            return None  # the known copy has no detail of this size
        shares.append(product / known_power)
        shared = product / float(np.sqrt(max(1e-6, mine_power) * known_power))
    return Softness(shares[1] / max(0.2, shares[0]), shared)


def _band(picture: NDArray[np.float32], band: tuple[float, float]) -> NDArray[np.float32]:
    fine, broad = (cv2.GaussianBlur(picture, (0, 0), sigma) for sigma in band)
    return np.asarray(fine - broad, np.float32)


def sigma_of(left: float) -> float:
    """Pixels of a Gaussian blur that leaves this share of the fine band, for a 1/f picture."""
    frequency = np.linspace(0.005, 0.5, 200)  # cycles a pixel
    fine, broad = (np.exp(-2 * (np.pi * frequency * sigma) ** 2) for sigma in FINE_PX)
    weight = (fine - broad) ** 2 / frequency  # area of a ring, times the picture's power
    sigmas = np.linspace(0.0, 6.0, 121)
    attenuated = np.exp(-2 * (np.pi * frequency * sigmas[:, None]) ** 2)  # (121, 200)
    shares = (attenuated * weight).sum(axis=1) / weight.sum()
    return float(np.interp(-left, -shares, sigmas))


def noise(pairs: list[RegisteredPair], seen: Extent) -> Edit | None:
    """Edit of the quality: grain where the known copy is flat."""
    found = [_grain(pair, seen) for pair in pairs]
    grains = [one for one in found if one is not None]
    if not grains:
        return None
    mine, known = (float(np.median(values)) for values in zip(*grains, strict=True))
    if mine - known < NOISE:
        return None
    sigma = float(np.sqrt(mine**2 - known**2))
    message = Message("edit-noise", {"levels": round(sigma), "known_levels": round(known, 1)})
    sure = min(0.95, 0.6 + 0.08 * (mine - known))
    return Edit(EditType.NOISE, sure, {"sigma": round(sigma, 2)}, message)


def _grain(one: RegisteredPair, seen: Extent) -> tuple[float, float] | None:
    """Deviation of fine detail in flat places, item and known copy; overlays do not count."""
    left, right = luma(one.query), luma(one.reference)
    mean = cv2.blur(right, (11, 11))
    deviation = np.sqrt(np.maximum(0, cv2.blur(right * right, (11, 11)) - mean * mean))
    flat = _inside(one, seen) & (deviation < FLAT)
    if flat.mean() < FLAT_SHARE:
        return None
    mine, known = (
        1.4826 * float(np.median(np.abs(part - cv2.GaussianBlur(part, (0, 0), 4.0))[flat]))
        for part in (left, right)
    )
    return mine, known


def recompressed(query: MediaInfo, reference: MediaInfo) -> Edit | None:
    """Edit of the quality: rounded to far larger steps than the known copy."""
    mine, known = query.coding_step, reference.coding_step
    if mine is None or known is None or mine < STEP or mine < COARSER * known:
        return None
    message = Message("edit-coarser-steps", {"step": round(mine), "known_step": round(known)})
    measure: dict[str, float | int | str] = {"step": round(mine, 1), "known_step": round(known, 1)}
    return Edit(EditType.RECOMPRESSED, 0.95, measure, message)


def blocky(query: FrameCache, pairs: list[RegisteredPair]) -> Edit | None:
    """Edit of the quality: coding blocks that the known copy lacks, at the file's own pixels."""
    info = query.fingerprint.info
    if (query.width, query.height) != (info.width, info.height):
        return None
    mine = float(np.median([blockiness(luma(one.query)) for one in pairs]))
    known = float(np.median([blockiness(luma(one.reference)) for one in pairs]))
    if mine < BLOCKS or mine < 1.25 * known:
        return None
    message = Message("edit-blocky", {"block": BLOCK_PX, "factor": round(mine, 1)})
    sure = min(0.95, 0.3 * mine)
    return Edit(EditType.RECOMPRESSED, sure, {"blockiness": round(mine, 2)}, message)


def blockiness(picture: NDArray[np.float32]) -> float:
    """Steps at the borders of blocks against those elsewhere, the lesser of both directions."""
    ratios = []
    for grey in (picture, picture.T):
        steps = np.abs(np.diff(grey, axis=1))
        phases = np.array([steps[:, phase::BLOCK_PX].mean() for phase in range(BLOCK_PX)])
        ratios.append(float(phases[BLOCK_PX - 1] / max(0.05, float(np.median(phases)))))
    return min(ratios)


def _inside(one: RegisteredPair, seen: Extent) -> NDArray[np.bool_]:
    """(h, w) where the known picture is visible and its quality can be measured; rim left out."""
    height, width = one.covered.shape
    x0, y0, x1, y1 = seen.box
    mask = np.zeros((height, width), np.uint8)
    mask[round(y0 * height) : round(y1 * height), round(x0 * width) : round(x1 * width)] = 1
    mask[~one.covered] = 0
    rim = np.ones((15, 15), np.uint8)
    return np.asarray(cv2.erode(mask, rim, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0)
