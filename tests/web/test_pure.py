"""The page's pure functions, tested in Node.js; and that page and Python write the same texts."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest

from app.messages.catalogue import text
from app.metadata.types import CredentialState
from app.report.wording import slug
from app.text import formatting
from app.text.escaping import printable
from app.verdict.headline import told_score
from app.verdict.terms import DateFinding, Relation, Undecided
from hashing.edit_types import EditType

HERE = Path(__file__).parent
WEB = HERE.parents[1] / "app" / "web"
NODE = shutil.which("node")
CASES: dict[str, list[list[Any]]] = json.loads((HERE / "formatting.json").read_text())
FUNCTIONS = {
    "clock": formatting.clock,
    "size": formatting.byte_size,
    "dateText": formatting.date_text,
    "webAddress": formatting.web_address,
    "scoreText": told_score,
}

# the page's claims, with what the catalogue says
PAGE_CLAIMS = {
    **{
        f"meaning.{relation}": text(f"report-meaning-{relation}")
        for relation in (*get_args(Relation.__value__), "unreadable")
        if relation != "undecided"
    },
    **{
        f"meaning.undecided.{kind}": text(f"report-meaning-{slug(kind)}")
        for kind in get_args(Undecided.__value__)
    },
    **{
        f"kind.{kind}": text("appearance-kind", kind=kind)
        for kind in ("published", "archived", "attested", "ingested")
    },
    **{
        f"credentials.{state}": text(f"report-credentials-{state}")
        for state in get_args(CredentialState.__value__)
        if state != "none"
    },
    **{
        f"sound.{state}": text(f"report-sound-{state}")
        for state in ("kept", "replaced", "muted", "shifted", "added")
    },
}


@pytest.mark.node
def test_the_pure_functions_do_what_they_say() -> None:
    assert NODE is not None
    files = sorted(str(path) for path in HERE.glob("*.test.mjs"))
    assert files
    done = subprocess.run(
        [NODE, "--test", *files], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counted = re.search(r"# pass (\d+)", done.stdout)
    assert counted
    assert int(counted[1]) > 20, "the tests were run"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_python_writes_what_the_page_writes(name: str) -> None:
    for given, expected in CASES[name]:
        assert FUNCTIONS[name](given) == expected, given


def test_python_escapes_what_the_page_escapes() -> None:
    for given, expected in CASES["printable"]:
        assert printable(given) == expected


def strings() -> dict[str, Any]:
    """The English texts, read by node from the module itself."""
    assert NODE is not None
    source = "import('./strings-en.js').then((m) => console.log(JSON.stringify(m.en)))"
    done = subprocess.run(
        [NODE, "-e", source],
        cwd=WEB / "texts",
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    texts: dict[str, Any] = json.loads(done.stdout)
    return texts


@pytest.mark.node
def test_the_pages_claims_are_those_of_the_catalogue() -> None:
    """The sentences that could overclaim say the same on the page and in every report."""
    texts = strings()
    assert {name: texts[name] for name in PAGE_CLAIMS} == PAGE_CLAIMS
    for finding in get_args(DateFinding.__value__):
        sentence = text(f"report-date-{slug(finding)}").lower()
        assert sentence.endswith(texts[f"finding.{finding}"].lower()), finding


@pytest.mark.node
def test_every_text_that_the_page_asks_for_is_there_and_no_other() -> None:
    texts = strings()
    source = "\n".join(
        path.read_text()
        for path in sorted(WEB.rglob("*.js"))
        if not path.name.startswith("strings")
    )
    asked = set(re.findall(r'\b(?:t|known)\(\s*"([a-z][\w.]*)"', source))
    assert asked <= set(texts), asked - set(texts)
    quoted = set(re.findall(r'"([a-z][\w.]*)"', source))
    starts = set(re.findall(r"`([a-z][\w.]*\.)\$\{", source)) | {
        f"{name}." for name in re.findall(r'\bword\("([\w.]+)"', source)
    }
    unused = {
        name
        for name in texts
        if name not in quoted
        and not name.endswith(".more")
        and not any(name.startswith(start) for start in starts)
    }
    assert unused == set()


def test_no_edit_type_would_be_shown_without_a_name() -> None:
    """Types are shown by their own name, spaces for underscores: each is a plain word."""
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in EditType)
