"""How brightness and colour of the known copy become the item's: fitted curves, overlays left out.

Pixels of the same places at the same instants are compared, softened against misalignment and
coding noise. Luma follows a straight curve that may fall off towards the frame's rim (a vignette);
chroma follows a linear map of the known copy's chroma and luma (hue, saturation, channel gains).
Fits are reweighted, so that what lies over the footage does not count.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.explain.difference.registered_frames import RegisteredPair
from hashing.explain.difference.visible_area import Extent

SOFT_PX = 2.0
MOST_PIXELS = 6_000
FEWEST_PIXELS = 300
CLIPPED = (5, 250)  # a channel outside of this may have been cut off
ROUNDS = 6

type Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The same places in both pictures."""

    query: NDArray[np.float64]  # (N, 3) Y, Cb, Cr; Y 0..255, the others around 0
    reference: NDArray[np.float64]  # (N, 3)
    x: Column  # (N,) -1..1 over the part of the frame that the known picture fills
    y: Column
    inside: NDArray[np.bool_]  # (N,) no channel of the query cut off
    pair: NDArray[np.intp]  # (N,) which of the pairs


@dataclass(frozen=True, slots=True)
class Luma:
    """query = gain * reference + offset at the middle of the picture."""

    gain: float
    steepest: float  # the gain as the opposite fit has it: the truth lies between the two
    offset: float  # grey levels
    gamma: float | None  # exponent, where a power curve fits better than the straight one
    tones: float  # grey levels: deviation of the known copy's tones, which a gain is read from
    tie: float  # correlation of both pictures' tones, 0..1
    steady: float  # share of the instants that the common curve explains
    falloff: float  # brightness at the corners against the middle, 1 without a vignette
    change: float  # grey levels: mean distance between both pictures' tones along the curve
    error: float  # grey levels: what the curve leaves unexplained, median


@dataclass(frozen=True, slots=True)
class Chroma:
    """What became of the colours."""

    saturation_reference: float  # levels: root mean square of the known copy's chroma
    saturation_query: float  # median, so that a coloured overlay does not count
    highest_query: float  # the same, 9 places in 10 stay under it
    hue_deg: float  # turn of the colour circle
    saturation: float  # factor, beyond what the gain in brightness does
    tint: tuple[float, float, float]  # what a middle grey becomes, R, G, B against its luma
    change: float  # levels: mean distance between the colours expected and found


