"""Tones and colours are measured as curves; honest copies and players' mistakes give nothing."""

import pytest

from hashing.describe.frame_cache import FrameCache
from hashing.explain.colour import colour_edits
from hashing.types import Edit
from tests.hashing.explain import framed_made as made
from tests.hashing.explain.overlay_made import Change, hosting, smiling, subtitled


@pytest.fixture(scope="module")
def known() -> FrameCache:
    return made.made()


def edits(known: FrameCache, change: Change, length: float = made.LENGTH_S) -> dict[str, Edit]:
    query = made.made(change, length)
    placement = made.placed(query, known, length=length)
    return {edit.type: edit for edit in colour_edits(query, known, placement, ())}


@pytest.mark.parametrize(
    "change",
    [
        made.worn,
        made.resized((426, 240)),
        made.wrong_matrix,
        made.gained(219 / 255, 16),
        made.barred(top=40),
    ],
)
def test_honest_copies_and_mistaken_matrices_give_nothing(
    known: FrameCache, change: made.Still
) -> None:
    assert edits(known, made.always(change)) == {}


@pytest.mark.parametrize("change", [subtitled, smiling, hosting((0.55, 0.5, 0.97, 0.95))])
def test_what_lies_over_the_picture_does_not_tone_it(known: FrameCache, change: Change) -> None:
    assert edits(known, change) == {}


def test_a_grey_copy_is_grey_and_nothing_else(known: FrameCache) -> None:
    found = edits(known, made.always(made.grey))
    assert set(found) == {"grayscale"}
    assert float(found["grayscale"].measure["known_chroma"]) > 5


@pytest.mark.parametrize(("gain", "offset"), [(0.7, 25), (1.25, -20), (0.6, 0)])
def test_gain_and_offset_are_measured(known: FrameCache, gain: float, offset: float) -> None:
    found = edits(known, made.always(made.gained(gain, offset)))
    assert set(found) == {"brightness"}
    assert found["brightness"].measure["gain"] == pytest.approx(gain, abs=0.06)
    assert found["brightness"].measure["offset"] == pytest.approx(offset, abs=6)


def test_a_vignette_darkens_the_corners_only(known: FrameCache) -> None:
    found = edits(known, made.always(made.vignetted))
    assert set(found) == {"brightness"}
    assert found["brightness"].measure["corners"] == pytest.approx(0.4, abs=0.08)
    assert found["brightness"].measure["gain"] == pytest.approx(1, abs=0.06)


def test_a_turned_hue_is_measured(known: FrameCache) -> None:
    found = edits(known, made.always(made.hue_turned(60)))
    assert "colour_shift" in found
    assert abs(float(found["colour_shift"].measure["hue_deg"])) == pytest.approx(60, abs=20)


def test_channel_gains_tint_a_grey(known: FrameCache) -> None:
    found = edits(known, made.always(made.warmed))
    assert set(found) == {"colour_shift"}
    measure = found["colour_shift"].measure
    assert float(measure["red"]) > 15 > 0 > float(measure["blue"])


def test_photos_are_toned_too() -> None:
    photo = made.made(length=0)
    assert edits(photo, made.always(made.worn), length=0) == {}
    assert set(edits(photo, made.always(made.grey), length=0)) == {"grayscale"}
