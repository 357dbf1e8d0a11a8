"""Which room of the page and of the extension may import which: read from the source as text."""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# From top to bottom: a room may import from rooms further down, and rooms of one row never import
# one another. "" is the top folder itself.
ROWS: dict[str, tuple[tuple[str, ...], ...]] = {
    "app/web": (
        ("",),
        ("views",),
        ("report",),
        ("evidence",),
        ("parts",),
        ("state",),
        ("texts",),
        ("fluent",),
    ),
    "extension": (
        ("background", "panel", "setup", "page"),
        ("parts",),
        ("capture",),
        ("service",),
        ("texts",),
        ("browser",),
    ),
}
TREES = tuple(ROWS)

# Rooms that know nothing of a page: they could run in a worker, and their texts are no elements.
WITHOUT_DOCUMENT = {
    "app/web": ("state", "texts"),
    "extension": ("background", "service", "texts", "browser"),
}
DOCUMENT = re.compile(r"(?<![\w.])(?:document|window)\.\w")
# Files beside which others of their room stand, and that never import one another.
SIBLINGS_APART = {"app/web": r"views/.*", "extension": r"panel/.*-view\.js"}

FROM = re.compile(r'^(?:import|export)\b[^;"]*?\bfrom "([^"]+)";', re.M)
ANY_IMPORT = re.compile(r'^\s*import\b(?!\.meta)|\bimport\(|^export\b[^;("]*\bfrom\b', re.M)


@cache
def modules(tree: str) -> dict[str, str]:
    """The text of each script by its path below the tree."""
    folder = ROOT / tree
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*.js"))
    }


@cache
def imports(tree: str) -> dict[str, tuple[str, ...]]:
    """What each script imports, as paths below the tree."""
    return {
        name: tuple(
            posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            for target in FROM.findall(text)
        )
        for name, text in modules(tree).items()
    }


def room_of(name: str) -> str:
    return posixpath.dirname(name)


def circles(graph: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Each way that comes back to where it began, once for the edge that closes it."""
    finished: set[str] = set()

    def visit(node: str, trail: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if node in trail:
            yield (*trail[trail.index(node) :], node)
        elif node not in finished:
            for target in graph.get(node, ()):
                yield from visit(target, (*trail, node))
            finished.add(node)

    for start in graph:
        yield from visit(start, ())


@pytest.mark.parametrize("tree", TREES)
def test_every_import_names_a_file_that_is_there(tree: str) -> None:
    for name, text in modules(tree).items():
        assert len(ANY_IMPORT.findall(text)) == len(FROM.findall(text)), f"{name}: unread import"
        assert all(target.startswith(".") for target in FROM.findall(text)), name
        assert set(imports(tree)[name]) <= set(modules(tree)), name


@pytest.mark.parametrize("tree", TREES)
def test_every_room_is_in_the_list_and_says_what_belongs_in_it(tree: str) -> None:
    listed = {room for row in ROWS[tree] for room in row}
    assert {room_of(name) for name in modules(tree)} == listed
    for room in listed:
        assert (ROOT / tree / room / "README.md").is_file(), room


@pytest.mark.parametrize("tree", TREES)
def test_no_import_runs_up_or_across(tree: str) -> None:
    row_of = {room: index for index, row in enumerate(ROWS[tree]) for room in row}
    wrong = [
        f"{name} imports {target}"
        for name, targets in imports(tree).items()
        for target in targets
        if room_of(target) != room_of(name) and row_of[room_of(target)] <= row_of[room_of(name)]
    ]
    assert wrong == []


@pytest.mark.parametrize("tree", TREES)
def test_views_never_import_one_another(tree: str) -> None:
    view = re.compile(SIBLINGS_APART[tree])
    wrong = [
        f"{name} imports {target}"
        for name, targets in imports(tree).items()
        for target in targets
        if view.fullmatch(name) and view.fullmatch(target)
    ]
    assert wrong == []


@pytest.mark.parametrize("tree", TREES)
def test_there_is_no_circle_of_files_or_of_rooms(tree: str) -> None:
    assert list(circles(imports(tree))) == []
    rooms: dict[str, set[str]] = {}
    for name, targets in imports(tree).items():
        others = {room_of(target) for target in targets} - {room_of(name)}
        rooms.setdefault(room_of(name), set()).update(others)
    assert list(circles({room: tuple(sorted(to)) for room, to in rooms.items()})) == []


def test_a_circle_would_be_found() -> None:
    assert list(circles({"a": ("b",), "b": ("c",), "c": ("a",)})) == [("a", "b", "c", "a")]
    assert list(circles({"a": ("a",)})) == [("a", "a")]
    assert list(circles({"a": ("b", "c"), "b": ("c",), "c": ()})) == []


@pytest.mark.parametrize("tree", TREES)
def test_what_knows_and_what_says_touches_no_document(tree: str) -> None:
    wrong = [
        name
        for name, text in modules(tree).items()
        if room_of(name) in WITHOUT_DOCUMENT[tree] and DOCUMENT.search(text)
    ]
    assert wrong == []


def test_a_script_is_found_by_its_name_alone() -> None:
    """Page and extension have much in common: a name that both used would mislead."""
    names = Counter(posixpath.basename(name) for tree in TREES for name in modules(tree))
    assert [name for name, times in names.items() if times > 1] == []
