"""Whether a patch is a change of the scene itself, and which way: the strict rules for tampering.

A patch is believed where it differs clearly; a faint one where it stands out of all else in its
picture and nothing moves there. A still is one instant, of a moment that may lie between two kept
pictures: what movement can show is left out.
"""

import numpy as np

from hashing.edit_types import EditType
from hashing.explain.difference.residual import Difference
from hashing.explain.regions.find_patches import Patch
from hashing.explain.regions.patch_appearance import Appearance, is_vivid
from hashing.explain.regions.patch_significance import stands_out, unsettled
from hashing.explain.regions.temporal_steps import TAMPER_S, Step
from hashing.types import Seconds

CLEAR = 2.5  # strength from which a single instant's patch is believed
PASSING_CLEAR = 2.35  # the same for one that is seen at several instants
FADED_CLEAR, FADED_FILL = 2.2, 0.42  # the same where detail is gone at all scales
BADLY_COPIED = 0.33  # unpredicted share above which a copy is too bad for faint patches
TAMPER_AREA = (0.005, 0.3)
STANDS = 1.5  # times what differs most elsewhere, from which a faint patch is no chance
SETTLED = 0.35  # share of a difference that may be movement between two kept pictures
UNMOVED = 3.0  # strength that no movement between two kept pictures reaches
RISES = 0.9  # excess: a step of less is not told from what light and movement do
RISES_ABOVE = 2.5  # times what rises or falls most elsewhere in the same picture
PARTED = 0.8  # share of the instants that lie on their side of a step


def changed(patch: Patch, seen: Appearance, found: Difference) -> EditType | None:
    """Whether tampering changed the scene there, on strict terms, and which way."""
    clear = _clear_in_still if found.scene.still else _clear_in_video
    if not _may_be_scene(patch, seen) or not clear(patch, seen, found):
        return None
    return _way(seen)


def faintly_changed(
    patch: Patch, seen: Appearance, found: Difference, over: list[Patch]
) -> EditType | None:
    """A change of the scene that may be faint, but stands out of all else in its picture.

    over: what was laid over the picture.
    """
    if patch.fill < FADED_FILL or not _may_be_scene(patch, seen):
        return None
    if stands_out(found, patch, over) < STANDS or unsettled(found, patch) > SETTLED:
        return None
    return _way(seen)


def comes_and_goes(
    rise: Step, seen: Appearance, found: Difference, over: list[Patch]
) -> EditType | None:
    """A change of the scene that is faint at every instant, plain by when it starts and ends.

    found: in wide windows, as the step was found. over: what was laid over the picture.
    """
    if rise.gain < RISES or rise.contrast < RISES_ABOVE or rise.parted < PARTED:
        return None
    if rise.patch.fill < FADED_FILL or not _may_be_scene(rise.patch, seen):
        return None
    return _way(seen) if stands_out(found, rise.patch, over) >= STANDS else None


def may_have_moved(patch: Patch, seen: Appearance, found: Difference) -> bool:
    """Whether a still's patch is no more than what a moment between two kept pictures may show."""
    if not found.scene.still or patch.strength >= UNMOVED:
        return False
    fine, strokes = (max(0.1, a) / max(0.1, b) for a, b in (seen.fine, seen.strokes))
    if not 0.45 < fine < 2 or strokes < 0.5:
        return False  # movement neither takes detail away nor brings much
    return unsettled(found, patch) > SETTLED


def _may_be_scene(patch: Patch, seen: Appearance) -> bool:
    if not TAMPER_AREA[0] <= patch.area <= TAMPER_AREA[1]:
        return False
    if not 0.28 <= seen.aspect <= 3.6 or max(seen.strokes) < 1.5:
        return False
    sign = is_vivid(seen) and seen.saturation > seen.saturation_around + 40
    # not the same shapes, nor a drawn sign that comes and goes
    return not (seen.blurred > 0.85 or (sign and seen.fine[0] > 0.6 * seen.fine[1]))


def _way(seen: Appearance) -> EditType:
    """Which way the scene was changed: something added, removed or altered."""
    if seen.fine[0] > 1.25 * seen.fine[1]:
        return EditType.TAMPER_ADDED
    less = seen.fine[0] < 0.45 * seen.fine[1] and seen.strokes[0] < 0.65 * seen.strokes[1]
    return EditType.TAMPER_REMOVED if less or _faded(seen) else EditType.TAMPER


def _clear_in_still(patch: Patch, seen: Appearance, found: Difference) -> bool:
    """A single instant has to be the clearer, unless detail is gone."""
    gone = seen.fine[0] < 0.45 * seen.fine[1]
    if gone and patch.strength >= PASSING_CLEAR and patch.fill >= 0.45:
        return True
    if _thinned(seen):
        return patch.strength >= FADED_CLEAR and patch.fill >= FADED_FILL
    if seen.strokes[0] < 0.45 * seen.strokes[1]:
        return patch.strength >= CLEAR and patch.fill >= 0.45
    return patch.strength >= CLEAR and patch.fill >= (0.45 if patch.strength > 2.65 else 0.55)


def _clear_in_video(patch: Patch, seen: Appearance, found: Difference) -> bool:
    lasted = found.times[patch.last] - found.times[patch.first] + step_of(found)
    needed = CLEAR + 0.1 if badly_copied(found) else PASSING_CLEAR
    if lasted > 2 * TAMPER_S and seen.loose[0] > 3 * max(3.0, seen.loose[1]):
        needed -= 0.15  # for long, and not by anything that stands over the footage
    return bool(patch.strength >= needed and patch.fill >= 0.6 and lasted >= TAMPER_S)


def _thinned(seen: Appearance) -> bool:
    """Less detail of every kind, and not the same shapes softened."""
    less = seen.fine[0] < 0.6 * seen.fine[1] and seen.strokes[0] < 0.65 * seen.strokes[1]
    return less and seen.blurred < 0.5


def _faded(seen: Appearance) -> bool:
    """Less detail at the busiest places too, as where something was filled in from around."""
    return seen.fine[0] < 0.6 * seen.fine[1] and seen.strokes[0] < 0.5 * seen.strokes[1]


def badly_copied(found: Difference) -> bool:
    """Whether a copy is too bad for faint changes of the scene."""
    return float(np.median(found.unpredicted[found.usable])) > BADLY_COPIED


def step_of(found: Difference) -> Seconds:
    """Seconds between the instants of a difference."""
    return float(np.median(np.diff(found.times))) if len(found.times) > 1 else 0.0
