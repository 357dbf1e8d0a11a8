"""What the README and the docs promise is there, and does what they say."""

import ast
import inspect
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from app.cli.commands import app as commands
from app.settings import Settings, name_in_environment
from benchmarks.tables import FILLED, filled
from hashing.edit_types import EditType

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
FIRST_CHECK = ROOT / "docs" / "guides" / "first-check.md"
DOCS = sorted((ROOT / "docs").rglob("*.md"))
TEXTS = [
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "CHANGELOG.md",
    ROOT / "samples" / "README.md",
    *DOCS,
]
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
BLOCK = re.compile(r"^```sh\n(?P<lines>.*?)^```", re.MULTILINE | re.DOTALL)
REPORT = re.compile(
    r"<!-- report -->\n```\n\$ (?P<command>(?:[^\n]*\\\n)*[^\n]*)\n(?P<out>.*?)```",
    re.MULTILINE | re.DOTALL,
)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def tree(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with the words that call it."""
    below = getattr(command, "commands", None)
    if not below:
        yield words, command
        return
    for name, child in below.items():
        yield from tree(child, (*words, name))


COMMANDS = dict(tree(typer.main.get_command(commands)))
GROUPS = {words[0] for words in COMMANDS if len(words) > 1}


def shell_lines(text: str) -> list[list[str]]:
    """The words of each command in the `sh` blocks of a page, comments and pipes left out."""
    lines = [line for block in BLOCK.finditer(text) for line in block["lines"].splitlines()]
    return [words for line in lines if (words := shlex.split(line.split(" | ")[0], comments=True))]


# ---- reference


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_and_option_is_in_the_reference(words: tuple[str, ...]) -> None:
    text = page("reference/cli.md")
    assert f"firstseen {' '.join(words)}" in text
    options = [o for p in COMMANDS[words].params for o in (*p.opts, *p.secondary_opts)]
    for option in options:
        if option.startswith("--") and option != "--help":
            assert f"`{option}`" in text, option


def test_the_reference_names_no_command_or_option_that_is_not_there() -> None:
    text = page("reference/cli.md")
    known = {o for c in COMMANDS.values() for p in c.params for o in (*p.opts, *p.secondary_opts)}
    assert set(re.findall(r"--[a-z][a-z-]+", text)) <= known | {"--version"}
    for line in re.findall(r"^firstseen (.+)$", text, re.MULTILINE):
        words = tuple(word for word in line.split() if word.islower() and word.isalpha())
        assert words[: 2 if words[0] in GROUPS else 1] in COMMANDS, line


def settings_row(name: str) -> str:
    field = Settings.model_fields[name]
    if field.default_factory is not None:
        default = "your data folder"
    elif field.default in (None, ()):
        default = "–"
    else:
        value = str(field.default).lower() if isinstance(field.default, bool) else field.default
        default = f"`{value}`"
    return f"| `{name_in_environment(name)}` | {default} | {field.description} |"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_reference_with_its_default(name: str) -> None:
    assert settings_row(name) in page("reference/settings.md").splitlines()


def test_no_page_names_a_setting_that_is_not_there() -> None:
    known = {name_in_environment(name) for name in Settings.model_fields}
    for path in TEXTS:
        assert set(re.findall(r"FIRSTSEEN_[A-Z_]+", path.read_text())) <= known, path.name


def test_every_route_is_in_the_reference_and_no_other() -> None:
    from app.api.app import RESOURCE_ROUTES

    routes = {
        f"{method} {route.path}"
        for module in RESOURCE_ROUTES
        for route in module.router.routes
        for method in route.methods - {"HEAD"}
    }
    named = re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`?]*)", page("reference/api.md"))
    assert routes - set(named) == {"GET /static/{path:path}"}
    assert "/static/{path}" in page("reference/api.md")
    assert set(named) <= routes


def test_every_action_of_the_audit_log_is_in_the_guide_and_no_other() -> None:
    section = page("guides/operate.md").partition("## Audit")[2].partition("\n## ")[0]
    described = set(re.findall(r"`([a-z]+\.[a-z]+)`", section))
    action = re.compile(
        rf"({'|'.join({name.split('.')[0] for name in described})})\.(?!html|json|css)[a-z]+"
    )
    noted = {
        node.value
        for path in (ROOT / "app").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and action.fullmatch(str(node.value))
    }
    assert described == noted


def test_every_edit_type_is_in_the_reference_and_no_other() -> None:
    named = set(re.findall(r"`([a-z_]+)`", page("reference/edits.md")))
    assert named == set(EditType)


def test_every_field_of_a_report_is_in_the_reference() -> None:
    from app.report import report_json

    text = page("reference/report.md")
    named = set(re.findall(r"`([a-z_0-9]+)`", text))
    written = set(re.findall(r'"([a-z_0-9]+)":', inspect.getsource(report_json)))
    assert written, "the report's source names its fields"
    assert written <= named, written - named


# ---- links


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in LINK.finditer(path.read_text()):
        target, _, anchor = link["target"].partition("#")
        if target.startswith(("http://", "https://")):
            continue
        there = path if not target else (path.parent / target).resolve()
        assert there.exists(), f"{path.name}: {link['target']}"
        if anchor:
            heads = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}
            assert anchor in slugs, f"{path.name}: {link['target']}"


def test_every_page_is_reached_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    linked = {
        (index.parent / link["target"].partition("#")[0]).resolve()
        for link in LINK.finditer(index.read_text())
    }
    assert {path.resolve() for path in DOCS} - linked == {index.resolve()}


# ---- commands in texts


@pytest.mark.parametrize("path", [README, *DOCS], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_command_in_a_text_is_one(path: Path) -> None:
    for words in shell_lines(path.read_text()):
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), words
        elif words[0] == "firstseen":
            called = tuple(words[1:3]) if words[1] in GROUPS else (words[1],)
            assert called in COMMANDS, words
            options = {o for p in COMMANDS[called].params for o in (*p.opts, *p.secondary_opts)}
            assert {word for word in words if word.startswith("--")} <= options, words


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def first_check(folder: Path) -> list[str]:
    """What the README's first check prints, run as it stands but for the library's folder."""
    section = README.read_text().partition("## First check")[2].partition("\n## ")[0]
    lines = [words for words in shell_lines(section) if words[0] == "firstseen"]
    return [run(words, folder) for words in lines if words[1] != "serve"]


def run(words: list[str], folder: Path) -> str:
    given = [word.replace("demo/library", str(folder / "library")) for word in words[1:]]
    done = subprocess.run(
        [sys.executable, "-m", "app", *given],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_check_finds_the_sample(first_check: list[str]) -> None:
    added, checked = first_check
    assert added.count("added") == len(list((ROOT / "samples" / "library").iterdir()))
    assert "contradicted" in checked


def test_the_report_in_the_guide_is_what_its_command_prints(
    first_check: list[str], folder: Path
) -> None:
    """Word by word, but for figures: they may move by a little between machines."""
    assert first_check
    shown = REPORT.search(FIRST_CHECK.read_text())
    assert shown, "the guide shows a report"
    words = shlex.split(shown["command"].replace("\\\n", " "))
    assert without_figures(shown["out"]) == without_figures(run(words, folder))


def without_figures(text: str) -> list[str]:
    return re.sub(r"\d[\d.,:]*", "#", text).split()


@pytest.mark.parametrize("page", FILLED, ids=lambda page: page.parent.name)
def test_the_readmes_tables_are_those_of_the_results(page: Path) -> None:
    text = page.read_text()
    assert filled(text) == text, "run: python -m benchmarks tables"


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len(README.read_text().split()) < 1300


def test_readme_names_the_two_commands_that_set_everything_up() -> None:
    assert "make demo" in README.read_text()
    assert "make test" in README.read_text()
