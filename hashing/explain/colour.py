"""Grey, other colours, other brightness: from the fitted curves, beyond what copying does.

Honest copies of the development split (re-encoded, resized, joined; 160 of them) keep the gain
within 0.05, the tones within 4 grey levels, the hue within 4 degrees and a grey within 4 levels.
Mistaking one colour matrix for the other turns no hue by more than 8 degrees and leaves greys
alone.
"""

from collections.abc import Iterator
from math import exp, log

from hashing.align.model_selection import prefer_axis_aligned
from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.edit_types import EditType
from hashing.explain.difference.registered_frames import registered_pairs
from hashing.explain.difference.tone_curves import Chroma, Luma, chroma_map, luma_curve, sample
from hashing.explain.difference.visible_area import extent
from hashing.message import Message, Param
from hashing.types import Edit, Segment

TIED = 0.85  # correlation of the tones under which no curve is spoken of
STEADY = 0.75  # share of the instants that a curve has to explain
BRIGHTER = 6.5  # grey levels of mean change
STEEPER = 0.12  # of the gain's logarithm
TONES = 12.0  # grey levels of deviation that a gain needs to be read from
FADES = 0.82  # brightness of the corners against the middle: a vignette
COLOURED = 5.0  # levels of chroma under which the known copy counts as colourless
VIVID = 7.0  # levels of chroma that a hue needs to be read from
COLOURLESS = 2.6  # the same for the item, median
SHIFTED = 4.5  # levels of mean change of the colours
HUE_DEG = 11.0  # more than any mistaken matrix turns it
SATURATION = 0.26  # of its logarithm
TINT = 7.0  # levels by which a middle grey is off
# Full-range pictures taken for narrow-range ones, and the reverse: a player's mistake, no edit
RANGES = ((219 / 255, 16.0), (255 / 219, -16.0 * 255 / 219))


def colour_edits(
    query: FrameCache, reference: FrameCache, placement: Placement, segments: tuple[Segment, ...]
) -> list[Edit]:
    """How the known picture's tones and colours differ in the item."""
    placement = prefer_axis_aligned(query, reference, placement)
    pairs = registered_pairs(query, reference, placement)
    pixels = sample(pairs, extent(query, reference, placement))
    if pixels is None:
        return []
    tones = luma_curve(pixels)
    colours = chroma_map(pixels, _gain(tones))
    grey = grayscale(tones, colours)
    shift = None if grey is not None else colour_shift(tones, colours)
    found = [grey, shift, brightness(tones, coloured=shift is not None)]
    return [edit for edit in found if edit is not None]


def _gain(tones: Luma) -> float:
    """The brightness gain that scales the chroma too, where it is sure; 1 elsewhere."""
    return tones.gain if _steeper(tones) else 1.0


def _steeper(tones: Luma) -> bool:
    """Whether the brightness gain differs from 1 whichever way it is fitted."""
    if tones.tie < TIED or tones.steady < STEADY or tones.tones < TONES or tones.gain <= 0.05:
        return False
    low, high = sorted((log(tones.gain), log(tones.steepest)))
    return low > STEEPER or high < -STEEPER


def grayscale(tones: Luma, colours: Chroma) -> Edit | None:
    if tones.tie < 0.6 or colours.saturation_reference < COLOURED:
        return None
    if colours.saturation_query > COLOURLESS:
        return None
    if colours.saturation > 0.25 and colours.highest_query > COLOURLESS:
        return None
    measure: dict[str, float | int | str] = {
        "chroma": round(colours.saturation_query, 2),
        "known_chroma": round(colours.saturation_reference, 2),
    }
    return Edit(EditType.GRAYSCALE, 0.97, measure, Message("edit-grayscale"))


def colour_shift(tones: Luma, colours: Chroma) -> Edit | None:
    if tones.tie < TIED or tones.steady < STEADY or colours.change < SHIFTED:
        return None
    vivid = colours.saturation_reference >= VIVID
    turned = vivid and abs(colours.hue_deg) >= HUE_DEG
    scaled = vivid and abs(log(max(0.02, colours.saturation))) >= SATURATION
    tinted = max(abs(value) for value in colours.tint) >= TINT
    if not (turned or scaled or tinted):
        return None
    red, green, blue = (round(value, 1) for value in colours.tint)
    measure: dict[str, float | int | str] = {"change": round(colours.change, 2)}
    parts = []
    if vivid:
        measure |= {
            "hue_deg": round(colours.hue_deg, 1),
            "saturation": round(colours.saturation, 3),
        }
    if turned:
        parts.append(Message("edit-hue", {"degrees": round(colours.hue_deg)}))
    if scaled:
        parts.append(Message("edit-saturation", {"factor": round(colours.saturation, 2)}))
    if tinted:
        tint: dict[str, Param] = {"red": round(red), "green": round(green), "blue": round(blue)}
        parts.append(Message("edit-tint", tint))
    measure |= {"red": red, "green": green, "blue": blue}
    sure = min(0.98, 0.5 + 0.03 * colours.change)
    message = Message("edit-colour-shift", {"changes": tuple(parts)})
    return Edit(EditType.COLOUR_SHIFT, sure, measure, message)


def brightness(tones: Luma, *, coloured: bool) -> Edit | None:
    """Gain, offset, vignette. coloured: channel gains were told already, so only more counts."""
    if tones.tie < TIED or tones.steady < STEADY:
        return None
    fades = tones.falloff < FADES and tones.tones >= TONES
    differs = _steeper(tones) or tones.change > BRIGHTER
    if _mistaken_range(tones) or (coloured and abs(tones.offset) < 15):
        differs = False
    if not fades and not differs:
        return None
    measure: dict[str, float | int | str] = {
        "gain": round(tones.gain, 3),
        "offset": round(tones.offset, 1),
    }
    parts = list(_tones(tones)) if differs else []
    if tones.gamma is not None:
        measure["gamma"] = round(tones.gamma, 3)
    if fades:
        measure["corners"] = round(tones.falloff, 3)
        parts.append(Message("edit-vignette", {"share": round(tones.falloff, 3)}))
    sure = max(1 - exp(-abs(tones.change) / 6), 0.9 if fades or _steeper(tones) else 0.0)
    message = Message("edit-brightness", {"changes": tuple(parts)})
    return Edit(EditType.BRIGHTNESS, round(min(0.98, sure), 3), measure, message)


def _tones(tones: Luma) -> Iterator[Message]:
    """What became of a middle grey, and of the contrast where the gain is sure."""
    middle = 127.5
    if tones.gamma is not None:
        after = 255 * 0.5**tones.gamma
    else:
        after = tones.gain * middle + tones.offset
    yield Message("edit-darker" if after < middle else "edit-brighter")
    if _steeper(tones):
        yield Message("edit-less-contrast" if tones.gain < 1 else "edit-more-contrast")


def _mistaken_range(tones: Luma) -> bool:
    return any(
        abs(tones.gain - gain) < 0.025 and abs(tones.offset - offset) < 4 for gain, offset in RANGES
    )
