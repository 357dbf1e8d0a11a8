"""Where the content of one frame lies in another, pixel by pixel.

Dense flow (Kroeger et al., Fast Optical Flow using Dense Inverse Search, ECCV 2016) on luma with
equalised contrast. It is reliable where forward and backward flow are consistent and the frames
correlate under it: what was pasted, written or garbled has no counterpart and drops out.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.similarity.local_correlation import FrameSimilarity, local_correlation

__all__ = [
    "Field",
    "FlowMatches",
    "Map",
    "equalise_contrast",
    "estimate_flow",
    "fit_weighted",
    "match_by_flow",
    "sample_at",
]

CONTRAST_SIGMA_PX = 9.0  # neighbourhood in which brightness and contrast are equalised
MAX_FLOW_INCONSISTENCY_PX = 1.0  # between forward and backward flow
MIN_FLOW_CORRELATION = 0.7  # under the flow, where a pixel is matched
REWEIGHTING_ROUNDS = 8  # what moved must not bend a fitted field
MIN_RESIDUAL_SCALE_PX = 0.1  # of the reweighting, where nearly everything fits exactly

type Map = NDArray[np.float32]  # (h, w)
type Field = NDArray[np.float32]  # (h, w, 2) px
type Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FlowMatches:
    """Where the content of a frame lies in the warped reference frame."""

    flow: Field  # px, at the size of the maps
    correlation: Map  # -1..1, under the flow
    reliable: NDArray[np.bool_]  # (h, w) textured and matched


def match_by_flow(similarity: FrameSimilarity, *, equalised: bool = True) -> FlowMatches:
    """The flow from the query to the reference frame, and where it is reliable.

    equalised: follow weak texture as well, which also follows the grid of blocks and noise.
    """
    prepare = equalise_contrast if equalised else _to_bytes
    left, right = prepare(similarity.query), prepare(similarity.reference)
    forward, backward = estimate_flow(left, right), estimate_flow(right, left)
    consistent = (
        np.hypot(*np.moveaxis(forward + sample_at(backward, forward), 2, 0))
        < MAX_FLOW_INCONSISTENCY_PX
    )
    correlation, _ = local_correlation(similarity.query, sample_at(similarity.reference, forward))
    return FlowMatches(
        forward,
        correlation,
        similarity.textured & consistent & (correlation > MIN_FLOW_CORRELATION),
    )


def equalise_contrast(luma: Map) -> NDArray[np.uint8]:
    """Equalise local brightness and contrast, so that tints and vignettes cause no flow."""
    mean = cv2.GaussianBlur(luma, (0, 0), CONTRAST_SIGMA_PX)
    squares = cv2.GaussianBlur(luma * luma, (0, 0), CONTRAST_SIGMA_PX)
    deviation = np.sqrt(np.clip(squares - mean * mean, 0, None))
    even: NDArray[np.float32] = 128 + 45 * (luma - mean) / (deviation + 4)
    return np.clip(even, 0, 255).astype(np.uint8)


def _to_bytes(luma: Map) -> NDArray[np.uint8]:
    return np.clip(luma, 0, 255).astype(np.uint8)


def estimate_flow(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> Field:
    """(h, w, 2) px: left(x) corresponds to right(x + flow(x))."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(0)
    start = np.zeros((*left.shape, 2), np.float32)
    return np.asarray(search.calc(left, right, start), np.float32)


def sample_at(values: NDArray[np.float32], flow: Field) -> NDArray[np.float32]:
    """Sample (h, w) or (h, w, n) values where the flow points."""
    height, width = values.shape[:2]
    rows, columns = np.indices((height, width), dtype=np.float32)
    x, y = columns + flow[..., 0], rows + flow[..., 1]
    fetched = cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(fetched, np.float32)


def fit_weighted(
    design: Matrix,
    target: NDArray[np.floating],
    bound: tuple[int, float] | None = None,
    first_scale_px: float = 0.0,
) -> Matrix:
    """Fit vectors with a linear model that outliers do not bend; returns its k coefficients.

    design: (2 N, k), first the rows of x, then those of y. target: (2 N,). bound: a coefficient's
    index and its largest magnitude. first_scale_px: residuals that hardly count against a vector in
    the first round; each round halves it, so that a strongly bent corner is not left out.
    """
    weight = np.ones(len(target) // 2)
    solved = np.zeros(design.shape[1])
    for round_ in range(REWEIGHTING_ROUNDS):
        twice = np.sqrt(np.concatenate([weight, weight]))
        solved, *_ = np.linalg.lstsq(design * twice[:, None], target * twice, rcond=None)
        if bound is not None:
            solved[bound[0]] = np.clip(solved[bound[0]], -bound[1], bound[1])
        residuals = np.hypot(*(target - design @ solved).reshape(2, -1))
        scale = max(
            MIN_RESIDUAL_SCALE_PX, 2 * float(np.median(residuals)), first_scale_px / 2**round_
        )
        weight = 1 / (1 + (residuals / scale) ** 2)  # Cauchy
    return np.asarray(solved, np.float64)
