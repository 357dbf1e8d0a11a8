"""What a match rests on, as figures: the ground that score and decision stand on."""

from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.align.segments import is_cut
from hashing.align.spatiotemporal import Placement, instants
from hashing.align.still_in_video import matched
from hashing.align.video_against_still import turned_back
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import outline
from hashing.pan_zoom.stabilise import Undone
from hashing.similarity.displacement import still_moved
from hashing.similarity.local_correlation import likeness, likeness_close
from hashing.similarity.motion_correlation import Motion, motion, standing_share, still_motion
from hashing.types import Line, Seconds

PIECE_S = 2.0  # of a moving crop, in which what moves by itself is looked at
LOOKS = 4  # instants at which whole pictures are held against each other
MOST_LAID_OVER = 0.25  # share of a still picture that moves because of what was laid over it
NEAR_CUT_S = 0.5  # as near a line's end is at a cut
PLACES, MOVED = (16, 9), 14.0  # of a picture; grey levels of change that are no noise
THE_SAME = 0.95  # agreeing share of the picture, from which what moves is noise of the coding


@dataclass(frozen=True, slots=True)
class Support:
    """All 0..1 unless said otherwise; None where it could not be measured."""

    inliers: int  # correspondences that agree on the transform, over all frame pairs
    agreeing: float  # share of the putative correspondences that do
    supporting: float  # share of frame pairs that support it
    spread: float  # share of the reference's area that they cover
    seconds: float  # of the query, on all lines
    level: float  # median correlation along the lines
    contrast: float  # how much better than at other moments
    explained: float | None  # of what moves, the share that moves alike
    moving: float  # share of cells that move
    alike: float  # share of the textured picture that agrees, at the same instants
    covered: float  # share of the query's picture that the reference covers
    lines: int
    # where nothing moves: agreement at what moves at other times in the known clip, in the item
    standing: float | None = None
    standing_item: float | None = None
    natural: float = 1.0  # share of the seconds on lines that run forwards at about real time
    least_alike: float = 1.0  # at the worst of these instants
    # where nothing moves: the item is as still beyond the lines, in the same shots
    whole_shots: bool = True
    # of a still: share of its textured picture, or of what moves in it, that lies elsewhere in the
    # known one, found again there; None where too little is found again, and for videos
    elsewhere: float | None = None
    followed: bool = False  # along a moving crop's path


def support(
    query: FrameCache, reference: FrameCache, placement: Placement, undone: Undone | None = None
) -> Support:
    """Measure what speaks for one placement.

    undone: of a moving crop, the same where only what moves by itself moves.
    """
    if (query.fingerprint.info.kind, reference.fingerprint.info.kind) == ("video", "still"):
        return _of_still(query, reference, placement)
    found = placement.lines
    weights = np.array([line.end - line.start for line in found])
    alike, least_alike, covered = _alike(query, reference, placement)
    item = query
    if undone is None:
        explained, moving = _motion(query, reference, placement, found, alike)
    else:
        item, reference = undone.item, undone.known
        explained, moving = _undone_motion(undone, placement, alike)
    standing = _standing(item, reference, placement) if explained is None else (None, None)
    total = float(weights.sum())
    weights = weights / total if total > 0 else np.ones(len(found)) / max(1, len(found))
    return Support(
        inliers=placement.transform.inliers,
        agreeing=placement.transform.inliers / max(1, placement.transform.candidates),
        supporting=placement.supporting,
        spread=placement.transform.spread,
        seconds=total,
        level=float(sum(w * line.correlation for w, line in zip(weights, found, strict=True))),
        contrast=float(sum(w * line.contrast for w, line in zip(weights, found, strict=True))),
        explained=explained,
        moving=moving,
        standing=standing[0],
        standing_item=standing[1],
        alike=alike,
        covered=covered,
        lines=len(found),
        natural=float(sum(w for w, line in zip(weights, found, strict=True) if _natural(line))),
        least_alike=least_alike,
        elsewhere=_elsewhere(query, reference, placement),
        whole_shots=explained is not None or _whole_shots(item, found),
        followed=undone is not None,
    )


def _of_still(query: FrameCache, reference: FrameCache, placement: Placement) -> Support:
    """Of a video against a still: what speaks for the still at its one moment of the video."""
    grounds = support(reference, query, turned_back(placement, query))
    box = outline(placement.transform.matrix, query.size, reference.size)
    covered = (box[2] - box[0]) * (box[3] - box[1]) if box is not None else 0.0
    seconds = sum(line.end - line.start for line in placement.lines)
    return replace(grounds, covered=covered, seconds=seconds)


def _natural(line: Line) -> bool:
    return not line.reversed and abs(line.speed - 1) < 0.06


def _whole_shots(item: FrameCache, found: tuple[Line, ...]) -> bool:
    """Whether nothing moves beyond the lines in those shots of the item that they end in."""
    if item.fingerprint.info.kind == "still":
        return True
    watched = item.fingerprint.timeline
    cuts = watched.times[[is_cut(watched.change, at) for at in range(len(watched.times))]]
    edges = np.concatenate([[-np.inf], cuts, [np.inf]])
    return not any(_moves_beyond(item, line, edges) for line in found)


