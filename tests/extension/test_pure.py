"""What is pure in the extension, by Node's own test runner; and what its files promise."""

import json
import re
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from app.messages import catalogue

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "extension"
SCRIPTS = sorted(EXTENSION.rglob("*.js"))
ASKED_FOR = {"contextMenus", "storage", "activeTab", "scripting"}
# to the service; and the media's own bytes, from its host and within the page
FETCHES = {"service/client.js": 1, "capture/obtain.js": 1, "page/in-page.js": 1}
MOST_LINES = 2600  # what a reviewer reads in one sitting


def manifest(name: str) -> dict[str, object]:
    read: dict[str, object] = json.loads((EXTENSION / name).read_text())
    return read


@pytest.mark.node
def test_the_pure_parts_pass_their_own_tests() -> None:
    tests = sorted(str(path) for path in Path(__file__).parent.glob("*.test.mjs"))
    assert tests
    done = subprocess.run(
        ["node", "--no-warnings", "--test", *tests],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout


def test_no_more_is_asked_for_than_the_two_manifests_name() -> None:
    chrome, firefox = manifest("manifest.json"), manifest("manifest.firefox.json")
    assert set(chrome["permissions"]) == ASKED_FOR | {"sidePanel"}  # type: ignore[call-overload]
    assert set(firefox["permissions"]) == ASKED_FOR  # type: ignore[call-overload]
    for one in (chrome, firefox):
        assert one["optional_host_permissions"] == ["http://*/*", "https://*/*"]
        for key in ("host_permissions", "content_scripts", "externally_connectable"):
            assert key not in one
        assert "web_accessible_resources" not in one
        policy = one["content_security_policy"]["extension_pages"]  # type: ignore[index]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


def test_both_manifests_say_the_same_where_browsers_do_not_differ() -> None:
    chrome, firefox = manifest("manifest.json"), manifest("manifest.firefox.json")
    for key in set(chrome) & set(firefox) - {"permissions", "background", "action"}:
        assert chrome[key] == firefox[key], key


def test_one_module_alone_talks_to_the_service_and_none_parses_html_or_code() -> None:
    for path in SCRIPTS:
        text = path.read_text()
        fetches = len(re.findall(r"\bfetch\(", text))
        assert fetches <= FETCHES.get(path.relative_to(EXTENSION).as_posix(), 0), path
        for word in ("innerHTML", "outerHTML", "insertAdjacent", "eval(", "new Function",
                     "XMLHttpRequest", "WebSocket", "sendBeacon", "localStorage"):  # fmt: skip
            assert word not in text, f"{path.name} has {word}"


def test_the_extension_can_be_read_in_one_sitting() -> None:
    assert sum(len(path.read_text().splitlines()) for path in SCRIPTS) < MOST_LINES


def test_every_word_that_is_said_is_in_the_messages_and_no_other() -> None:
    known = set(json.loads((EXTENSION / "_locales" / "en" / "messages.json").read_text()))
    texts = {
        path.relative_to(EXTENSION).as_posix(): path.read_text()
        for suffix in ("js", "html", "json", "css")
        for path in EXTENSION.rglob(f"*.{suffix}")
        if "_locales" not in path.parts
    }
    whole = "\n".join(texts.values())
    said = set(re.findall(r"\bt\(\s*\"([a-z_0-9]+)\"", whole))
    said |= set(re.findall(r"getMessage\(\"([a-z_0-9]+)\"", whole))
    said |= set(re.findall(r"data-t(?:-label)?=\"([a-z_0-9]+)\"", whole))
    said |= set(re.findall(r"__MSG_([a-z_0-9]+)__", whole))
    assert said <= known, said - known
    families = set(re.findall(r"\bt\(\s*`([a-z]+_)\$", whole))
    families |= {f"{one}_" for one in re.findall(r"plural\(\"([a-z_]+)\"", whole)}
    chosen = set(re.findall(r"\"([a-z_]+)\" : \"([a-z_]+)\"", whole))
    chosen_words = {word for pair in chosen for word in pair}
    idle = {
        key
        for key in known - said - chosen_words
        if not any(key.startswith(family) for family in families)
        and not any(f'"{key}"' in text for text in texts.values())
    }
    assert idle == set()


def test_browsers_are_given_the_words_of_the_catalogue(tmp_path: Path) -> None:
    """A language is added in app/messages; this says what to run then."""
    words = [sys.executable, str(ROOT / ".ci" / "extension-texts"), str(tmp_path)]
    subprocess.run(words, check=True)
    written = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*.json")}
    kept = EXTENSION / "_locales"
    there = {path.relative_to(kept): path.read_text() for path in kept.rglob("*.json")}
    assert there == written, "run .ci/extension-texts"


def test_a_language_of_many_plural_forms_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a language lacks is English: browsers would show nothing in its place."""
    (tmp_path / "en.ftl").write_text("extension-menu = Check\nextension-ahead = { $count } ahead\n")
    (tmp_path / "ar.extension.ftl").write_text(
        "extension-ahead = { $count ->\n"
        "    [zero] A0\n    [two] A2\n   *[other] A { $count } $ { part }\n}\npart = b\n"
    )
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    written = runpy.run_path(str(ROOT / ".ci" / "extension-texts"), run_name="a test")["texts"](
        "ar"
    )
    assert written == {
        "language": "ar",
        "direction": "rtl",
        "menu": "Check",
        "ahead_zero": "A0",
        "ahead_two": "A2",
        "ahead_other": "A {count} $$ b",
    }


def test_each_text_gets_the_parameters_that_it_asks_for() -> None:
    messages = json.loads((EXTENSION / "_locales" / "en" / "messages.json").read_text())
    wanted = {key: set(re.findall(r"\{(\w+)\}", messages[key]["message"])) for key in messages}
    for path in SCRIPTS:
        for key, rest in re.findall(r"\bt\(\"([a-z_0-9]+)\"(, \{ [^}]*\})?", path.read_text()):
            given = set(re.findall(r"(\w+)(?::[^,]*)?(?:,|\s*\})", rest))
            assert wanted[key] == given, f"{path.name}: {key}"


def test_packing_gives_the_same_bytes_each_time_and_nothing_else(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        words = [sys.executable, str(ROOT / ".ci" / "extension"), str(tmp_path / folder)]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    for browser in ("chrome", "firefox"):
        name = f"firstseen-{browser}.zip"
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
        with zipfile.ZipFile(tmp_path / "one" / name) as packed:
            names = set(packed.namelist())
            own = json.loads(packed.read("manifest.json"))
        assert names == {"manifest.json"} | {
            path.relative_to(EXTENSION).as_posix()
            for path in EXTENSION.rglob("*")
            if path.is_file()
            and not path.name.startswith("manifest")
            and path.name != "README.md"  # for whoever reads the source
        }
        assert ("sidebar_action" in own) == (browser == "firefox")
