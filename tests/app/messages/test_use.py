"""That code and catalogue fit, and that no sentence goes round the catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl

from app.messages.catalogue import render, source
from hashing.edit_types import EditType
from hashing.message import Message, Param

ROOT = Path(__file__).parents[3]
SOURCES = [
    path for package in ("app", "hashing") for path in sorted((ROOT / package).rglob("*.py"))
]
OTHER_SOURCES = [
    path
    for kind in ("report/templates/*.j2", "web/**/*.js")
    for path in sorted((ROOT / "app").glob(kind))
]
# Where every sentence that a person reads is a message: all of `app`, and what `hashing` reports.
COVERED = ("app", "hashing/compare.py", "hashing/decide", "hashing/decode", "hashing/explain")
SENTENCE = re.compile(r"[A-Za-z'’]{2,}[,;:]? [A-Za-z]{2,}|[A-Za-z]{2,} $|^ [A-Za-z]{2,}")
# Errors that a programmer reads: one of our own records is made wrongly, or another process of
# ours, or the program behind the proxy, broke a protocol. Their text reaches no person.
OUR_OWN_MISTAKE = {
    "ValueError",
    "TypeError",
    "AssertionError",
    "RuntimeError",
    "CodecError",
    "HeadError",
    "ConnectionResetError",
}
# Arguments of these are no sentences: patterns, SQL, events of the log (which machines read, and
# which stay the same in every language), and texts of the API's document.
NO_SENTENCE_CALLS = re.compile(
    r"names|re\.compile|log\.\w+|sa\.(text|DDL)|\w+\.(execute\w*|exec_driver_sql|executescript|pragma)"
)
PATTERN_FIRST = {"sign"}  # whose first argument is a pattern
NO_SENTENCE_KEYWORDS = {"description", "examples", "scheme_name"}
NO_SENTENCE = re.compile(
    "|".join(
        (
            r"([A-Z]+ )+[A-Z]+",  # SQL
            r"(.*\s)?(SELECT|FROM|WHERE|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|ADD|PRAGMA|BEGIN|BEFORE)"
            r"(\s.*)?",
            r"import json, sys; .*",  # what a child process runs
            r".*'(none|self|script)'.*",  # headers
            r"(Authorization|Location|GET), .*",
            r"\d{3} [A-Z][A-Za-z ]+",  # HTTP's own names of states
            r"( HTTP/1.1)?\r\n[A-Z][A-Za-z-]+: .*",
            r"\w+ (TEXT|BLOB|INTEGER)",  # columns
        )
    ),
    re.DOTALL,
)
# names of fields, as their formats have them, and their prefixes
FIELD = re.compile(
    r"(trak\[\d\] )?((EXIF|Image|GPS|MakerNote|XMP|PNG|IPTC|AVI|RIFF|QuickTime|ilst|udta|mvhd|mdhd|"
    r"tkhd|ftyp|ctts|\]|c2pa|JPEG|jpeg|Creation|creator) ?){1,2}[\w.:©]*( least)?| [a-z_0-9]+| DST"
)
WITH_FIELDS = ROOT / "app" / "metadata"
# what other programs print, by which we know what they mean
OTHERS_WORDS = {ROOT / "app" / "fetch" / "page_refusals.py"}

NO_SENTENCES = {
    "Mapping[str, EvidenceSheet]",  # an annotation
    "firstseen ",  # a name before a version
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",  # where programs are
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
    "first key",  # names and details in stored rows, which stay as they are written
    "begun ",
    "audit head ",
    " at ",
    '"check", searched_up_to, library_change',
    "bearer ",  # headers
    'attachment; filename="firstseen-',
    "not for you",  # to a program that uses the proxy without its secret
    "does not pass filter (!is_live)",  # yt-dlp's words
    "larger than max-filesize",
    "File too large",
    "no message ",  # warnings that fail a test
    " has no text",
    " or ",  # pydantic's word between choices
    "Dolby Vision",
    " GB",
    " kB",
    " MB",
    " UTC",
    " shows ",
    "bold red",  # styles of a terminal
    "bold yellow",
    "pdq ",  # the form in which other tools read hashes
    "  pdq ",
    "  phash ",
}
MAY_BE_NOTHING = {"when", "when-sound", "this-segment-only"}

ENTRIES = {
    entry.id.name: entry
    for entry in FluentParser().parse(source("en")).body
    if isinstance(entry, ftl.Message)
}


def variables(name: str) -> set[str]:
    """What an entry asks for, and the entries that it refers to."""
    return set(_variables(ENTRIES[name]))


def _variables(node: object) -> Iterator[str]:
    if isinstance(node, ftl.VariableReference):
        yield node.id.name
    elif isinstance(node, ftl.MessageReference):
        yield from _variables(ENTRIES[node.id.name])
    elif isinstance(node, ftl.BaseNode):
        for part in vars(node).values():
            yield from _variables(part)
    elif isinstance(node, list):
        for part in node:
            yield from _variables(part)


def references(name: str) -> set[str]:
    """The entries that an entry refers to."""
    return {
        node.id.name for node in _nodes(ENTRIES[name]) if isinstance(node, ftl.MessageReference)
    }


def _nodes(node: object) -> Iterator[ftl.BaseNode]:
    if isinstance(node, ftl.BaseNode):
        yield node
        for part in vars(node).values():
            yield from _nodes(part)
    elif isinstance(node, list):
        for part in node:
            yield from _nodes(part)


def messages_made(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Message" and node.args:
            yield node


def ids_of(node: ast.expr) -> Iterator[re.Pattern[str]]:
    """What the ids can be that an expression gives; nothing for those that a variable holds."""
    if isinstance(node, ast.Constant):
        yield re.compile(re.escape(str(node.value)))
    elif isinstance(node, ast.IfExp):
        yield from ids_of(node.body)
        yield from ids_of(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        parts = [
            re.escape(p.value) if isinstance(p, ast.Constant) else "[a-z-]+" for p in node.values
        ]
        yield re.compile("".join(parts))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_message_has_an_entry_and_gives_what_it_asks_for(path: Path) -> None:
    for call in messages_made(ast.parse(path.read_text())):
        for pattern in ids_of(call.args[0]):
            named = [name for name in ENTRIES if pattern.fullmatch(name)]
            assert named, f"{path}:{call.lineno}: no entry {pattern.pattern}"
            given = params_of(call)
            for name in named if isinstance(call.args[0], ast.Constant) else []:
                assert given is None or variables(name) <= given, f"{path}:{call.lineno}: {name}"


def params_of(call: ast.Call) -> set[str] | None:
    """Names of the parameters, where they are written out; None where a variable holds some."""
    if len(call.args) < 2:
        return set()
    params = call.args[1]
    if not isinstance(params, ast.Dict):
        return None
    keys = [key.value for key in params.keys if isinstance(key, ast.Constant)]
    return set(map(str, keys)) if len(keys) == len(params.keys) else None


def test_every_entry_is_used() -> None:
    """By a script, a template or another entry; page and extension have tests of their own."""
    idle = {name for name in ENTRIES if not name.startswith(("page-", "extension-"))} - used()
    assert idle == set()


def used() -> set[str]:
    """The entries that are named, or that begin as what a value is added to."""
    nodes = [node for path in SOURCES for node in ast.walk(ast.parse(path.read_text()))]
    named = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    made = {p.pattern for n in nodes if isinstance(n, ast.JoinedStr) for p in ids_of(n)}
    whole = "\n".join(path.read_text() for path in OTHER_SOURCES)
    named |= set(re.findall(r'"([a-z][a-z0-9-]+)"', whole))
    made |= {f"{start}[a-z-]+" for start in re.findall(r'[`"]([a-z]+-[a-z-]*-)(?:\$\{|" ~)', whole)}
    patterns = re.compile("|".join(p for p in made if re.match(r"[a-z]+\\?-", p)))
    referred = {other for name in ENTRIES for other in references(name)}
    return {n for n in ENTRIES if n in named or n in referred or patterns.fullmatch(n)}


def test_an_entry_that_nothing_names_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("report-of-nothing", "error-that-nobody-raises", "limit-of-none", "cli-idle"):
        monkeypatch.setitem(ENTRIES, name, ENTRIES["verbatim"])
        assert name not in used(), name


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_can_be_filled_in(name: str) -> None:
    for value in (1, 2.5):
        params: dict[str, Param] = dict.fromkeys(variables(name), value)
        assert render(Message(name, params)) or name in MAY_BE_NOTHING


@pytest.mark.parametrize("kind", EditType)
def test_every_edit_type_has_a_name_and_a_phrase(kind: EditType) -> None:
    assert render(Message(kind.name_id))[0].isupper()
    assert render(Message(kind.phrase_id))[0].islower()


def covered() -> list[Path]:
    in_rooms = [p for p in SOURCES if any(p.is_relative_to(ROOT / room) for room in COVERED)]
    return [path for path in in_rooms if path not in OTHERS_WORDS]


def test_the_covered_rooms_are_there() -> None:
    assert all((ROOT / room).exists() for room in COVERED)


@pytest.mark.parametrize("path", covered(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_sentence_goes_round_the_catalogue(path: Path) -> None:
    texts = sentences(ast.parse(path.read_text()))
    if path.is_relative_to(WITH_FIELDS):
        texts = (text for text in texts if not FIELD.fullmatch(text.partition(": ")[2]))
    assert [text for text in texts if text.partition(": ")[2] not in NO_SENTENCES] == []


@pytest.mark.parametrize(
    ("code", "is_sentence"),
    [
        ('edit(text=f"Cropped to {kept} of it")', True),
        ('reasons = ["no common geometry"]', True),
        ('raise FirstseenError("the file is empty")', True),
        ('text = "at " + where', True),
        ('raise ValueError("a span runs forward")', False),
        ('def f():\n    """What it gives."""', False),
        ('log.warning("a worker died")', False),
        ('log.warning("a worker died", extra={"reason": "it was too large"})', True),
        ('Field(description="Folder of the library.")', False),
        ('sign("Final Cut Pro", "a cutting program")', True),
        ('sa.text("delete from checks")', False),
        ('Message("edit-crop", {"kept": 1})', False),
    ],
)
def test_a_sentence_in_code_is_found(code: str, is_sentence: bool) -> None:
    assert bool(list(sentences(ast.parse(code)))) is is_sentence


def sentences(tree: ast.AST) -> Iterator[str]:
    """Texts with a space between words, but for docstrings and what only a programmer reads."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            if ast.unparse(node.exc.func) in OUR_OWN_MISTAKE:
                skipped.update(ast.walk(node))
        elif isinstance(node, ast.Assert) and node.msg is not None:
            skipped.update(ast.walk(node.msg))
        elif isinstance(node, ast.keyword) and node.arg in NO_SENTENCE_KEYWORDS:
            skipped.update(ast.walk(node.value))
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in NO_SENTENCE_KEYWORDS:
                    skipped.update(ast.walk(value))
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if NO_SENTENCE_CALLS.fullmatch(called):
                skipped.update(inner for argument in node.args for inner in ast.walk(argument))
            elif called in PATTERN_FIRST:
                skipped.update(ast.walk(node.args[0]))
            elif isinstance(node.func, ast.Attribute) and node.func.attr == "split":
                skipped.add(node.func.value)  # a list of words
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if node in skipped or NO_SENTENCE.fullmatch(node.value):
            continue
        if SENTENCE.search(node.value):
            yield f"{node.lineno}: {node.value}"
