"""The instant of a video that a still shows, looked for again where things lie elsewhere at the
one that was found.

The moment that correlates best may be a quiet one beside the right one, with a transform bent to
fit it. A still of the clip has its own instant near by, and there everything is in its place; a
still of another moment of the scene has none.
"""

from dataclasses import replace

from hashing.align.spatiotemporal import MOST_FRAMED, FramePair, Placement, correspondences
from hashing.align.temporal import agreement
from hashing.describe.frame_cache import FrameCache
from hashing.imaging.homography import estimate, outline
from hashing.similarity.displacement import still_moved
from hashing.similarity.local_correlation import likeness_close
from hashing.types import Box

REACH_S = 1.0  # of video, on either side
IN_PLACE = 0.08  # share that lies elsewhere, up to which an instant is not doubted
CLEARLY = 0.6  # of what lies elsewhere: what must be left of it at a better instant
TRIED = 3  # of the instants near by, the most alike are looked at closely
FEWER = 0.6  # of the points that agree: what the right instant must have


def settled(still: FrameCache, video: FrameCache, placement: Placement) -> Placement:
    """The placement, or one at an instant near by at which less of the still lies elsewhere."""
    here = matched(video, placement)
    now = still_moved(still, video, placement.transform.matrix, here)
    if now is None or now.off <= IN_PLACE or len(video.times) < 2:
        return placement
    tries = [
        (moved.off, other)
        for other in _near(still, video, placement, here)
        if (moved := still_moved(still, video, other.transform.matrix, matched(video, other)))
        if moved.off <= min(IN_PLACE, CLEARLY * now.off) and moved.found > 0.9 * now.found
    ]
    if not tries:
        return placement
    return _correlated(still, video, min(tries, key=lambda one: one[0])[1])


def matched(video: FrameCache, placement: Placement) -> int:
    """Index of the video's picture that a still was matched with."""
    if placement.lines:
        return video.nearest_index(placement.lines[0].offset)
    return placement.pairs[0].reference_index


def _near(still: FrameCache, video: FrameCache, placement: Placement, here: int) -> list[Placement]:
    """Placements at the instants around one that look most like the still."""
    moment = float(video.times[here])
    ranked = []
    for index in range(len(video.times)):
        if index != here and abs(video.times[index] - moment) <= REACH_S:
            tried = _at(still, video, placement, index, coarse=True)
            if tried is not None:
                matrix = tried.transform.matrix
                held = likeness_close(
                    still.frame(0), video.frame(index), matrix, still.caption_bars
                )
                ranked.append((held.share * held.typical, index))
    best = [index for _, index in sorted(ranked, reverse=True)[:TRIED]]
    tries = [_at(still, video, placement, index, coarse=False) for index in best]
    fewest = FEWER * placement.transform.inliers
    return [one for one in tries if one is not None and one.transform.inliers >= fewest]


def _at(
    still: FrameCache, video: FrameCache, placement: Placement, index: int, coarse: bool
) -> Placement | None:
    """The still placed at one picture of the video; None where no transform is found."""
    mirrored, window = placement.transform.mirrored, _window(still, video, placement)
    points = correspondences(still, video, (0, index), mirrored, window, coarse)
    transform = estimate(points, video.size)
    if transform is None:
        return None
    pair = FramePair(0, index, transform.inliers, len(points.query))
    moment = float(video.times[index])
    lines = tuple(replace(line, offset=moment) for line in placement.lines[:1])
    return replace(placement, transform=transform, pairs=(pair,), lines=lines)


def _window(still: FrameCache, video: FrameCache, placement: Placement) -> Box | None:
    """The part of the still that the video's picture fills, where that is a small one."""
    box = outline(placement.transform.matrix, still.size, video.size)
    if box is None or (box[2] - box[0]) * (box[3] - box[1]) > MOST_FRAMED:
        return None
    return box


def _correlated(still: FrameCache, video: FrameCache, placement: Placement) -> Placement:
    """The same with its moments correlated under its own transform."""
    found = agreement(
        still.times,
        still.thumbnails(),
        video.times,
        video.thumbnails(),
        placement.transform.matrix,
        still.size,
        video.size,
        still.caption_bars,
    )
    if found is None:
        return placement
    level = float(found.values[0, matched(video, placement)])
    contrast = float(found.contrast()[0, matched(video, placement)])
    lines = tuple(replace(line, correlation=level, contrast=contrast) for line in placement.lines)
    return replace(placement, lines=lines, agreement=found)