def sample(pairs: list[RegisteredPair], seen: Extent) -> Sample | None:
    """The pixels that tone curves are fitted to, of all pairs; None where there are too few."""
    if not pairs:
        return None
    parts = [_of_pair(one, seen) for one in pairs]
    query, reference, places = (np.concatenate(group) for group in zip(*parts, strict=True))
    which = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    if len(query) < FEWEST_PIXELS:
        return None
    step = max(1, len(query) // MOST_PIXELS)
    query, reference, places = query[::step], reference[::step], places[::step]
    which = which[::step]
    inside = (query.min(axis=1) >= CLIPPED[0]) & (query.max(axis=1) <= CLIPPED[1])
    if inside.sum() < FEWEST_PIXELS:
        return None
    return Sample(_ycc(query), _ycc(reference), places[:, 0], places[:, 1], inside, which)


def _of_pair(
    one: RegisteredPair, seen: Extent
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    height, width = one.covered.shape
    x0, y0, x1, y1 = seen.box
    mask = np.zeros((height, width), np.uint8)
    mask[round(y0 * height) : round(y1 * height), round(x0 * width) : round(x1 * width)] = 1
    mask[~one.covered] = 0
    rim = np.ones((7, 7), np.uint8)
    inner = cv2.erode(mask, rim, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    rows, columns = np.nonzero(inner)
    rows, columns = rows[::3], columns[::3]
    left = cv2.GaussianBlur(one.query, (0, 0), SOFT_PX)[rows, columns]
    right = cv2.GaussianBlur(one.reference, (0, 0), SOFT_PX)[rows, columns]
    across = ((columns + 0.5) / width - (x0 + x1) / 2) / max(1e-6, (x1 - x0) / 2)
    down = ((rows + 0.5) / height - (y0 + y1) / 2) / max(1e-6, (y1 - y0) / 2)
    return left.astype(np.float64), right.astype(np.float64), np.stack([across, down], axis=1)


def _ycc(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 3) BT.601 full range, chroma around 0."""
    luma = rgb @ np.array([0.299, 0.587, 0.114])
    blue = (rgb[:, 2] - luma) * 0.564
    red = (rgb[:, 0] - luma) * 0.713
    return np.stack([luma, blue, red], axis=1)


def reweighted(
    design: NDArray[np.float64], target: NDArray[np.float64], ridge: Column | None = None
) -> tuple[NDArray[np.float64], Column]:
    """Coefficients (P, M) of a tone curve fitted so that outliers do not pull it, errors (N,).

    design: (N, P). target: (N, M). ridge: (P,) pull towards zero, for columns that say little.
    """
    weights = np.ones(len(design))
    pull = np.diag(ridge) if ridge is not None else np.zeros((design.shape[1],) * 2)
    for _ in range(ROUNDS):
        weighted = design * weights[:, None]
        normal = weighted.T @ design + pull + 1e-9 * np.eye(design.shape[1])
        found = np.linalg.solve(normal, weighted.T @ target)
        errors = np.sqrt(((target - design @ found) ** 2).sum(axis=1))
        scale = max(1.0, 1.48 * float(np.median(errors)))
        weights = 1 / (1 + (errors / (2 * scale)) ** 2) ** 2  # Geman-McClure
    return found, errors


def luma_curve(pixels: Sample) -> Luma:
    """Fit the luma curve of tones: straight, with vignette and gamma."""
    inside = pixels.inside
    left, right = pixels.query[inside, 0], pixels.reference[inside, 0]
    x, y = pixels.x[inside], pixels.y[inside]
    radius = (x**2 + y**2) / 2  # 1 at the corners
    # of a flat picture only the shift is known: the gain is pulled to 1, the rest to 0
    design = np.stack([np.ones_like(right), right, right * x, right * y, right * radius], axis=1)
    ridge = len(right) * np.array([0.0, 4.0, 40.0, 40.0, 40.0])
    found, errors = reweighted(design, (left - right)[:, None], ridge)
    offset, gain, _, _, fall = (float(v) for v in found[:, 0])
    gain += 1.0
    shading = design[:, 2:] @ found[2:, 0]
    curve = offset + gain * right + shading
    change = float(np.abs(curve - right).mean())
    falloff = (gain + fall) / gain if gain > 0.05 else 1.0
    return Luma(
        gain=gain,
        steepest=_steepest_gain(left, right),
        offset=offset,
        gamma=_gamma(left, right, float(np.median(errors))),
        tones=float(right.std()),
        tie=_tone_correlation(left, curve, errors),
        steady=_steady_curve_share(pixels, curve, shading, change),
        falloff=falloff,
        change=change,
        error=float(np.median(errors)),
    )


def _steepest_gain(left: Column, right: Column) -> float:
    """The gain from the opposite fit: what is out of place flattens one and steepens the other."""
    design = np.stack([np.ones_like(left), left], axis=1)
    ridge = len(left) * np.array([0.0, 4.0])
    found, _ = reweighted(design, (right - left)[:, None], ridge)
    return 1 / max(0.05, 1 + float(found[1, 0]))


def _tone_correlation(left: Column, curve: Column, errors: Column) -> float:
    """Correlation of the tones with those a curve predicts, without the worst tenth."""
    good = errors <= np.percentile(errors, 90)
    spread = float(left[good].std() * curve[good].std())
    if spread < 4.0:
        return 1.0 if np.abs(left - curve)[good].mean() < 3 else 0.0
    return float(np.corrcoef(left[good], curve[good])[0, 1])


def _steady_curve_share(pixels: Sample, curve: Column, shading: Column, change: float) -> float:
    """Share of the pairs whose own tone curve is much the same as the common one.

    shading: what the common curve adds over the frame, which one pair's straight curve cannot.
    """
    inside = pixels.inside
    left, right = pixels.query[inside, 0], pixels.reference[inside, 0]
    kept = []
    for one in np.unique(pixels.pair):
        here = pixels.pair[inside] == one
        if here.sum() < FEWEST_PIXELS // 4:
            continue
        tones = right[here]
        design = np.stack([np.ones_like(tones), tones], axis=1)
        ridge = len(tones) * np.array([0.0, 4.0])
        found, _ = reweighted(design, (left[here] - shading[here] - tones)[:, None], ridge)
        own = tones + design @ found[:, 0] + shading[here]
        apart = np.abs(own - curve[here]).mean()
        kept.append(apart <= max(2.0, 0.5 * change))
    return float(np.mean(kept)) if kept else 0.0


def _gamma(left: Column, right: Column, error: float) -> float | None:
    """The exponent that takes the known copy's tones to the item's, if it does so better."""
    good = (right > 12) & (right < 243) & (left > 12) & (left < 243)
    if good.sum() < FEWEST_PIXELS:
        return None
    exponent = float(np.median(np.log(left[good] / 255) / np.log(right[good] / 255)))
    power = float(np.median(np.abs(255 * (right / 255) ** exponent - left)))
    return exponent if power < 0.8 * error and abs(exponent - 1) > 0.08 else None


def chroma_map(pixels: Sample, gain: float) -> Chroma:
    """Fit the linear map of colour tones; gain: the luma's, which scales the chroma too."""
    inside = pixels.inside
    left, right = pixels.query[inside], pixels.reference[inside]
    expected = gain * right[:, 1:]
    luma = right[:, :1] / 255
    design = np.concatenate([right[:, 1:], luma, np.ones_like(luma)], axis=1)  # (N, 4)
    ridge = len(right) * np.array([1.0, 1.0, 0.01, 0.002])
    found, _ = reweighted(design, left[:, 1:] - expected, ridge)
    fitted = expected + design @ found
    matrix = found[:2].T + gain * np.eye(2)
    turn = np.degrees(np.arctan2(matrix[1, 0] - matrix[0, 1], matrix[0, 0] + matrix[1, 1]))
    grey = found[2] * 0.5 + found[3]  # what a middle grey is tinted by: Cb, Cr
    blue, red = grey / [0.564, 0.713]
    green = -(0.299 * red + 0.114 * blue) / 0.587
    return Chroma(
        saturation_reference=float(np.sqrt((right[:, 1:] ** 2).sum(axis=1).mean())),
        saturation_query=float(np.median(np.hypot(left[:, 1], left[:, 2]))),
        highest_query=float(np.percentile(np.hypot(left[:, 1], left[:, 2]), 90)),
        hue_deg=float(turn),
        saturation=float(np.sqrt(abs(np.linalg.det(matrix))) / max(0.05, abs(gain))),
        tint=(float(red), float(green), float(blue)),
        change=float(np.sqrt(((fitted - expected) ** 2).sum(axis=1).mean())),
    )
