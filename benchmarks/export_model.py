"""Make a model file for FIRSTSEEN_MODEL from the weights that SSCD's authors publish (MIT licence).

    python -m benchmarks.export_model sscd_disc_mixup.torchscript.pt model.onnx

The file has the interface of the packaged models: frames in, (N, height, width, 3) uint8 RGB; out,
(N, 512) unit vectors; the authors' normalisation is inside. It is as large as the weights (about
100 MB) and about as slow as their ResNet-50, not distilled and not quantised.

It needs PyTorch and onnx, which no lock names: install both beside the rest. Take the weights from
a place that you trust: loading TorchScript runs what is in it.

Tested with random weights alone: a ResNet-50 with GeM pooling as SSCD's, scripted and traced, with
PyTorch 2.13.0 and onnx 1.23.2; the largest difference between PyTorch and ONNX Runtime 1.32.0 was
1e-7. The authors' file itself was not at hand.
"""

import argparse
import hashlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from hashing.describe.sscd import INPUT_PX, NORMALISATION
from hashing.types import VECTOR_SIZE

TOOLS = ("torch", "onnx")
OPSET = 17  # what ONNX Runtime of the lock runs, and PyTorch's exporter writes
UNIT_WITHIN = 1e-3  # of a vector's length from 1; float32 gives 1e-6
ALIKE_WITHIN = 1e-3  # between one frame alone and in a batch, largest difference of a value


class NotAModelError(Exception):
    """A file that firstseen cannot describe frames with; the message says why."""


def missing_tools() -> list[str]:
    return [name for name in TOOLS if importlib.util.find_spec(name) is None]


def export(weights: Path, target: Path) -> None:
    """Write the network of a TorchScript file as ONNX, with uint8 frames going in."""
    import torch  # type: ignore[import-not-found,unused-ignore]

    class WithNormalisation(torch.nn.Module):  # type: ignore[misc,unused-ignore]
        def __init__(self, network: Any) -> None:
            super().__init__()
            self.network = network
            for name, values in NORMALISATION.items():
                self.register_buffer(name, torch.from_numpy(values).reshape(1, 3, 1, 1))

        def forward(self, image):  # no types: TorchScript takes what has none for a tensor
            channels_first = image.permute(0, 3, 1, 2).to(torch.float32)
            normalised = (channels_first - self.pixel_mean) / self.pixel_std
            return torch.nn.functional.normalize(self.network(normalised), dim=1)

    network = torch.jit.load(str(weights), map_location="cpu").eval()
    example = torch.zeros((2, INPUT_PX, INPUT_PX, 3), dtype=torch.uint8)
    with torch.no_grad():
        torch.onnx.export(
            torch.jit.script(WithNormalisation(network).eval()),
            (example,),
            str(target),
            input_names=["image"],
            output_names=["embedding"],
            dynamic_axes={"image": {0: "batch"}, "embedding": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,  # the newer exporter takes no TorchScript
        )


def check(path: Path) -> None:
    """Raises NotAModelError unless the file has the interface, and answers as it should."""
    try:
        session = onnxruntime.InferenceSession(
            path.read_bytes(), providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime has no error class of its own that is public
        raise NotAModelError(f"ONNX Runtime cannot load it: {error}") from error
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or inputs[0].type != "tensor(uint8)" or inputs[0].shape[-1] != 3:
        raise NotAModelError("expected one input, uint8 (N, height, width, 3)")
    if not outputs or outputs[0].type != "tensor(float)" or outputs[0].shape[-1] != VECTOR_SIZE:
        raise NotAModelError(f"expected float32 (N, {VECTOR_SIZE}) as the first output")

    def describe(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = session.run(None, {inputs[0].name: frames})[0]
        return vectors

    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (3, INPUT_PX, INPUT_PX, 3), np.uint8)
    frames[0] = 128
    together = describe(frames)  # (3, 512)
    if not np.isfinite(together).all():
        raise NotAModelError("its vectors are not all finite")
    if np.abs(np.linalg.norm(together, axis=1) - 1).max() > UNIT_WITHIN:
        raise NotAModelError("its vectors have not the length 1")
    if np.abs(together[1] - describe(frames[1:2])[0]).max() > ALIKE_WITHIN:
        raise NotAModelError("a frame alone and in a batch are described differently")
    if np.abs(together[0] - together[1]).max() <= ALIKE_WITHIN:
        raise NotAModelError("it describes all frames alike")


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.export_model")
    parser.add_argument("weights", type=Path, help="sscd_disc_mixup.torchscript.pt")
    parser.add_argument("target", type=Path, help="the ONNX file to write")
    arguments = parser.parse_args(words)
    if missing := missing_tools():
        sys.exit(f"not installed here: {', '.join(missing)}. Install them: pip install torch onnx")
    print(f"weights: SHA-256 {_digest(arguments.weights)}; compare it with the authors'")
    export(arguments.weights, arguments.target)
    try:
        check(arguments.target)
    except NotAModelError as error:
        sys.exit(f"{arguments.target} was written, but does not serve: {error}")
    print(f"model:   SHA-256 {_digest(arguments.target)}")
    print(f"Use it: FIRSTSEEN_MODEL={arguments.target.absolute()}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
