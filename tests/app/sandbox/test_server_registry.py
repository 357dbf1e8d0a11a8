"""Without a model nothing can be described, and whoever starts firstseen is told at once."""

from pathlib import Path

import pytest

from app.api.app import serve
from app.sandbox.errors import SandboxUnavailable
from app.sandbox.server_registry import new_server, require_model
from app.settings import Settings
from hashing.describe import model_files


@pytest.fixture
def without_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_files, "PACKAGE", "no_such_package")


@pytest.mark.usefixtures("without_package")
def test_without_the_package_and_without_another_file_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable, match="set FIRSTSEEN_MODEL"):
        new_server()
    with pytest.raises(SandboxUnavailable, match="set FIRSTSEEN_MODEL"):
        serve(Settings(library=tmp_path))


@pytest.mark.usefixtures("without_package")
def test_another_file_is_enough(tmp_path: Path) -> None:
    require_model(tmp_path / "other.onnx")


def test_the_package_is_found_without_being_imported() -> None:
    require_model(None)
    assert all(path.is_file() for path in model_files.packaged_models().values())
