"""Writing that stands over moving pictures is found however faint; nothing else passes for it."""

import cv2
import numpy as np
import pytest

from hashing.describe.frame_cache import FrameCache
from hashing.explain.explain import without_marked
from hashing.explain.overlays import marks_of
from hashing.explain.redaction.redactions import Censored
from hashing.explain.regions.classify_patches import findings
from hashing.explain.static_marks import Mark, standing
from tests.hashing.explain import overlay_made as made
from tests.hashing.explain.test_overlays import overlap


@pytest.fixture(scope="module")
def known() -> FrameCache:
    return made.reel()


def faint(text: str, left: int, base: int, weight: float = 0.4) -> made.Change:
    """White writing that lets most of the footage through."""

    def change(picture: made.Picture, t: float) -> made.Picture:
        over = picture.copy()
        white = (255, 255, 255)
        cv2.putText(over, text, (left, base), cv2.FONT_HERSHEY_DUPLEX, 0.7, white, 2, cv2.LINE_AA)
        return np.asarray(cv2.addWeighted(over, weight, picture, 1 - weight, 0), np.uint8)

    return change


def marks(known: FrameCache, change: made.Change | None) -> list[Mark]:
    return standing(made.reel(change=change), known, made.placed())


def test_a_faint_mark_is_detected_where_it_stands(known: FrameCache) -> None:
    item = made.reel(change=faint("OLD TV", 274, 40))
    found = standing(item, known, made.placed())
    (mark,) = found
    assert overlap(mark.box, (274 / 384, 24 / 216, 358 / 384, 41 / 216)) > 0.6
    assert mark.seconds == pytest.approx(made.LENGTH_S, abs=0.7)
    (edit,) = marks_of(found, [], [])
    assert edit.type == "logo"


def test_a_line_of_it_is_text(known: FrameCache) -> None:
    item = made.reel(change=faint("seen last night in town", 60, 190))
    (edit,) = marks_of(standing(item, known, made.placed()), [], [])
    assert edit.type == "text"


def test_what_a_finding_tells_of_is_not_reported_again(known: FrameCache) -> None:
    item = made.reel(change=made.marked)
    found = findings(item, known, made.placed())
    assert [one.kind for one in found] == ["logo"]
    seen = standing(item, known, made.placed())
    assert seen  # else there is nothing to tell twice
    assert marks_of(seen, found, []) == []
    cover = Censored("covered", seen[0].box, 0.02, None, 1.0)
    assert marks_of(seen, [], [cover]) == []


@pytest.mark.parametrize(
    "change",
    [
        None,
        made.recompressed,
        made.softened,
        made.noisy,
        made.tinted,
        made.smiling,
        made.round_cover,
        made.marked,
    ],
)
def test_only_writing_is_reported(known: FrameCache, change: made.Change | None) -> None:
    item = made.reel(change=change)
    told = marks_of(standing(item, known, made.placed()), [], [])
    assert [one.type for one in told] == (["logo"] if change is made.marked else [])


def blinds(picture: made.Picture, t: float) -> made.Picture:
    """Bright windows behind blinds: stripes that stand still."""
    out = picture.copy()
    out[66:114, 116:234] = 20
    for row in range(70, 110, 6):
        out[row : row + 3, 120:230] = 235
    return out


def test_stripes_that_do_not_lie_quite_upon_each_other_are_no_writing() -> None:
    shifted = np.array([[1, 0, 0.3], [0, 1, 0.8], [0, 0, 1.0]])
    striped = made.reel(change=blinds)
    assert standing(made.reel(change=blinds), striped, made.placed(shifted)) == []


def test_a_mark_that_the_item_lost_is_none() -> None:
    marked = made.reel(change=faint("OLD TV", 274, 40, 0.8))
    assert standing(made.reel(), marked, made.placed()) == []


def test_stills_have_no_mean() -> None:
    still = made.reel(change=made.marked, length=0)
    assert standing(still, made.reel(length=0), made.placed(length=0)) == []


def test_writing_is_no_change_of_the_scene(known: FrameCache) -> None:
    removed = made.reel(change=made.painted_out((0.12, 0.25, 0.38, 0.66), 1.5, 4.5))
    changed = findings(removed, known, made.placed())
    assert [one.kind[:6] for one in changed] == ["tamper"]
    over = Mark(changed[0].patch.box, 3.0, 30.0, 6.0)
    beside = Mark((0.7, 0.1, 0.9, 0.2), 3.0, 30.0, 6.0)
    assert without_marked(changed, [over]) == []
    assert without_marked(changed, [beside]) == changed
