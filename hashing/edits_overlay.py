"""Overlay edits: what lies over the known footage, or beside it as writing on a bar."""

from hashing.bars import Bar
from hashing.censored import Censored
from hashing.patch_kind import Finding, findings, is_writing
from hashing.placing import Placement
from hashing.reel import Reel
from hashing.text_bars import text_bars
from hashing.types import Box, Edit, Segment

NAMES = {
    "text": "Writing",
    "logo": "A mark in a corner",
    "sticker": "A sticker or drawn sign",
    "censor": "A blurred or covered area",
    "inset_over": "Another picture",
    "overlay": "Something drawn",
}
HIDDEN = {
    "covered": "covered in one tone",
    "unreadable": "made unreadable, by a blur or by coarse blocks",
}


def overlay_edits(
    query: Reel, reference: Reel, placement: Placement, segments: tuple[Segment, ...]
) -> list[Edit]:
    """What was laid over the footage."""
    return overlays_of(findings(query, reference, placement), query, reference, placement)


def overlays_of(
    found: list[Finding],
    query: Reel,
    reference: Reel,
    placement: Placement,
    page: bool = False,
) -> list[Edit]:
    """The same from findings at hand, and bars with writing outside the known picture.

    page: the item records a screen, whose own writing around the known picture is no caption.
    """
    over = [_edit(one) for one in found if one.kind in NAMES]
    bars = [] if page else text_bars(query, reference, placement)
    return over + [_bar_edit(bar) for bar in bars if not any(_inside(bar, one) for one in over)]


def censors_of(hidden: list[Censored], found: list[Finding]) -> list[Edit]:
    """Areas made unreadable, without those that a finding tells of already."""
    told = [one.patch.box for one in found if one.kind == "censor"]
    return [_censor_edit(one) for one in hidden if not any(_shared(one.box, t) for t in told)]


def _censor_edit(one: Censored) -> Edit:
    when = "" if one.span is None else f" from {one.span.start:.1f} s to {one.span.end:.1f} s"
    return Edit(
        type="censor",
        confidence=round(min(0.98, 0.7 + 0.3 * one.share), 3),
        measure={"area": round(one.area, 4), "way": one.way, "seen": round(one.share, 2)},
        text=f"An area of {one.area:.1%} of the picture is {HIDDEN[one.way]}{when}",
        query=one.span,
        box=one.box,
    )


def _shared(one: Box, other: Box) -> bool:
    return all(one[k] < other[k + 2] and other[k] < one[k + 2] for k in (0, 1))


def _edit(one: Finding) -> Edit:
    measure: dict[str, float | int | str] = {"area": round(one.patch.area, 4)}
    details = [f"{one.patch.area:.1%} of the picture"]
    if one.looks.opacity is not None and not is_writing(one.looks):  # footage shows between letters
        measure["opacity"] = round(one.looks.opacity, 2)
    if one.shown_s:
        measure["shown_s"] = round(one.shown_s, 1)
    if one.span is not None:
        details.append(f"from {one.span.start:.1f} s to {one.span.end:.1f} s")
    return Edit(
        type=one.kind,
        confidence=round(one.confidence, 3),
        measure=measure,
        text=f"{NAMES[one.kind]} lies over {', '.join(details)}, which the known copy has not",
        query=one.span,
        box=one.patch.box,
    )


def _bar_edit(bar: Bar) -> Edit:
    height = bar.box[3] - bar.box[1]
    return Edit(
        type="text",
        confidence=0.9,
        measure={"area": round(height, 4), "strokes": round(bar.strokes, 3)},
        text=f"A bar with writing takes {height:.0%} of the height, which the known copy has not",
        box=bar.box,
    )


def _inside(bar: Bar, edit: Edit) -> bool:
    """Whether an edit already tells of this bar."""
    if edit.type != "text" or edit.box is None:
        return False
    shared = min(bar.box[3], edit.box[3]) - max(bar.box[1], edit.box[1])
    return shared > 0.3 * (edit.box[3] - edit.box[1])
