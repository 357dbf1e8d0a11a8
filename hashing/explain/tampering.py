"""Edits of the content: a part of the scene itself that differs from the known copy for a while.

Said only after everything else was undone or named: framing, tone, loss of quality, timing, and
what was drawn over the picture. Inpainting leaves less detail than the known copy has, a pasted
object brings detail of its own; where neither is clear the direction is left open.
"""

from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import Family
from hashing.explain.regions.classify_patches import Finding, findings
from hashing.explain.time_parameters import when
from hashing.message import Message
from hashing.types import Edit, Segment


def content_edits(
    query: FrameCache, reference: FrameCache, placement: Placement, segments: tuple[Segment, ...]
) -> list[Edit]:
    """Where the scene itself was changed."""
    return content_of(findings(query, reference, placement))


def content_of(found: list[Finding]) -> list[Edit]:
    """Tampering edits from findings at hand."""
    return [_edit(one) for one in found if one.kind.family is Family.CONTENT]


def _edit(one: Finding) -> Edit:
    measure: dict[str, float | int | str] = {
        "area": round(one.patch.area, 4),
        "strength": round(one.patch.strength, 2),
        "detail": round(one.appearance.fine[0] / max(0.1, one.appearance.fine[1]), 2),
    }
    if one.shown_s:
        measure["shown_s"] = round(one.shown_s, 1)
    return Edit(
        type=one.kind,
        confidence=round(one.confidence, 3),
        measure=measure,
        message=Message(
            f"edit-{one.kind.slug}", {"area": round(one.patch.area, 4), **when(one.span)}
        ),
        query=one.span,
        box=one.patch.box,
    )
