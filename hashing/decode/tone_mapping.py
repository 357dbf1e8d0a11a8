"""HDR pixels -> the SDR picture that a screen without HDR shows.

ITU-R BT.2100 gives light for the two HDR transfer curves (PQ, HLG); BT.2390-11, 5.4.1 the curve
that rolls bright light off towards SDR white and leaves the rest as it is; BT.2408-7 the level
of SDR white in HDR (203 cd/m2); BT.2087-0 the matrix from BT.2020's primaries to BT.709's.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

type Transfer = Literal["pq", "hlg"]

TRANSFERS: dict[int, Transfer] = {16: "pq", 18: "hlg"}  # ITU-T H.273, table 3
BT2020_PRIMARIES = 9  # ITU-T H.273, table 2
SDR_WHITE_NITS = 203.0  # BT.2408-7, table 1
PEAK_NITS = 1000.0  # BT.2408-7: nominal peak of HLG; the commonest mastering display of PQ
SDR_GAMMA = 2.4  # BT.1886

# BT.2100-2, table 4
M1, M2 = 2610 / 16384, 2523 / 4096 * 128
C1, C2, C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
PQ_TOP_NITS = 10_000.0
# BT.2100-2, table 5
HLG_A, HLG_B, HLG_C = 0.17883277, 0.28466892, 0.55991073
HLG_GAMMA = 1.2  # of the display, at 1,000 cd/m2
BT2020_LUMA = np.array([0.2627, 0.6780, 0.0593], np.float32)
BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)  # BT.2087-0, annex 1, inverted


def to_sdr(
    pixels: NDArray[np.uint16], transfer: Transfer, *, wide_gamut: bool = True
) -> NDArray[np.uint8]:
    """(H, W, 3) RGB of 16 bits, coded with an HDR curve -> (H, W, 3) RGB of 8 bits.

    wide_gamut: the colours are BT.2020's, as those of HDR nearly always are.
    """
    signal = pixels.astype(np.float32) / np.float32(65535)
    light = _pq_light(signal) if transfer == "pq" else _hlg_light(signal)  # cd/m2
    brightest = light.max(axis=2, keepdims=True)
    light *= _rolled_off(brightest) / np.maximum(brightest, 1e-6)  # keeps the hue
    if wide_gamut:
        light = light @ BT2020_TO_BT709.T
    shown = np.clip(light / SDR_WHITE_NITS, 0, 1) ** (1 / SDR_GAMMA)
    return np.asarray(np.rint(shown * 255), np.uint8)


def _pq_light(signal: NDArray[np.float32]) -> NDArray[np.float32]:
    power = signal ** np.float32(1 / M2)
    return np.asarray(
        PQ_TOP_NITS * (np.maximum(power - C1, 0) / (C2 - C3 * power)) ** (1 / M1), np.float32
    )


def _pq_signal(light: NDArray[np.float32]) -> NDArray[np.float32]:
    power = np.maximum(light / PQ_TOP_NITS, 0) ** M1
    return np.asarray(((C1 + C2 * power) / (1 + C3 * power)) ** M2, np.float32)


def _hlg_light(signal: NDArray[np.float32]) -> NDArray[np.float32]:
    """Light of a 1,000 cd/m2 display: the inverse of the camera's curve, then the display's own."""
    bright = (np.exp((signal - HLG_C) / HLG_A) + HLG_B) / 12
    scene = np.where(signal <= 0.5, signal**2 / 3, bright)
    luma = np.maximum(scene @ BT2020_LUMA, 1e-6)[..., None]
    return np.asarray(PEAK_NITS * luma ** (HLG_GAMMA - 1) * scene, np.float32)


def _rolled_off(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """cd/m2 of HDR -> at most SDR white, tone mapped by BT.2390-11's spline in PQ's scale."""
    top = float(_pq_signal(np.array(PEAK_NITS, np.float32)))
    white = float(_pq_signal(np.array(SDR_WHITE_NITS, np.float32))) / top
    knee = 1.5 * white - 0.5
    level = np.minimum(_pq_signal(light) / top, 1)
    t = np.clip((level - knee) / (1 - knee), 0, 1)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * white
    )
    rolled = np.where(level < knee, level, spline)
    return _pq_light(np.asarray(rolled * top, np.float32))