def _moves_beyond(item: FrameCache, line: Line, edges: NDArray[np.float64]) -> bool:
    """edges: where the item's shots begin and end."""
    before = edges[edges < line.start + NEAR_CUT_S].max(), line.start
    after = line.end, edges[edges > line.end - NEAR_CUT_S].min()
    # what was laid over moves on the line as well, there or just beside
    inside = _moved_places(item, line.start, (line.start, line.end))
    moving = cv2.dilate(inside.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return any(
        bool((_moved_places(item, moment, beyond) & ~moving).any())
        for moment, beyond in ((line.start, before), (line.end, after))
    )


def _moved_places(
    item: FrameCache, moment: Seconds, stretch: tuple[Seconds, Seconds]
) -> NDArray[np.bool_]:
    """PLACES in which any picture of a stretch, but for its ends, differs from that at a moment."""
    first, last = stretch[0] + NEAR_CUT_S, stretch[1] - NEAR_CUT_S
    there = np.flatnonzero((item.times > first) & (item.times < last))
    usual = _in_places(item.thumbnails()[item.nearest_index(moment)])
    moved = np.zeros(usual.shape, bool)
    for picture in item.thumbnails()[there]:
        moved |= np.abs(_in_places(picture) - usual) > MOVED
    return moved


def _in_places(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    return cv2.resize(picture, PLACES, interpolation=cv2.INTER_AREA).astype(np.float32)


def _alike(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> tuple[float, float, float]:
    """Over a few instants: median and least of the agreeing share, median of the covered share."""
    moments = instants(placement.lines, LOOKS)
    indices = [(query.nearest_index(tq), reference.nearest_index(tr)) for tq, tr in moments]
    if not indices:
        indices = [(pair.query_index, pair.reference_index) for pair in placement.pairs]
    maps = [
        likeness(query.frame(q), reference.frame(r), placement.transform.matrix) for q, r in indices
    ]
    covered = float(np.median([one.covered.mean() for one in maps]))
    if "still" in (query.fingerprint.info.kind, reference.fingerprint.info.kind):
        # one instant has to tell: a small picture in the item's is looked at closely
        matrix = placement.transform.matrix
        maps = [
            likeness_close(query.frame(q), reference.frame(r), matrix, query.caption_bars)
            for q, r in indices
        ]
    shares = [one.share for one in maps]
    return float(np.median(shares)), float(min(shares)), covered


def _elsewhere(still: FrameCache, reference: FrameCache, placement: Placement) -> float | None:
    if still.fingerprint.info.kind != "still":
        return None
    at = matched(reference, placement)
    found = still_moved(still, reference, placement.transform.matrix, at)
    return found.off if found is not None else None


def _motion(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    found: tuple[Line, ...],
    alike: float,
) -> tuple[float | None, float]:
    """The better of both directions, weighted over the lines, and the moving share."""
    kinds = query.fingerprint.info.kind, reference.fingerprint.info.kind
    if "still" in kinds:
        return _still_motion(query, reference, placement, found, kinds == ("still", "still")), 0.0
    held = [(line, motion(query, reference, placement.transform, line)) for line in found]
    return _weighed(held, alike)


def _undone_motion(
    undone: Undone, placement: Placement, alike: float
) -> tuple[float | None, float]:
    """The same piece by piece: what a crop shows all the time is little where it goes far."""
    held = []
    for line in placement.lines:
        edges = np.linspace(
            line.start, line.end, max(1, round((line.end - line.start) / PIECE_S)) + 1
        )
        for start, end in pairwise(edges.tolist()):
            piece = replace(line, start=start, end=end)
            shown = undone.shown(start, end)
            held.append(
                (piece, motion(undone.item, undone.known, placement.transform, piece, shown))
            )
    return _weighed(held, alike)


def _weighed(held: list[tuple[Line, Motion | None]], alike: float) -> tuple[float | None, float]:
    measured = [(line.end - line.start, one) for line, one in held if one is not None]
    if not measured:
        return None, 0.0
    total = sum(weight for weight, _ in measured)
    moving = sum(weight * one.moving for weight, one in measured) / total
    known = [(weight, _better(one, alike)) for weight, one in measured]
    clear = [(weight, value) for weight, value in known if value is not None]
    if not clear:
        return None, moving
    return sum(w * v for w, v in clear) / sum(w for w, _ in clear), moving


def _standing(
    query: FrameCache, reference: FrameCache, placement: Placement
) -> tuple[float | None, float | None]:
    """Where the known clip moves, where the item does, at a few instants; None for stills."""
    if "still" in (query.fingerprint.info.kind, reference.fingerprint.info.kind):
        return None, None
    moments = instants(placement.lines, LOOKS)
    pairs = [(query.nearest_index(tq), reference.nearest_index(tr)) for tq, tr in moments]
    matrix = placement.transform.matrix
    back = [(r, q) for q, r in pairs]
    return (
        standing_share(query, reference, matrix, pairs),
        standing_share(reference, query, np.linalg.inv(matrix), back),
    )


def _still_motion(
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    found: tuple[Line, ...],
    both_still: bool,
) -> float | None:
    if both_still or not found:
        return None
    return still_motion(query, reference, placement.transform.matrix, found[0].offset)


def _better(one: Motion, alike: float) -> float | None:
    """Where the known clip stands still, what moves in the item was laid over it."""
    if one.reference_explained is None:
        crowded = one.moving > MOST_LAID_OVER and alike < THE_SAME
        return one.query_explained if crowded else None
    return max(one.reference_explained, one.query_explained or 0.0)
