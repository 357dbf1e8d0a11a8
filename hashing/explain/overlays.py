"""Overlay edits: what lies over the known footage, or beside it as writing on a bar."""

from dataclasses import replace

from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import LAID_OVER, EditType
from hashing.explain.borders.caption_bars import text_bars
from hashing.explain.redaction.redactions import Censored
from hashing.explain.regions.classify_patches import Finding, findings, is_mark, is_writing
from hashing.explain.static_marks import Mark
from hashing.explain.time_parameters import when
from hashing.imaging.boxes import area_of, intersects, share_inside
from hashing.imaging.text_bands import CaptionBar
from hashing.message import Message
from hashing.types import Box, Edit, Segment, Span

STROKES = (EditType.TEXT, EditType.LOGO)
LINE = 2.1  # width over height, from which strokes that stand are writing
LONGEST_STROKES = 8.0  # the same up to which strokes are a mark, measured without what is around
TOLD = 0.3  # of either box, from which a finding tells of a mark already
WITHIN, MOST_OF = 0.8, 0.35  # of a mark in a finding, and of the finding in it: the same writing


def overlay_edits(
    query: FrameCache, reference: FrameCache, placement: Placement, segments: tuple[Segment, ...]
) -> list[Edit]:
    """What was laid over the footage."""
    return overlays_of(findings(query, reference, placement), query, reference, placement)


def overlays_of(
    found: list[Finding],
    query: FrameCache,
    reference: FrameCache,
    placement: Placement,
    *,
    page: bool = False,
) -> list[Edit]:
    """Overlay edits from findings at hand, and caption bars outside the known picture.

    page: the item records a screen, whose own writing around the known picture is no caption.
    """
    over = [_edit(one) for one in found if one.kind in LAID_OVER]
    bars = [] if page else text_bars(query, reference, placement)
    return over + [_bar_edit(bar) for bar in bars if not any(_inside(bar, one) for one in over)]


def censors_of(hidden: list[Censored], found: list[Finding]) -> list[Edit]:
    """Redacted areas, without those that an overlay finding reports already."""
    reported_boxes = [one.patch.box for one in found if one.kind is EditType.CENSOR]
    return [
        _censor_edit(one)
        for one in hidden
        if not any(intersects(one.box, t) for t in reported_boxes)
    ]


def marks_of(standing: list[Mark], found: list[Finding], hidden: list[Censored]) -> list[Edit]:
    """Static marks and text, without those that another overlay finding reports."""
    reported_boxes = [one.patch.box for one in found if one.kind in LAID_OVER]
    reported_boxes += [one.box for one in hidden]
    new = [one for one in standing if not any(_same_writing(one.box, t) for t in reported_boxes)]
    edits = [_mark_edit(one) for one in new]
    return [edit for edit in edits if edit is not None]


def refined(found: list[Finding], standing: list[Mark]) -> list[Finding]:
    """Text overlays with the sides of the strokes that were located in them, named by those."""
    return [
        _refined(one, standing)
        if one.kind in (EditType.TEXT, EditType.LOGO) and one.span is None
        else one
        for one in found
    ]


def _refined(one: Finding, standing: list[Mark]) -> Finding:
    for mark in standing:
        inside, of_it = share_inside(mark.box, one.patch.box), share_inside(one.patch.box, mark.box)
        if inside > WITHIN and of_it > MOST_OF:
            return replace(one, kind=_named(mark), patch=replace(one.patch, outline=mark.box))
    return one


def _named(mark: Mark) -> EditType:
    return EditType.LOGO if is_mark(mark.box, mark.aspect, LONGEST_STROKES) else EditType.TEXT


def _mark_edit(one: Mark) -> Edit | None:
    """None for strokes that form no line: the rim of a cover or of a sticker."""
    if one.aspect < LINE:
        return None
    kind = _named(one)
    area = area_of(one.box)
    return Edit(
        type=kind,
        confidence=0.9,
        measure={
            "area": round(area, 4),
            "contrast": round(one.contrast, 1),
            "shown_s": round(one.seconds, 1),
        },
        message=_covers(kind, area, None),
        box=one.box,
    )


def _same_writing(one: Box, other: Box) -> bool:
    return max(share_inside(one, other), share_inside(other, one)) > TOLD


def _censor_edit(one: Censored) -> Edit:
    return Edit(
        type=EditType.CENSOR,
        confidence=round(min(0.98, 0.7 + 0.3 * one.share), 3),
        measure={"area": round(one.area, 4), "way": one.way, "seen": round(one.share, 2)},
        message=Message(f"edit-censor-{one.way}", {"area": round(one.area, 4), **when(one.span)}),
        query=one.span,
        box=one.box,
    )


def _edit(one: Finding) -> Edit:
    measure: dict[str, float | int | str] = {"area": round(one.patch.area, 4)}
    opacity = one.appearance.opacity
    if opacity is not None and not is_writing(one.appearance):  # footage shows between letters
        measure["opacity"] = round(opacity, 2)
    if one.shown_s:
        measure["shown_s"] = round(one.shown_s, 1)
    return Edit(
        type=one.kind,
        confidence=round(one.confidence, 3),
        measure=measure,
        message=_covers(one.kind, one.patch.area, one.span),
        query=one.span,
        box=one.patch.box,
    )


def _covers(kind: EditType, area: float, span: Span | None) -> Message:
    return Message(f"edit-{kind.slug}", {"area": round(area, 4), **when(span)})


def _bar_edit(bar: CaptionBar) -> Edit:
    height = bar.box[3] - bar.box[1]
    return Edit(
        type=EditType.TEXT,
        confidence=0.9,
        measure={"area": round(height, 4), "strokes": round(bar.strokes, 3)},
        message=Message("edit-caption-bar", {"share": round(height, 4)}),
        box=bar.box,
    )


def _inside(bar: CaptionBar, edit: Edit) -> bool:
    """Whether an overlay edit already reports this caption bar."""
    if edit.type is not EditType.TEXT or edit.box is None:
        return False
    shared = min(bar.box[3], edit.box[3]) - max(bar.box[1], edit.box[1])
    return shared > 0.3 * (edit.box[3] - edit.box[1])
