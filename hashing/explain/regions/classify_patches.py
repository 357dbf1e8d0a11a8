"""A patch -> what it is: text, a watermark, a sticker, a hidden place, a changed scene.

An overlay is drawn on the picture: it stands still, or is writing, or is a picture with corners.
What is none of that and comes and goes with the scene's own look is a change of the scene itself.
Where no rule holds a patch has no kind and is not reported: that is better than a wrong name.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import LAID_OVER, EditType, Family
from hashing.explain.difference.residual import Difference, difference, in_wide_windows
from hashing.explain.regions.find_patches import Patch, patches
from hashing.explain.regions.patch_appearance import Appearance, is_vivid, measure_appearance
from hashing.explain.regions.patch_motion import explained_at_other_times
from hashing.explain.regions.picture_in_picture import picture_over
from hashing.explain.regions.round_picture import round_picture_over
from hashing.explain.regions.split_patches import core, pieces
from hashing.explain.regions.tampering_rules import (
    CLEAR,
    PASSING_CLEAR,
    badly_copied,
    changed,
    comes_and_goes,
    faintly_changed,
    may_have_moved,
    step_of,
)
from hashing.explain.regions.temporal_steps import shortest_step, step
from hashing.types import Box, Seconds, Span

FAINTEST = 1.75  # strength of a blurred area, whose coarse shapes are still the scene's
PIECE = 0.008  # of the picture: what is smaller beside something laid over it belongs to that
LASTS = 0.85  # share of the instants from which a patch is there throughout
FIXED = 5.0  # grey levels over time that a drawn thing may leave unexplained
BY_THE_SIDE = 0.05  # of the picture's width: marks are put close to it, lines of writing less so
AWAY = 0.65  # of the longest, that a mark further from the side may be
LONGEST_MARK = 7.0  # width over height: a line of writing in a corner is longer than a mark
OTHER_MOMENT = 0.55  # a moment nearby that explains this much better is the true one


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """A patch with its kind."""

    kind: EditType
    patch: Patch
    appearance: Appearance
    span: Span | None  # in the query; None: throughout
    shown_s: Seconds
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class _ClassifiedPatch:
    """A patch with its appearance and its kind, where it has one."""

    patch: Patch
    appearance: Appearance
    kind: EditType | None
    framed: bool = False  # its cells are a rectangle that was found by its sides


def findings(query: FrameCache, reference: FrameCache, placement: Placement) -> list[Finding]:
    """All patches of a match that have a kind, pieces of one change joined."""
    found = difference(query, reference, placement)
    if found is None or not found.usable.any():
        return []
    if not found.scene.still and float(np.median(found.unpredicted[found.usable])) > 0.48:
        return []  # as unlike as that, nothing local can be told from the rest

    def see(patch: Patch) -> _ClassifiedPatch:
        seen = measure_appearance(query, reference, placement, found, patch)
        kind = _kind(patch, seen, found)
        writing = is_writing(seen)
        framed = picture_over(
            query, reference, placement, found, patch, seen, kind, writing=writing
        )
        if framed is None and not writing:
            framed = round_picture_over(query, reference, placement, found, patch, seen, kind)
        if framed is not None:
            return _ClassifiedPatch(framed, seen, EditType.INSET_OVER, framed=True)
        return _ClassifiedPatch(patch, seen, kind)

    wholes = [see(patch) for patch in patches(found)]
    over = [one.patch for one in wholes if one.kind in LAID_OVER]
    classified = [one for whole in wholes for one in _classify_in_pieces(found, whole, see, over)]
    framed = [one for one in classified if one.framed]
    classified = [
        one for one in classified if one.framed or not any(_lies_in(one, other) for other in framed)
    ]
    classified = _join_lines_of_text(classified)
    classified += _stepped_changes(found, [one for one in classified if one.kind], see)
    return _joined(
        [_finding(one.kind, one.patch, one.appearance, found) for one in classified if one.kind]
    )


def _join_lines_of_text(classified: list[_ClassifiedPatch]) -> list[_ClassifiedPatch]:
    """What passes for a watermark in a corner is text where a line of text goes on beside it."""
    lines = [one.patch.box for one in classified if one.kind is EditType.TEXT]
    return [
        replace(one, kind=EditType.TEXT)
        if one.kind is EditType.LOGO and any(_on_line(one.patch.box, line) for line in lines)
        else one
        for one in classified
    ]


def _on_line(part: Box, line: Box) -> bool:
    height = part[3] - part[1]
    apart = max(line[0] - part[2], part[0] - line[2])
    return min(part[3], line[3]) - max(part[1], line[1]) > 0.5 * height and apart < height


def _classify_in_pieces(
    found: Difference,
    whole: _ClassifiedPatch,
    see: Callable[[Patch], _ClassifiedPatch],
    over: list[Patch],
) -> list[_ClassifiedPatch]:
    """Classify a patch, or its pieces where something was laid over beside a change."""
    if whole.framed:
        return [whole]
    for both in pieces(found, whole.patch):
        laid, rest = sorted((see(one) for one in both), key=lambda one: one.kind not in LAID_OVER)
        if laid.kind not in LAID_OVER or rest.kind in LAID_OVER or _through_writing(laid, rest):
            continue
        if rest.patch.area >= PIECE:
            beside = _faint_change(rest, found, [*over, laid.patch])
            if beside is not None:
                return [laid, beside]
    if whole.kind is not None:
        return [whole]
    compact = core(found, whole.patch)
    faint = _faint_change(whole, found, over)
    if faint is None and compact is not None:
        faint = _faint_change(see(compact), found, over)
    return [faint] if faint is not None else []


def _lies_in(one: _ClassifiedPatch, other: _ClassifiedPatch) -> bool:
    """Whether a patch lies in another for the most part."""
    return bool((one.patch.cells & other.patch.cells).sum() > 0.7 * one.patch.cells.sum())


def _through_writing(laid: _ClassifiedPatch, rest: _ClassifiedPatch) -> bool:
    """Whether writing was parted across its lines, which leaves some of it on both sides."""
    if laid.kind not in (EditType.TEXT, EditType.LOGO):
        return False
    along = 1 if laid.appearance.aspect > 1 else 0
    lines, beside = (one.patch.cells.any(axis=along) for one in (laid, rest))
    return bool((lines & beside).any())


def _kind(patch: Patch, seen: Appearance, found: Difference) -> EditType | None:
    """What a patch is; None also where another moment may explain it."""
    kind = kind_of(patch, seen, found) if _is_compact(patch) else None
    if kind is None or not (kind.family is Family.CONTENT or kind is EditType.CENSOR):
        return kind
    if kind is not EditType.CENSOR and may_have_moved(patch, seen, found):
        return None
    return None if explained_at_other_times(found, patch) < OTHER_MOMENT else kind


def _faint_change(
    one: _ClassifiedPatch, found: Difference, over: list[Patch]
) -> _ClassifiedPatch | None:
    """A patch as a change of the scene, if it is one that stands out."""
    if (
        not _is_compact(one.patch)
        or is_writing(one.appearance)
        or _is_bar(one.patch, one.appearance)
    ):
        return None
    kind = faintly_changed(one.patch, one.appearance, found, over)
    if kind is None or explained_at_other_times(found, one.patch) < OTHER_MOMENT:
        return None
    return replace(one, kind=kind)


def _stepped_changes(
    found: Difference, classified: list[_ClassifiedPatch], see: Callable[[Patch], _ClassifiedPatch]
) -> list[_ClassifiedPatch]:
    """A change of the scene beside what was told, faint at every instant but plain over time."""
    if found.scene.still:
        return []
    taken = np.zeros(found.covered.shape, bool)
    for other in classified:
        taken |= other.patch.cells
    wide = in_wide_windows(found)
    rise = step(wide, taken, shortest_step(found))
    if rise is None:
        return []
    one = see(rise.patch)
    drawn = one.kind in LAID_OVER or _is_bar(one.patch, one.appearance)
    drawn |= is_writing(one.appearance) or _is_picture(one.patch, one.appearance)
    if not _is_compact(one.patch) or drawn:
        return []
    over = [other.patch for other in classified if other.kind in LAID_OVER]
    kind = comes_and_goes(rise, one.appearance, wide, over)
    if kind is None or explained_at_other_times(found, one.patch) < OTHER_MOMENT:
        return []
    return [replace(one, kind=kind)]


def _is_compact(patch: Patch) -> bool:
    """Whether a patch is compact and thick enough to be classified."""
    x0, y0, x1, y1 = patch.box
    return patch.fill >= 0.4 and min(x1 - x0, y1 - y0) >= 0.02 and patch.strength >= FAINTEST


def kind_of(patch: Patch, seen: Appearance, found: Difference) -> EditType | None:
    """The kind of a patch, by the first rule that holds."""
    if is_writing(seen):
        mark = is_mark(patch.box, max(seen.aspect, 1 / seen.aspect), LONGEST_MARK)
        return EditType.LOGO if mark and _stays(patch, seen, found) else EditType.TEXT
    if _is_bar(patch, seen):
        return None
    if _is_hidden(patch, seen, found):
        return EditType.CENSOR
    if _stays(patch, seen, found):
        drawn = _kind_of_drawn_patch(patch, seen, found)
        if drawn is not None:
            return drawn
    if _is_picture(patch, seen) and patch.share >= LASTS:
        return EditType.INSET_OVER
    return changed(patch, seen, found)


def is_writing(seen: Appearance) -> bool:
    """Whether a patch is text: fine contrast along a line, much more than the scene has there."""
    long = max(seen.aspect, 1 / seen.aspect)
    busy, before = seen.strokes
    if long < 2.1 or busy < 20:
        return False
    return busy > 1.6 * before or (seen.turns[0] > 0.08 and seen.turns[0] > 1.6 * seen.turns[1])


def is_mark(box: Box, aspect: float, longest: float) -> bool:
    """Whether writing is a mark: in a corner, and short; shorter where it is not by the side.

    longest: width over height of what is by the side.
    """
    by_side = min(box[0], 1 - box[2]) <= BY_THE_SIDE
    return in_corner(box) and aspect <= (longest if by_side else AWAY * longest)


def in_corner(box: Box) -> bool:
    """Whether a patch is small and in one corner of the frame, where watermarks are put."""
    x0, y0, x1, y1 = box
    middle = (x0 + x1) / 2
    return x1 - x0 < 0.55 and (middle < 0.34 or middle > 0.66) and (y1 < 0.4 or y0 > 0.6)


def _stays(patch: Patch, seen: Appearance, found: Difference) -> bool:
    """Whether a patch stays throughout as a fixed mixture; a still cannot deny it."""
    if found.scene.still:
        return True
    return patch.share >= LASTS and seen.loose[0] < max(FIXED, seen.loose[1])


def _is_bar(patch: Patch, seen: Appearance) -> bool:
    """Whether a patch is a plain strip along the rim: a border, which is no overlay."""
    x0, y0, x1, y1 = patch.box
    thin = min(x1 - x0, y1 - y0) < 0.2 and max(seen.aspect, 1 / seen.aspect) > 3.2
    at_rim = min(x0, y0, 1 - x1, 1 - y1) < 0.03
    return thin and (at_rim or max(x1 - x0, y1 - y0) > 0.8)


def _kind_of_drawn_patch(patch: Patch, seen: Appearance, found: Difference) -> EditType | None:
    """What kind a patch that stays is, if it is drawn on the frame."""
    if patch.strength < PASSING_CLEAR:
        return None
    if _is_picture(patch, seen) and not _flat_colours(seen):
        return EditType.INSET_OVER
    square = 0.4 <= seen.aspect <= 2.5
    if found.scene.still:
        drawn = is_vivid(seen) and seen.fine[0] > 0.6 * seen.fine[1]
        drawn &= patch.area > 0.008 or patch.strength > CLEAR + 0.1
        return EditType.STICKER if square and drawn else None
    if seen.moves[1] < 3 and seen.fine[0] < seen.fine[1]:
        return None  # the scene stands still too, and loses detail: not drawn
    if square:
        return EditType.STICKER
    return EditType.LOGO if in_corner(patch.box) else EditType.OVERLAY


def _flat_colours(seen: Appearance) -> bool:
    """Whether a patch has few colours and much without gradient, as drawn signs have."""
    return seen.palette > 0.64 and seen.flat > 0.45


def _is_picture(patch: Patch, seen: Appearance) -> bool:
    """Whether a patch is a rectangle with detail of its own."""
    if patch.fill < 0.75 or seen.corners < 0.55 or patch.area < 0.008:
        return False
    return 0.35 <= seen.aspect <= 2.9 and seen.fine[0] >= 0.55 * seen.fine[1]


def _is_hidden(patch: Patch, seen: Appearance, found: Difference) -> bool:
    """One tone with corners, or only coarse shapes of the scene left."""
    if patch.area < 0.006 or patch.fill < 0.5 or badly_copied(found):
        return False
    if patch.strength >= CLEAR and seen.plain > 0.95 and seen.corners > 0.45:
        return True
    softer = seen.blurred > 0.85 and seen.fine[0] < 0.45 * seen.fine[1] and seen.fine[1] > 2
    blocks = seen.blurred > 0.92 and seen.fine[0] < 0.85 * seen.fine[1] and seen.flat > 0.55
    return (softer or blocks) and patch.share >= 0.25


def _finding(kind: EditType, patch: Patch, seen: Appearance, found: Difference) -> Finding:
    step = step_of(found)
    start = max(0.0, float(found.times[patch.first]) - step / 2)
    end = float(found.times[patch.last]) + step / 2
    throughout = found.scene.still or patch.share >= 0.93
    confidence = float(np.clip(0.55 + 0.15 * (patch.strength - 2.2), 0.5, 0.98))
    shown = 0.0 if found.scene.still else float(patch.on.sum() * step)
    return Finding(kind, patch, seen, None if throughout else Span(start, end), shown, confidence)


def _joined(parts: list[Finding]) -> list[Finding]:
    """Findings of one kind at one place as one, from the first to the last."""
    out: list[Finding] = []
    for part in sorted(parts, key=lambda one: -one.patch.area):
        for index, other in enumerate(out):
            if _alike(part.kind, other.kind) and (
                _same_place(part, other) or _same_line(part, other)
            ):
                out[index] = _both(other, part)
                break
        else:
            out.append(part)
    return out


def _alike(one: EditType, other: EditType) -> bool:
    """Whether two are one kind of thing; which way a scene was changed does not part them."""
    return one is other or one.family is other.family is Family.CONTENT


def _same_place(one: Finding, other: Finding) -> bool:
    shared = float((one.patch.cells & other.patch.cells).sum())
    return shared > 0.4 * float(min(one.patch.cells.sum(), other.patch.cells.sum()))


def _same_line(one: Finding, other: Finding) -> bool:
    """Whether both are writing in one line at the same time."""
    together = float((one.patch.on & other.patch.on).sum())
    if one.kind is not EditType.TEXT or together < 0.5 * max(
        one.patch.on.sum(), other.patch.on.sum()
    ):
        return False
    return _on_line(one.patch.box, other.patch.box)


def _both(one: Finding, other: Finding) -> Finding:
    on = one.patch.on | other.patch.on
    patch = replace(
        one.patch,
        cells=one.patch.cells | other.patch.cells,
        first=min(one.patch.first, other.patch.first),
        last=max(one.patch.last, other.patch.last),
        on=on,
    )
    if one.span is None or other.span is None:
        span = None
    else:
        span = Span(min(one.span.start, other.span.start), max(one.span.end, other.span.end))
    shown = max(
        one.shown_s, other.shown_s, min(one.shown_s + other.shown_s, span.length if span else 0)
    )
    return replace(one, patch=patch, span=span, shown_s=shown)
