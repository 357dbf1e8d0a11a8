"""A patch and its looks -> what it is: writing, a mark, a sticker, a hidden place, a changed scene.

An overlay is drawn on the picture: it stands still, or is writing, or is a picture with corners.
What is none of that and comes and goes with the scene's own look is a change of the scene itself.
Where no rule holds a patch has no kind and is not reported: that is better than a wrong name.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from hashing.difference import Difference, difference
from hashing.patch_looks import Looks, elsewhen, looks
from hashing.patches import Patch, patches
from hashing.placing import Placement
from hashing.reel import Reel
from hashing.types import Seconds, Span

type PatchKind = Literal[
    "text",
    "logo",
    "sticker",
    "censor",
    "inset_over",
    "overlay",
    "tamper_removed",
    "tamper_added",
    "tamper",
]

FAINTEST = 1.75  # strength of a blurred area, whose coarse shapes are still the scene's
CLEAR = 2.5  # strength from which a single instant's patch is believed
PASSING_CLEAR = 2.35  # the same for one that is seen at several instants
FADED_CLEAR, FADED_FILL = 2.2, 0.42  # the same where detail is gone at all scales
BADLY_COPIED = 0.33  # unpredicted share above which a copy is too bad for faint patches
LASTS = 0.85  # share of the instants from which a patch is there throughout
FIXED = 5.0  # grey levels over time that a drawn thing may leave unexplained
TAMPER_S = 2.0  # shortest change of a scene that is reported
TAMPER_AREA = (0.005, 0.3)
OTHER_MOMENT = 0.55  # a moment nearby that explains this much better is the true one


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """A patch with its kind."""

    kind: PatchKind
    patch: Patch
    looks: Looks
    span: Span | None  # in the query; None: throughout
    shown_s: Seconds
    confidence: float


def findings(query: Reel, reference: Reel, placement: Placement) -> list[Finding]:
    """All patches of a match that have a kind, pieces of one change joined."""
    found = difference(query, reference, placement)
    if found is None or not found.usable.any():
        return []
    if not found.scene.still and float(np.median(found.unpredicted[found.usable])) > 0.48:
        return []  # as unlike as that, nothing local can be told from the rest
    out = []
    for patch in patches(found):
        if not _worth(patch, found):
            continue
        seen = looks(query, reference, placement, found, patch)
        kind = kind_of(patch, seen, found)
        if kind is None:
            continue
        doubtful = kind.startswith("tamper") or kind == "censor"
        if doubtful and elsewhen(found, patch) < OTHER_MOMENT:
            continue
        out.append(_finding(kind, patch, seen, found))
    return _joined(out)


def _worth(patch: Patch, found: Difference) -> bool:
    """Whether a patch is compact and thick enough to be looked at."""
    x0, y0, x1, y1 = patch.box
    return patch.fill >= 0.4 and min(x1 - x0, y1 - y0) >= 0.02 and patch.strength >= FAINTEST


def kind_of(patch: Patch, seen: Looks, found: Difference) -> PatchKind | None:
    """The first rule that holds."""
    if is_writing(seen):
        return "logo" if _in_corner(patch) and _stays(patch, seen, found) else "text"
    if _is_bar(patch, seen):
        return None
    if _is_hidden(patch, seen, found):
        return "censor"
    if _stays(patch, seen, found):
        drawn = _drawn(patch, seen, found)
        if drawn is not None:
            return drawn
    if _is_picture(patch, seen) and patch.share >= LASTS:
        return "inset_over"
    return _changed(patch, seen, found)


def is_writing(seen: Looks) -> bool:
    """Fine contrast along a line, much more than the scene has there."""
    long = max(seen.aspect, 1 / seen.aspect)
    busy, before = seen.strokes
    if long < 2.1 or busy < 20:
        return False
    return busy > 1.6 * before or (seen.turns[0] > 0.08 and seen.turns[0] > 1.6 * seen.turns[1])


def _in_corner(patch: Patch) -> bool:
    """Small and in one corner of the picture, where marks of origin are put."""
    x0, y0, x1, y1 = patch.box
    middle = (x0 + x1) / 2
    return x1 - x0 < 0.55 and (middle < 0.34 or middle > 0.66) and (y1 < 0.4 or y0 > 0.6)


def _stays(patch: Patch, seen: Looks, found: Difference) -> bool:
    """Whether it is there throughout, a fixed mixture with the footage (a still cannot deny it)."""
    if found.scene.still:
        return True
    return patch.share >= LASTS and seen.loose[0] < max(FIXED, seen.loose[1])


def _is_bar(patch: Patch, seen: Looks) -> bool:
    """A plain strip along the rim: a border, which is no overlay."""
    x0, y0, x1, y1 = patch.box
    thin = min(x1 - x0, y1 - y0) < 0.2 and max(seen.aspect, 1 / seen.aspect) > 3.2
    at_rim = min(x0, y0, 1 - x1, 1 - y1) < 0.03
    return thin and (at_rim or max(x1 - x0, y1 - y0) > 0.8)


def _drawn(patch: Patch, seen: Looks, found: Difference) -> PatchKind | None:
    """What a patch that stays is, if it is drawn on the picture."""
    if patch.strength < PASSING_CLEAR:
        return None
    if _is_picture(patch, seen) and not _flat_colours(seen):
        return "inset_over"
    square = 0.4 <= seen.aspect <= 2.5
    if found.scene.still:
        drawn = _vivid(seen) and seen.fine[0] > 0.6 * seen.fine[1]
        drawn &= patch.area > 0.008 or patch.strength > CLEAR + 0.1
        return "sticker" if square and drawn else None
    if seen.moves[1] < 3 and seen.fine[0] < seen.fine[1]:
        return None  # the scene stands still too, and loses detail: not drawn
    if square:
        return "sticker"
    return "logo" if _in_corner(patch) else "overlay"


def _vivid(seen: Looks) -> bool:
    """Strong colours, few of them, or any on a grey picture."""
    if seen.saturation >= 125 and seen.palette >= 0.42:
        return True
    if seen.saturation >= 150 and seen.palette >= 0.3:
        return True
    return seen.saturation >= 50 and seen.saturation_around < 12


def _flat_colours(seen: Looks) -> bool:
    """Few colours and much without gradient, as in drawn signs."""
    return seen.palette > 0.64 and seen.flat > 0.45


def _is_picture(patch: Patch, seen: Looks) -> bool:
    """A rectangle with detail of its own."""
    if patch.fill < 0.75 or seen.corners < 0.55 or patch.area < 0.008:
        return False
    return 0.35 <= seen.aspect <= 2.9 and seen.fine[0] >= 0.55 * seen.fine[1]


def _is_hidden(patch: Patch, seen: Looks, found: Difference) -> bool:
    """One tone with corners, or only coarse shapes of the scene left."""
    if patch.area < 0.006 or patch.fill < 0.5 or _badly_copied(found):
        return False
    if patch.strength >= CLEAR and seen.plain > 0.95 and seen.corners > 0.45:
        return True
    softer = seen.blurred > 0.85 and seen.fine[0] < 0.45 * seen.fine[1] and seen.fine[1] > 2
    blocks = seen.blurred > 0.92 and seen.fine[0] < 0.85 * seen.fine[1] and seen.flat > 0.55
    return (softer or blocks) and patch.share >= 0.25


def _badly_copied(found: Difference) -> bool:
    return float(np.median(found.unpredicted[found.usable])) > BADLY_COPIED


def _changed(patch: Patch, seen: Looks, found: Difference) -> PatchKind | None:
    """Whether the scene itself was changed there, on strict terms, and which way."""
    if not TAMPER_AREA[0] <= patch.area <= TAMPER_AREA[1]:
        return None
    if not 0.28 <= seen.aspect <= 3.6 or max(seen.strokes) < 1.5:
        return None
    sign = _vivid(seen) and seen.saturation > seen.saturation_around + 40
    if seen.blurred > 0.85 or (sign and seen.fine[0] > 0.6 * seen.fine[1]):
        return None  # the same shapes, or a drawn sign that comes and goes
    clear = _clear_in_still if found.scene.still else _clear_in_video
    if not clear(patch, seen, found):
        return None
    if seen.fine[0] > 1.25 * seen.fine[1]:
        return "tamper_added"
    less = seen.fine[0] < 0.45 * seen.fine[1] and seen.strokes[0] < 0.65 * seen.strokes[1]
    return "tamper_removed" if less or _faded(seen) else "tamper"


def _clear_in_still(patch: Patch, seen: Looks, found: Difference) -> bool:
    """A single instant has to be the clearer, unless detail is gone."""
    gone = seen.fine[0] < 0.45 * seen.fine[1]
    if gone and patch.strength >= PASSING_CLEAR and patch.fill >= 0.45:
        return True
    if _thinned(seen):
        return patch.strength >= FADED_CLEAR and patch.fill >= FADED_FILL
    if seen.strokes[0] < 0.45 * seen.strokes[1]:
        return patch.strength >= CLEAR and patch.fill >= 0.45
    return patch.strength >= CLEAR and patch.fill >= (0.45 if patch.strength > 2.65 else 0.55)


def _clear_in_video(patch: Patch, seen: Looks, found: Difference) -> bool:
    lasted = found.times[patch.last] - found.times[patch.first] + _step(found)
    needed = CLEAR + 0.1 if _badly_copied(found) else PASSING_CLEAR
    if lasted > 2 * TAMPER_S and seen.loose[0] > 3 * max(3.0, seen.loose[1]):
        needed -= 0.15  # for long, and not by anything that stands over the footage
    return bool(patch.strength >= needed and patch.fill >= 0.6 and lasted >= TAMPER_S)


def _thinned(seen: Looks) -> bool:
    """Less detail of every kind, and not the same shapes softened."""
    less = seen.fine[0] < 0.6 * seen.fine[1] and seen.strokes[0] < 0.65 * seen.strokes[1]
    return less and seen.blurred < 0.5


def _faded(seen: Looks) -> bool:
    """Less detail at the busiest places too, as where something was filled in from around."""
    return seen.fine[0] < 0.6 * seen.fine[1] and seen.strokes[0] < 0.5 * seen.strokes[1]


def _step(found: Difference) -> Seconds:
    return float(np.median(np.diff(found.times))) if len(found.times) > 1 else 0.0


def _finding(kind: PatchKind, patch: Patch, seen: Looks, found: Difference) -> Finding:
    step = _step(found)
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
            if _family(part.kind) == _family(other.kind) and _same_place(part, other):
                out[index] = _both(other, part)
                break
        else:
            out.append(part)
    return out


def _family(kind: PatchKind) -> str:
    return "tamper" if kind.startswith("tamper") else kind


def _same_place(one: Finding, other: Finding) -> bool:
    shared = float((one.patch.cells & other.patch.cells).sum())
    return shared > 0.4 * float(min(one.patch.cells.sum(), other.patch.cells.sum()))


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
