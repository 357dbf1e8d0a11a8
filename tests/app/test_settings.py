"""Settings: the environment is read here and nowhere else."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.settings import Settings, name_in_environment


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name_in_environment(name), raising=False)


def test_every_setting_is_described_and_has_a_default() -> None:
    settings = Settings()

    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert not field.is_required(), name
        assert hasattr(settings, name)


def test_the_environment_is_read_when_settings_are_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FIRSTSEEN_LIBRARY", str(tmp_path))
    monkeypatch.setenv("FIRSTSEEN_MAX_DURATION_S", "60")
    monkeypatch.setenv("FIRSTSEEN_KEEP_PICTURES", "false")

    settings = Settings()

    assert settings.library == tmp_path
    assert settings.max_duration_s == 60.0
    assert settings.keep_pictures is False


def test_what_is_given_comes_before_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FIRSTSEEN_LIBRARY", "/elsewhere")

    assert Settings(library=tmp_path).library == tmp_path


def test_the_library_is_in_the_user_s_data_folder_by_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("app.settings.user_data_path", lambda name: tmp_path / name)

    assert Settings().library == tmp_path / "firstseen"


def test_an_empty_variable_is_as_if_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTSEEN_MODEL", "")
    monkeypatch.setenv("FIRSTSEEN_PORT", "")

    assert Settings().model is None
    assert Settings().port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_bytes", "0"),
        ("max_pixels", "-1"),
        ("wall_s", "0"),
        ("open_files", "3"),
        ("port", "70000"),
    ],
)
def test_values_out_of_range_are_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name_in_environment(name), value)

    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize("name", ["model", "trust_anchors"])
def test_a_file_that_is_not_there_is_refused(name: str, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("x")
    right: dict[str, Any] = {name: there}
    wrong: dict[str, Any] = {name: tmp_path / "nowhere"}

    assert getattr(Settings(**right), name) == there
    with pytest.raises(ValidationError):
        Settings(**wrong)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1


def test_what_is_no_setting_is_refused() -> None:
    with pytest.raises(ValidationError):
        Settings(colour="red")  # type: ignore[call-arg]
    with pytest.raises(KeyError):
        name_in_environment("colour")


def test_the_sandbox_gets_the_settings_limits() -> None:
    limits = Settings(memory_bytes=10, cpu_s=5, wall_s=2.5, output_bytes=7, open_files=20)

    sandbox = limits.sandbox_limits()

    assert (sandbox.memory_bytes, sandbox.cpu_s, sandbox.wall_s) == (10, 5, 2.5)
    assert (sandbox.output_bytes, sandbox.open_files) == (7, 20)
