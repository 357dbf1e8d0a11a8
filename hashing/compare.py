"""Two fingerprints -> Match: whether they hold the same recording, where, and on what grounds.

READ FIRST of the science: place, measure the support, decide, explain.
"""

from dataclasses import replace

from hashing.align.proposals import cosines
from hashing.align.segments import to_segments
from hashing.align.spatiotemporal import Placement, place
from hashing.align.still_in_video import settled
from hashing.align.video_against_still import turned
from hashing.audio.compare_audio import hear
from hashing.decide.decision import OPEN, decide
from hashing.decide.support import support
from hashing.describe.frame_cache import Reel
from hashing.errors import MethodMismatch
from hashing.explain.explain import explain
from hashing.explain.pan_zoom import visible_at
from hashing.imaging.polygons import SIDES
from hashing.pan_zoom.crop_timing import as_clocked
from hashing.pan_zoom.detect import stirs
from hashing.pan_zoom.stabilise import Undone, followed, steadied, undone
from hashing.retiming.refine import mended
from hashing.types import Box, Edit, Fingerprint, Match, Seconds, Segment

MOSTLY = 0.5  # share of the item's picture
UNPLACED = 0.04  # the score of pictures that look the same and have no geometry in common
SURE = 0.95  # score; from OPEN up to it the mirror image is looked at as well
BESIDE_ANOTHER = frozenset({"inset", "split_screen"})
FILLED_AROUND = frozenset({"letterbox", "pillarbox", "blurred_background", "screen_recording"})


def compare(
    query: Fingerprint | Reel,
    reference: Fingerprint,
    window: Box | None = None,
    moments: tuple[tuple[Seconds, Seconds], ...] = (),
) -> Match:
    """Hold a query against one reference.

    query: a Reel where several references follow, so that its keypoints are found only once.
    window, moments: look at one part of the query's picture, at these pairs of moments first.

    Raises MethodMismatch where the two were described in different spaces, and DecodeError where
    the kept pictures of either are damaged.
    """
    reel = query if isinstance(query, Reel) else Reel(query)
    if reel.fingerprint.space != reference.space:
        raise MethodMismatch(f"query in {reel.fingerprint.space}, reference in {reference.space}")
    other = Reel(reference)
    placement = _placed(reel, other, window, moments)
    if placement is None:
        alike = cosines(reel.fingerprint.frames, reference.frames)
        score = UNPLACED * float(alike.max(initial=0.0))
        return Match(score, "none", reasons=("no common geometry was found",))
    match = explained(reel, other, placement)
    if OPEN <= match.score < SURE:
        match = _other_way_round(reel, other, placement, window, moments, match)
    return match


def _other_way_round(
    query: Reel,
    reference: Reel,
    placement: Placement,
    window: Box | None,
    moments: tuple[tuple[Seconds, Seconds], ...],
    match: Match,
) -> Match:
    """The better of a doubtful match and the one with the picture mirrored, or not mirrored.

    What is nearly symmetric agrees with its own mirror image well enough to hide the true place.
    """
    mirrored = not placement.transform.mirrored
    flipped = _placed(query, reference, window, moments, mirrored)
    if flipped is None or flipped.transform.mirrored != mirrored:
        return match  # the same way after all, from another start: a second try at being accepted
    again = explained(query, reference, flipped)
    return max(match, again, key=lambda one: one.score)


def _placed(
    query: Reel,
    reference: Reel,
    window: Box | None,
    moments: tuple[tuple[Seconds, Seconds], ...],
    mirrored: bool | None = None,
) -> Placement | None:
    kinds = query.fingerprint.info.kind, reference.fingerprint.info.kind
    if kinds == ("video", "still") and window is None:
        held = place(reference, query, mirrored=mirrored)
        return turned(settled(reference, query, held), query) if held is not None else None
    found = place(query, reference, window, moments, mirrored)
    if found is not None and kinds == ("still", "video"):
        return settled(query, reference, found)
    return found


def explained(query: Reel, reference: Reel, placement: Placement) -> Match:
    """The match that a placement amounts to; of one that is doubtful or drifts, along its path."""
    drifts = stirs(query, reference, placement)
    moving = _along_path(query, reference, placement) if drifts else None
    if moving is not None and moving.accepted:
        return moving
    match = _explained(query, reference, placement)
    if OPEN <= match.score < SURE and not drifts:
        moving = _along_path(query, reference, placement)
    return match if moving is None else max(match, moving, key=lambda one: one.score)


def _along_path(query: Reel, reference: Reel, placement: Placement) -> Match | None:
    """The match under a moving crop; None where no path is found."""
    found = followed(query, reference, placement)
    if found is None:
        return None
    placement, clock = found
    placement = mended(placement, query.fingerprint, reference.fingerprint)
    placement = replace(placement, lines=as_clocked(placement.lines, clock))
    held = steadied(query, reference, placement)
    if held is None:
        return None
    moved, placement = held
    return _explained(query, moved, placement, undone(query, reference, placement))


def _explained(
    query: Reel, reference: Reel, placement: Placement, back: Undone | None = None
) -> Match:
    if back is None:  # else it was mended before the clip was moved along it
        placement = mended(placement, query.fingerprint, reference.fingerprint)
    grounds = support(query, reference, placement, back)
    decided = decide(grounds, query.fingerprint.info.kind, reference.fingerprint.info.kind)
    segments = to_segments(
        query, reference, placement.lines, placement.transform, decided.score, placement.path
    )
    if not segments:
        return Match(min(decided.score, 0.2), "none", reasons=decided.reasons)
    sound = hear(query.fingerprint, reference.fingerprint, segments)
    accepted = decided.decision == "accepted"
    edits = explain(query, reference, placement, segments, sound) if accepted else ()
    return Match(
        score=decided.score,
        decision=decided.decision,
        segments=_as_cropped(segments, edits),
        edits=edits,
        audio=sound,
        main_picture=is_main_picture(grounds.covered, edits),
        reasons=decided.reasons,
    )


def _as_cropped(segments: tuple[Segment, ...], edits: tuple[Edit, ...]) -> tuple[Segment, ...]:
    """The segments, with what was measured of a crop as what is visible.

    The transform alone counts what lies behind a bar, or beside it on a wider canvas, as seen.
    """
    moving = next((edit for edit in edits if edit.type == "zoom_pan"), None)
    if moving is not None:
        return tuple(
            replace(one, visible=visible_at(one.homography, moving.box))
            for one in segments
            if one.homography is not None
        )
    cut_off = next((edit.measure for edit in edits if edit.type == "crop"), None)
    if cut_off is None:
        return segments
    left, top, right, bottom = (float(cut_off[side]) for side in SIDES)
    visible = (left, top, 1 - right, 1 - bottom)
    return tuple(replace(one, visible=visible) for one in segments)


def is_main_picture(covered: float, edits: tuple[Edit, ...]) -> bool:
    """Whether the item mainly shows the known footage, and not another picture beside it.

    covered: share of the item's picture. Bars, a blurred fill or a filmed screen around it are no
    other picture, however large they are.
    """
    kinds = {edit.type for edit in edits}
    if kinds & BESIDE_ANOTHER:
        return False
    return covered >= MOSTLY or bool(kinds & FILLED_AROUND)
