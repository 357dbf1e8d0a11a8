"""The page's pure functions, tested in Node.js; and that page and Python write the same texts."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.text import formatting
from app.text.escaping import printable
from app.verdict.headline import score_text

HERE = Path(__file__).parent
NODE = shutil.which("node")
CASES: dict[str, list[list[Any]]] = json.loads((HERE / "formatting.json").read_text())
FUNCTIONS = {
    "clock": formatting.clock,
    "size": formatting.byte_size,
    "dateText": formatting.date_text,
    "webAddress": formatting.web_address,
    "scoreText": score_text,
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
