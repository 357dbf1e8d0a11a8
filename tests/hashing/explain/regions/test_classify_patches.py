"""The rules that name a patch, on figures as real photos gave them."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from hashing.explain.difference.residual import Difference
from hashing.explain.regions import tampering_rules
from hashing.explain.regions.classify_patches import kind_of
from hashing.explain.regions.find_patches import Patch
from hashing.explain.regions.patch_appearance import Appearance, is_vivid
from hashing.explain.regions.tampering_rules import faintly_changed, may_have_moved

# a place in a photo from which something was painted out, its surroundings continued
PAINTED_OUT = Appearance(
    fine=(1.0, 6.1),
    strokes=(1.6, 9.8),
    turns=(0.007, 0.033),
    palette=0.6,
    saturation=76.0,
    saturation_around=60.0,
    flat=0.5,
    plain=0.6,
    moves=(0.0, 0.0),
    loose=(0.0, 0.0),
    blurred=0.4,
    corners=0.1,
    aspect=1.8,
    opacity=None,
)


def _photo() -> Difference:
    scene = SimpleNamespace(still=True)
    shown = SimpleNamespace(scene=scene, unpredicted=np.array([0.26]), usable=np.array([True]))
    return cast(Difference, shown)


def _patch(strength: float, fill: float = 0.54) -> Patch:
    """15 by 20 of 100 by 100 cells, of which a share is filled from one corner on."""
    cells = np.zeros((100, 100), bool)
    cells[30 : 30 + 20, 40 : 40 + 15] = True
    cells[30 : 30 + round(20 * (1 - fill)), 41 : 40 + 15] = False
    return Patch(cells, 0, 0, np.array([True]), 1.0, strength)


def test_lost_detail_of_every_kind_is_believed_at_a_fainter_difference() -> None:
    assert kind_of(_patch(2.29), PAINTED_OUT, _photo()) == "tamper_removed"


@pytest.mark.parametrize(
    "appearance",
    [
        replace(PAINTED_OUT, fine=(5.9, 6.1), strokes=(9.5, 9.8)),  # as much detail as before
        replace(PAINTED_OUT, strokes=(9.0, 9.8)),  # only the finest of it gone
        replace(PAINTED_OUT, blurred=0.8),  # the same shapes, softer
    ],
)
def test_other_faint_differences_are_not(appearance: Appearance) -> None:
    assert kind_of(_patch(2.29), appearance, _photo()) is None


def test_nothing_is_believed_below_that() -> None:
    assert kind_of(_patch(2.1), PAINTED_OUT, _photo()) is None


MOVED = replace(PAINTED_OUT, fine=(14.2, 14.0), strokes=(20.0, 19.0))  # as much detail as before


def _moving(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    monkeypatch.setattr(tampering_rules, "unsettled", lambda found, patch: share)


def test_what_moves_between_preview_frames_may_be_a_time_between_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _moving(monkeypatch, 0.9)
    assert may_have_moved(_patch(2.6), MOVED, _photo())
    assert not may_have_moved(_patch(3.4), MOVED, _photo())  # too much for that
    assert not may_have_moved(_patch(2.6), PAINTED_OUT, _photo())  # detail is gone
    _moving(monkeypatch, 0.1)
    assert not may_have_moved(_patch(2.6), MOVED, _photo())


@pytest.mark.parametrize(
    ("stands", "share", "kind"),
    [(2.0, 0.0, "tamper"), (1.3, 0.0, None), (2.0, 0.6, None)],
)
def test_a_faint_change_is_believed_where_it_stands_out_and_nothing_moves(
    monkeypatch: pytest.MonkeyPatch, stands: float, share: float, kind: str | None
) -> None:
    _moving(monkeypatch, share)
    monkeypatch.setattr(tampering_rules, "stands_out", lambda found, patch, over: stands)
    assert faintly_changed(_patch(2.1), MOVED, _photo(), []) == kind


@pytest.mark.parametrize(
    ("saturation", "around", "palette", "is_sign"),
    [
        (170.0, 60.0, 0.5, True),  # more vivid than the scene
        (170.0, 160.0, 0.5, False),  # a vivid scene's own colours
        (170.0, 160.0, 0.8, True),  # few colours in a vivid scene
        (60.0, 5.0, 0.2, True),  # any colour on a grey picture
        (60.0, 50.0, 0.9, False),
    ],
)
def test_a_drawn_sign_is_more_vivid_than_the_scene_or_of_few_colours(
    saturation: float, around: float, palette: float, is_sign: bool
) -> None:
    seen = replace(PAINTED_OUT, saturation=saturation, saturation_around=around, palette=palette)
    assert is_vivid(seen) == is_sign
