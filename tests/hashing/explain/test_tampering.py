"""Changes of the scene are found with place and time; overlays and bad copies are none."""

import numpy as np
import pytest

from hashing.align.placement import Placement
from hashing.describe.frame_cache import FrameCache
from hashing.explain.regions.classify_patches import findings
from hashing.explain.tampering import content_edits, content_of
from hashing.types import Box, Edit, Line
from tests.hashing.explain import overlay_made as made
from tests.hashing.explain.test_overlays import overlap

BOX: Box = (0.12, 0.25, 0.38, 0.66)


@pytest.fixture(scope="module")
def known() -> FrameCache:
    return made.reel()


def edits(known: FrameCache, change: made.Change | None) -> list[Edit]:
    return content_edits(made.reel(change=change), known, made.placed(), ())


@pytest.mark.parametrize(
    ("alter", "kinds"),
    [
        (made.painted_out, {"tamper_removed", "tamper"}),
        (made.pasted_in, {"tamper_added", "tamper"}),
    ],
)
def test_a_changed_place_is_detected_with_its_time(
    known: FrameCache, alter: made.Altering, kinds: set[str]
) -> None:
    (found,) = edits(known, alter(BOX, 1.5, 4.5))
    assert found.type in kinds
    assert overlap(found.box, BOX) > 0.5
    assert found.query is not None
    assert found.query.start == pytest.approx(1.5, abs=0.6)
    assert found.query.end == pytest.approx(4.5, abs=0.6)


def test_it_is_detected_in_a_bad_copy_too(known: FrameCache) -> None:
    paint = made.painted_out(BOX, 1.5, 4.5)
    (found,) = edits(known, lambda one, t: made.recompressed(paint(one, t), t))
    assert found.type.startswith("tamper")
    assert overlap(found.box, BOX) > 0.4


@pytest.mark.parametrize("copied", [made.recompressed, made.softened, made.noisy])
def test_what_is_faint_at_every_instant_is_detected_by_when_it_starts_and_ends(
    known: FrameCache, copied: made.Change
) -> None:
    box: Box = (0.4, 0.4, 0.6, 0.7)
    paint = made.painted_out(box, 1.5, 4.5)
    (found,) = edits(known, lambda one, t: copied(paint(one, t), t))
    assert found.type.startswith("tamper")
    assert overlap(found.box, box) > 0.4
    assert found.query is not None
    assert found.query.start == pytest.approx(1.5, abs=0.6)
    assert found.query.end == pytest.approx(4.5, abs=0.6)


def test_it_is_detected_in_a_photo() -> None:
    changed = made.reel(change=made.painted_out(BOX, 0.0, 1.0), length=0)
    (found,) = content_edits(changed, made.reel(length=0), made.placed(length=0), ())
    assert found.type.startswith("tamper")
    assert overlap(found.box, BOX) > 0.4


@pytest.mark.parametrize("alter", [made.painted_out, made.pasted_in])
def test_writing_over_its_lower_end_does_not_hide_it(alter: made.Altering) -> None:
    box: Box = (0.4, 0.4, 0.6, 0.8)
    paint = alter(box, 0.0, 1.0)
    changed = made.reel(change=lambda one, t: made.subtitled(paint(one, t), t), length=0)
    found = findings(changed, made.reel(length=0), made.placed(length=0))
    assert sorted(one.kind.split("_")[0] for one in found) == ["tamper", "text"]
    (scene,) = content_of(found)
    assert overlap(scene.box, box) > 0.6


@pytest.mark.parametrize(
    "change",
    [
        None,
        made.recompressed,
        made.softened,
        made.noisy,
        made.tinted,
        made.subtitled,
        made.marked,
        made.smiling,
        made.hosting((0.62, 0.58, 0.97, 0.95)),
        made.blurred_out(BOX),
        made.blacked_out(BOX),
    ],
)
def test_copies_and_overlays_are_no_change_of_the_scene(
    known: FrameCache, change: made.Change | None
) -> None:
    assert edits(known, change) == []


def test_a_change_of_one_second_is_not_sustained(known: FrameCache) -> None:
    assert edits(known, made.painted_out(BOX, 2.5, 3.4)) == []


def test_a_mapping_that_is_late_is_no_change_of_the_scene(known: FrameCache) -> None:
    placement = made.placed(length=5.6, offset=0.25)
    assert content_edits(made.reel(), known, placement, ()) == []


def test_other_footage_under_the_line_is_no_change_of_the_scene(known: FrameCache) -> None:
    good = made.placed()
    longer = Placement(
        good.transform,
        (Line(0.0, 3.0, 1.0, False, 0.0, 0.98, 0.8), Line(3.0, 6.0, 1.0, False, 0.0, 0.3, 0.1)),
        (),
        None,
    )
    other = made.reel(change=lambda one, t: one if t < 3 else made.shot(90, t))
    assert content_edits(other, known, longer, ()) == []


def test_a_crop_of_half_the_picture_is_no_change_of_the_scene(known: FrameCache) -> None:
    width, height = made.SIZE
    doubled = np.array([[2.0, 0, -width / 2 + 0.5], [0, 2.0, -height / 2 + 0.5], [0, 0, 1.0]])
    assert content_edits(made.reel(change=made.half), known, made.placed(doubled), ()) == []
