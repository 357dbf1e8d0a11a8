"""Where another picture is looked for, and what it explains."""

import pytest

from hashing.message import verbatim
from hashing.search.multiple_sources import other_footage_boxes, remove_mutual_changes
from hashing.types import Box, Edit, Match

LEFT: Box = (0.0, 0.0, 0.5, 1.0)
CORNER: Box = (0.6, 0.05, 0.95, 0.4)


def edit(kind: str, box: Box | None) -> Edit:
    return Edit(kind, 0.9, {"area": 0.1}, verbatim("said"), box=box)


@pytest.mark.parametrize(
    ("kind", "box", "places"),
    [
        ("inset_over", CORNER, [CORNER]),
        ("split_screen", LEFT, [(0.5, 0.0, 1.0, 1.0)]),
        ("split_screen", (0.0, 0.0, 0.9, 0.5), [(0.0, 0.5, 1.0, 1.0)]),  # a tenth is no picture
        ("inset_over", None, []),
        ("sticker", CORNER, []),
    ],
)
def test_other_pictures_are_where_the_edits_say(
    kind: str, box: Box | None, places: list[Box]
) -> None:
    assert other_footage_boxes([edit(kind, box)]) == places


def accepted(*edits: Edit) -> Match:
    return Match(0.99, "accepted", edits=edits)


def test_what_another_clip_shows_is_no_change_of_the_scene() -> None:
    beside = accepted(edit("split_screen", LEFT))
    over, away = edit("tamper", (0.3, 0.1, 0.52, 0.9)), edit("tamper", (0.6, 0.1, 0.8, 0.9))
    logo = edit("logo", (0.1, 0.1, 0.2, 0.2))
    out = remove_mutual_changes({"a": beside, "b": accepted(over, away, logo)})
    assert out["a"] is beside
    assert out["b"].edits == (away, logo)


def test_a_clip_that_was_not_accepted_explains_nothing() -> None:
    changed = accepted(edit("tamper", (0.1, 0.1, 0.4, 0.9)))
    near = Match(0.5, "weak_match", edits=(edit("split_screen", LEFT),))
    assert remove_mutual_changes({"a": near, "b": changed})["b"] is changed


def test_its_own_frame_explains_nothing() -> None:
    match = accepted(edit("split_screen", LEFT), edit("tamper", (0.1, 0.1, 0.4, 0.9)))
    assert remove_mutual_changes({"a": match})["a"] is match
