"""From an id and its parameters to text, and what the files of the catalogue must be."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast

from app.messages import catalogue
from app.messages.catalogue import (
    MAX_PARAM_CHARS,
    Catalogue,
    CatalogueWarning,
    attempt,
    checked,
    render,
    text,
)
from app.messages.functions import FUNCTIONS
from app.messages.wire import to_json
from hashing.errors import DecodeError
from hashing.message import Message, verbatim

ENTRIES = """\
plain = Nothing found
count = { $n ->
    [one] One clip
   *[other] { $n } clips
}
rate = { NUMBER($fps, maximumSignificantDigits: 3) } fps
times = { CLOCK($start) }, { SHARE($part) }, { MOMENT($date) }
area = { SHARE($area, digits: 1) }
list = Same footage, { $edits }
within = Part: { plain }, { -name }
-name = firstseen
asks = { $never_given }
"""


STRANGE = Message("strange")


@pytest.fixture
def entries() -> Catalogue:
    return Catalogue("en", ENTRIES)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (Message("plain"), "Nothing found"),
        (Message("count", {"n": 1}), "One clip"),
        (Message("count", {"n": 1264}), "1,264 clips"),
        (Message("rate", {"fps": 29.97}), "30 fps"),
        (Message("rate", {"fps": 12.5}), "12.5 fps"),
        (
            Message("times", {"start": 62.34, "part": 0.84, "date": "2019-06-12T14:03:00Z"}),
            "1:02.3, 84 %, 2019-06-12, 14:03:00 UTC",
        ),
        (Message("times", {"start": 0, "part": 0.004, "date": "2019"}), "0:00.0, < 1 %, 2019"),
        (Message("times", {"start": 0, "part": 0.999, "date": "2019"}), "0:00.0, > 99 %, 2019"),
        (Message("area", {"area": 0.1251}), "12.5 %"),
        (Message("area", {"area": 0.1}), "10 %"),
        (Message("area", {"area": 0.0004}), "< 0.1 %"),
        (Message("area", {"area": 0.9996}), "> 99.9 %"),
        (Message("list", {"edits": ("cropped",)}), "Same footage, cropped"),
        (Message("list", {"edits": ("a", "b", "c")}), "Same footage, a, b and c"),
        (Message("within"), "Part: Nothing found, firstseen"),
    ],
)
def test_a_message_becomes_text(entries: Catalogue, message: Message, expected: str) -> None:
    assert entries.format(message) == (expected, [])


def test_a_message_fills_a_place_in_another() -> None:
    span = Message("range", {"start": 5, "end": 18.08})
    assert render(span) == "0:05.0–0:18.1"
    assert render(Message("verbatim", {"text": (span, "x")})) == "0:05.0–0:18.1 and x"


def test_an_unknown_id_fails_a_test_and_reads_as_itself_in_use() -> None:
    with pytest.warns(CatalogueWarning, match="no-such-id"):
        assert text("no-such-id") == "no-such-id"
    with pytest.raises(CatalogueWarning):
        text("no-such-id")


def test_a_parameter_that_is_missing_is_a_fault(entries: Catalogue) -> None:
    _, faults = entries.format(Message("asks"))
    assert any("never_given" in fault for fault in faults)
    with pytest.raises(CatalogueWarning, match="seconds"):
        text("edit-reversed")


def test_what_is_wrong_within_a_message_is_a_fault_of_it() -> None:
    _, faults = attempt(Message("reason-with-grounds", {"finding": "x", "grounds": (STRANGE,)}))
    assert faults == ["no message strange"]


def test_a_message_of_a_stranger_is_taken_only_where_it_fits() -> None:
    good = Message("edit-reversed", {"seconds": 2})
    assert checked(good) == good
    assert checked(STRANGE) == verbatim("strange")
    assert checked(Message("edit-reversed", {"seconds": "\x1b[2J"})).id == "verbatim"


def test_a_text_that_is_too_long_for_fluent_is_cut_and_not_lost() -> None:
    assert render(verbatim("x" * 10_000)) == "x" * MAX_PARAM_CHARS


def test_a_message_reads_as_its_english_text() -> None:
    assert str(Message("edit-reversed", {"seconds": 2})) == "2 s reversed"
    assert str(DecodeError(Message("edit-reversed", {"seconds": 2}))) == "2 s reversed"
    assert str(DecodeError(verbatim("cut short"))) == "cut short"


def test_the_command_line_reads_errors_in_english() -> None:
    command = [sys.executable, "-m", "app", "check", __file__, "--claimed-date", "soon"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2
    assert "--claimed-date: 'soon' is no date that firstseen reads" in result.stderr


def test_without_the_catalogue_a_message_reads_as_its_id() -> None:
    code = "from hashing.message import *; print(Message('a', {'b': 1}), verbatim('c'))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "a (b=1) c"


def test_a_language_that_lacks_an_entry_falls_back_to_english() -> None:
    assert text("time", "fr", seconds=5) == "0:05.0"


def test_a_message_is_json_with_messages_in_it() -> None:
    inner = Message("time", {"seconds": 5})
    message = Message("edit-x", {"clip": "a", "share": 0.5, "one": inner, "all": (inner, "b")})
    written = {"id": "time", "params": {"seconds": 5}}
    assert to_json(message) == {
        "id": "edit-x",
        "params": {"clip": "a", "share": 0.5, "one": written, "all": [written, "b"]},
    }


@pytest.mark.parametrize("language", catalogue.languages())
def test_a_language_is_well_formed(language: str) -> None:
    parsed = FluentParser().parse(catalogue.source(language))
    assert [entry.content for entry in parsed.body if isinstance(entry, ast.Junk)] == []
    names = [entry.id.name for entry in parsed.body if isinstance(entry, ast.Message | ast.Term)]
    assert len(names) == len(set(names))
    entries = catalogue._catalogue(language).entries
    assert names == [name.removeprefix("-") for name in entries]


@pytest.mark.parametrize("language", catalogue.languages())
def test_entries_call_only_functions_that_there_are(language: str) -> None:
    known = {"NUMBER", "DATETIME", *FUNCTIONS}
    assert set(_functions(FluentParser().parse(catalogue.source(language)))) <= known


def test_all_files_of_a_language_are_one_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    (tmp_path / "fr.ftl").write_text("a = un\n")
    (tmp_path / "fr.page.ftl").write_text("b = { a }, deux\n")
    (tmp_path / "fra.ftl").write_text("c = trois\n")
    assert catalogue.languages() == ("fr", "fra")
    read = Catalogue("fr", catalogue.source("fr"))
    assert list(read.entries) == ["a", "b"]
    assert read.format(Message("b", {})) == ("un, deux", [])


def _functions(node: ast.BaseNode) -> list[str]:
    if isinstance(node, ast.FunctionReference):
        return [node.id.name]
    called: list[str] = []
    for value in vars(node).values():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.BaseNode):
                called += _functions(part)
    return called


def test_the_libraries_are_loaded_with_the_first_message_only() -> None:
    code = "import sys, app.messages.catalogue; print('babel' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False"


def test_several_threads_may_ask_for_the_same_new_entry_at_once() -> None:
    source = "\n".join(f"m{n} = text {n} {{ m{n + 1} }}" for n in range(200)) + "\nm200 = end"
    for _ in range(5):
        fresh = catalogue.Catalogue("en", source)
        with ThreadPoolExecutor(8) as pool:
            written = list(pool.map(fresh.format, [Message("m150", {})] * 32))
        assert {faults == [] for _, faults in written} == {True}
        assert len({text for text, _ in written}) == 1
