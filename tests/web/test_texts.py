"""That page and catalogue fit, and that a message reads the same on the page as elsewhere."""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.messages.catalogue import attempt, languages
from app.messages.wire import to_json
from hashing.message import Message, Param
from tests.app.messages.test_use import ENTRIES, references, variables

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WEB = ROOT / "app" / "web"
FLUENT = WEB / "fluent"
NODE = shutil.which("node")
SOURCES = {
    path.relative_to(WEB).as_posix(): re.sub(r'\bclass: "[^"]*"', "", path.read_text())
    for path in sorted(WEB.rglob("*.js"))
    if path.parent != FLUENT
}
ID = r"(?:page|report|edit|appearance|footage|range|date)(?:-[a-z-]+)?"
CALL = re.compile(rf'\b(?:t|known)\(\s*"({ID})"')
MESSAGE = re.compile(rf'\bid: "({ID})"')
QUOTED = re.compile(r'"((?:page|report|edit|appearance|footage)-[a-z-]+)"')
# `report-date-${finding}`, word("page-kind", kind), select("state", STATES, "page-state", …)
PREFIX = re.compile(rf'`({ID}-)\$\{{|\b(?:word|select)\([^)`]*?"({ID})"')
# Python's library writes a nought of significant digits as 0.0; no rate or speed is nought
WRITES_A_RATE = {"edit-frame-rate", "edit-repeated-frames", "report-speed-factor"}
VALUES: tuple[Param, ...] = (0, 1, 2, 0.004, 0.5, 0.125, 0.996, 2.675, 61.25, 1264, 3725.34)


def ids_in(source: str) -> set[str]:
    """The ids that a module names in full."""
    prefixes = {name for found in PREFIX.findall(source) for name in found if name}
    return {name for name in QUOTED.findall(source) if name not in prefixes}


def prefixes_in(source: str) -> set[str]:
    """What ids begin with whose end is a value."""
    return {f"{name.rstrip('-')}-" for found in PREFIX.findall(source) for name in found if name}


def keys_after(source: str, at: int) -> set[str] | None:
    """Names in the object that follows an id; None where a variable holds some of them."""
    rest = source[at:].lstrip()
    if not rest.startswith(","):
        return set()
    rest = rest[1:].lstrip().removeprefix("params: ")
    if not rest.startswith("{"):
        return None
    depth, top = 0, ""
    for character in rest:
        depth -= character in ")}]"
        if depth == 1 and character not in ")}]":
            top += character
        depth += character in "({["
        if depth == 0:
            break
    parts = [part.strip() for part in top.lstrip("{").split(",") if part.strip()]
    if any(part.startswith("...") for part in parts):
        return None
    return {part.partition(":")[0].strip() for part in parts}


@pytest.mark.parametrize("name", SOURCES)
def test_every_text_that_the_page_asks_for_is_there_and_gets_what_it_asks_for(name: str) -> None:
    source = SOURCES[name]
    assert ids_in(source) <= set(ENTRIES), ids_in(source) - set(ENTRIES)
    for prefix in prefixes_in(source):
        assert any(entry.startswith(prefix) for entry in ENTRIES), prefix
    for call in [*CALL.finditer(source), *MESSAGE.finditer(source)]:
        given = keys_after(source, call.end())
        assert given is None or variables(call[1]) == given, call[1]


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ('t("a")', set()),
        ('t("a", { b, c: d(e, { f: 1 }) })', {"b", "c"}),
        ('t("a", values)', None),
        ('t("a", { ...values, b })', None),
        ('{ id: "a", params: { b: 1 } }', {"b"}),
    ],
)
def test_the_parameters_of_a_call_are_read(source: str, keys: set[str] | None) -> None:
    assert keys_after(source, source.index('"a"') + 3) == keys


def test_every_text_of_the_page_is_used() -> None:
    source = "\n".join(SOURCES.values())
    used = ids_in(source) | {name for entry in ENTRIES for name in references(entry)}
    prefixes = tuple(prefixes_in(source))
    idle = {
        name
        for name in ENTRIES
        if name.startswith("page-") and name not in used and not name.startswith(prefixes)
    }
    assert idle == set()


def test_no_sentence_of_the_page_goes_round_the_catalogue() -> None:
    """Texts of two words and more in its scripts: names of classes and of events are none."""
    for name, source in SOURCES.items():
        code = re.sub(r"^\s*(?://|/?\*).*$|\s// .*$", "", source, flags=re.M)
        found = re.findall(r'"([A-Z][a-z]+ [a-z]+[^"]*)"', code)
        assert found == [], name


def rendered(messages: list[Any]) -> dict[str, Any]:
    assert NODE is not None
    done = subprocess.run(
        [NODE, str(HERE / "render.mjs")],
        input=json.dumps(messages),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def cases() -> Iterator[Message]:
    """Each entry with each of the values, and what stands in messages of messages and lists."""
    for name in set(ENTRIES) - WRITES_A_RATE:
        wanted = sorted(variables(name))
        for start in range(len(VALUES) if wanted else 1):
            yield Message(
                name, {key: VALUES[(start + n) % len(VALUES)] for n, key in enumerate(wanted)}
            )
    for rate in VALUES[1:]:
        yield Message("edit-frame-rate", {"fps": rate, "known_fps": 29.97})
        yield Message("report-speed-factor", {"speed": rate})
    for kind in ("published", "captured", "strange"):
        yield Message("appearance-kind", {"kind": kind})
    for date in ("2019", "2019-06-12", "2019-06-12T14:03:00+08:00", "2019-06-12T14:03Z"):
        yield Message("date-end", {"date": Message("date", {"date": date})})
    sides = tuple(Message("edit-side-left", {"share": share}) for share in (0.004, 0.5, 0.996))
    for count in range(4):
        yield Message("edit-crop-sides", {"kept": 0.625, "sides": (*sides[:count],)})
        yield Message("report-list", {"parts": ("a", "b", *sides[:count])})


@pytest.mark.node
def test_a_message_reads_the_same_on_the_page_as_in_python() -> None:
    messages = [message for message in cases() if not attempt(message)[1]]
    assert len(messages) > 2000
    answer = rendered([to_json(message) for message in messages])
    assert answer["warned"] == []
    for message, text in zip(messages, answer["texts"], strict=True):
        assert text == attempt(message)[0], message


@pytest.mark.node
def test_what_is_wrong_with_a_message_is_warned_of_on_the_page_too() -> None:
    answer = rendered([{"id": "no-such-id"}, {"id": "edit-reversed"}])
    assert answer["texts"][0] == "no-such-id"
    assert answer["warned"] == [
        "no message no-such-id",
        "edit-reversed: Unknown variable: $seconds",
    ]


def test_the_library_is_the_one_that_was_published() -> None:
    """Byte for byte, and of the version that the lock holds the hash of."""
    lines = (FLUENT / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split() for line in lines)}
    assert sums == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FLUENT.glob("*.js")
    }
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]["@fluent/bundle"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert locked["node_modules/@fluent/bundle"]["version"] == wanted
    for told in (FLUENT / "README.md", ROOT / "NOTICE"):
        assert wanted in told.read_text(), told


def test_english_is_there() -> None:
    assert "en" in languages()
