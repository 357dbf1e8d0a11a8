"""Every value of a closed vocabulary has its words, the same on every surface."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from jinja2 import Environment, nodes

import app.report
from app.jobs import report_changes
from app.library.records import Appearance, AppearanceKind
from app.messages.catalogue import CatalogueWarning, render, text
from app.metadata.types import CredentialState, Severity
from app.report.from_verdict import reported
from app.report.report import ReportedAppearance
from app.report.wording import appearance_kind, date_finding, slug, sound_lines, speed
from app.verdict.caveats import footage
from app.verdict.terms import DateFinding, Relation, Undecided
from hashing.message import Message
from hashing.types import AudioFinding, AudioSpan, AudioState, Edit, EditType, Segment, Span
from tests.app.messages.test_use import ENTRIES, variables


def values(name: Any) -> tuple[str, ...]:
    return get_args(name.__value__)


IDS = [
    *(f"report-relation-{value}" for value in (*values(Relation), "unreadable")),
    *(f"report-meaning-{value}" for value in (*values(Relation), *values(Undecided), "unreadable")),
    *(f"report-date-{value}" for value in values(DateFinding)),
    *(f"report-sound-{value}" for value in values(AudioState)),
    *(f"report-severity-{value}" for value in values(Severity)),
    *(f"report-credentials-{value}" for value in values(CredentialState) if value != "none"),
]


@pytest.mark.parametrize("id", [slug(id) for id in IDS if id != "report-meaning-undecided"])
def test_every_value_has_its_words(id: str) -> None:
    words = text(id)
    assert words
    assert words != id
    assert "genuine" not in words or "nothing about whether" in words


@pytest.mark.parametrize("kind", values(AppearanceKind))
@pytest.mark.parametrize("stated_by", ["file", "person", None])
def test_every_date_says_how_it_is_known(kind: Any, stated_by: Any) -> None:
    words = appearance_kind(ReportedAppearance(kind, "2019", stated_by=stated_by))
    assert ("not used as evidence" in words) == (kind == "captured")


def test_a_value_that_is_new_fails_a_test() -> None:
    with pytest.raises(CatalogueWarning):
        date_finding("proven")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "0 seconds"),
        (100.0, "100 seconds"),
        (119.6, "120 seconds"),
        (1800.0, "30 minutes"),
        (41230.5, "11.5 hours"),
        (41_230_500.0, "11,452.9 hours"),
    ],
)
def test_footage_is_reported_at_a_glance(seconds: float, said: str) -> None:
    assert render(footage(seconds)) == said


@pytest.mark.parametrize(
    ("factor", "said"),
    [(None, "—"), (1.0, "1×"), (0.9971, "1×"), (0.868, "0.868×"), (2.0, "2×"), (1.2345, "1.23×")],
)
def test_a_speed_is_reported_as_far_as_it_was_measured(factor: float | None, said: str) -> None:
    assert speed(Segment(Span(0, 1), Span(0, 1), 0.9, factor)) == said


def test_sound_that_nothing_is_known_of_is_not_reported() -> None:
    assert sound_lines(AudioFinding("absent")) == []
    assert sound_lines(AudioFinding("not_checked")) == []


def test_sound_that_an_edit_states_is_not_stated_again() -> None:
    silent = AudioFinding("muted")
    edit = Edit(EditType.AUDIO_MUTED, 0.95, {"seconds": 4.0}, Message("edit-audio-muted"))
    assert len(sound_lines(silent)) == 1
    assert sound_lines(silent, [edit]) == []
    kept = AudioFinding("kept", spans=(AudioSpan(Span(1.0, 3.0), "muted"),))
    assert sound_lines(kept, [edit]) == [sound_lines(kept)[0]]
    known = AudioFinding("kept", spans=(AudioSpan(Span(1.0, 3.0), "replaced", clip="R000002"),))
    assert sound_lines(known, [edit]) == sound_lines(known)


def test_who_states_a_date_is_read_from_what_was_entered() -> None:
    assert reported(Appearance("published", "2019")).stated_by == "person"
    assert reported(Appearance("ingested", "2019")).stated_by == "firstseen"
    assert reported(Appearance("captured", "2019")).stated_by is None
    assert reported(Appearance("captured", "2019", entered_by="firstseen")).stated_by == "file"
    assert reported(Appearance("captured", "2019", "https://a.example")).stated_by == "person"


# ---- what renderers ask of the catalogue

REPORT = Path(app.report.__file__).parent
SOURCES = [*sorted(REPORT.glob("*.py")), Path(report_changes.__file__)]


def asked_in_python() -> Iterator[tuple[str, set[str]]]:
    """Ids, or what ids begin with, and the names of the parameters given."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ("text", "Message"):
                continue
            names = {keyword.arg or "" for keyword in node.keywords}
            for argument in node.args[1:]:
                if isinstance(argument, ast.Dict):
                    names |= {ast.literal_eval(key) for key in argument.keys if key is not None}
            for literal in ast.walk(node.args[0]):
                if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                    yield literal.value, names


def asked_in_templates() -> Iterator[tuple[str, set[str]]]:
    template = Environment().parse((REPORT / "templates" / "report.html.j2").read_text())
    for call in template.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            names = {keyword.key for keyword in call.kwargs}
            ids = [call.args[0]] if isinstance(call.args[0], nodes.Const) else []
            for literal in [*ids, *call.args[0].find_all(nodes.Const)]:
                yield str(literal.value), names


ASKED = [*asked_in_python(), *asked_in_templates()]


@pytest.mark.parametrize(("id", "given"), [pair for pair in ASKED if pair[0] in ENTRIES])
def test_every_text_gets_the_parameters_that_it_needs(id: str, given: set[str]) -> None:
    assert variables(id) <= given


def test_every_text_that_is_asked_for_is_there_and_no_other() -> None:
    begun = {id for id, _ in ASKED if id.endswith("-")}
    named = {id for id, _ in ASKED} - begun
    starts = {id for id in named if id.startswith(("report-", "alert-"))} - set(ENTRIES)
    assert starts == set()
    literals = {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    ours = {id for id in ENTRIES if id.startswith(("report-", "alert-"))}
    unused = {
        id for id in ours - named - literals if not any(id.startswith(start) for start in begun)
    }
    assert unused == set()
