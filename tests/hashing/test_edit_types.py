"""The one table of edit types, and that nothing goes round it."""

import ast
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hashing.edit_types import TABLE, EditType, Family
from hashing.message import verbatim
from hashing.types import Edit

ROOT = Path(__file__).parents[2]
VALUES = set(EditType)
# its regions around a picture have kinds of their own, one of them "text"
NOT_OF_EDITS = {
    "hashing/explain/borders/border_regions.py",
    "hashing/explain/framing.py",
    "hashing/explain/screen_recording.py",
}


def test_the_table_of_edits_is_the_contract_s() -> None:
    assert set(TABLE) == set(EditType)
    assert Counter(kind.family for kind in EditType) == {
        Family.GEOMETRY: 5,
        Family.FRAME: 6,
        Family.OVERLAY: 6,
        Family.COLOUR: 3,
        Family.QUALITY: 4,
        Family.TIME: 6,
        Family.CONTENT: 3,
        Family.AUDIO: 4,
        Family.TRIM: 1,
    }


def test_a_type_is_its_name_in_json_and_comes_back_of_it() -> None:
    edit = Edit("crop", 0.9, {"kept_area": 0.5}, verbatim("Cropped"))  # type: ignore[arg-type]

    assert edit.type is EditType.CROP
    assert json.loads(json.dumps({"type": edit.type})) == {"type": "crop"}
    with pytest.raises(ValueError, match="not a valid EditType"):
        Edit("cropped", 0.9, {"kept_area": 0.5}, verbatim("Cropped"))  # type: ignore[arg-type]


def test_nothing_compares_an_edit_type_with_a_bare_string() -> None:
    """Such a comparison goes on being false when a type is renamed or was never there."""
    comparisons = [
        f"{source}:{line}"
        for package in ("app", "hashing", "benchmarks")
        for path in sorted((ROOT / package).rglob("*.py"))
        if (source := path.relative_to(ROOT).as_posix()) not in NOT_OF_EDITS
        for line in bare_comparisons(ast.parse(path.read_text()))
    ]
    assert comparisons == []


@pytest.mark.parametrize(
    "code",
    [
        "edit.type == 'crop'",
        "edit.type in ('inset', 'split_screen')",
        "one.kind != 'text'",
        "match['edits'][0]['type'] == 'mirror'",
        "edit.type.startswith('tamper')",
        "'tamper' in edit.type",
    ],
)
def test_a_bare_comparison_is_located(code: str) -> None:
    assert list(bare_comparisons(ast.parse(code))) == [1]
    assert list(bare_comparisons(ast.parse("edit.type is EditType.CROP; x.kind == 'video'"))) == []


def bare_comparisons(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(_may_be_type, sides)) and any(map(_names_type, sides)):
                yield node.lineno
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"startswith", "endswith"}
            and _may_be_type(node.func.value)
            and any(map(_names_type, node.args))
        ):
            yield node.lineno


def _may_be_type(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in {"type", "kind"}
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return node.slice.value == "type"
    return False


def _names_type(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Constant) and part.value in VALUES for part in ast.walk(node))
