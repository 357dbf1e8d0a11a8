"""What looks like a copy and is none; and the true copies beside them."""

import pytest

from hashing.compare import compare
from hashing.describe.frame_cache import FrameCache
from hashing.search.candidates import select_query_rows
from tests.hashing.films import IDENT_S, Films

SAME_SCENE_OR_LESS = {"same_scene_other_recording", "none"}


@pytest.mark.parametrize(
    ("query", "reference"),
    [("faded", "faded again"), ("faded again", "faded"), ("faded", "street"), ("street", "faded")],
)
def test_black_fades_and_plain_colours_never_match(film: Films, query: str, reference: str) -> None:
    match = film.match(query, reference)
    assert match.decision == "none"
    assert not match.segments


def test_black_fades_and_plain_colours_are_never_searched_for(film: Films) -> None:
    assert film("faded").descriptors.flat.all()
    assert len(select_query_rows(film("faded").descriptors)) == 0


def test_of_two_clips_with_the_same_ident_only_the_ident_may_match(film: Films) -> None:
    match = film.match("ident, park", "ident, harbour")
    for segment in match.segments:
        assert segment.query.end <= IDENT_S + 0.3
        assert segment.reference.end <= IDENT_S + 0.3


def test_what_follows_an_ident_is_located_without_it(film: Films) -> None:
    match = film.match("ident, park", "park")
    assert match.accepted
    (segment,) = match.segments
    assert segment.query.start == pytest.approx(IDENT_S, abs=0.3)
    assert segment.reference.start == pytest.approx(0, abs=0.3)


def test_the_same_frame_around_unlike_pictures_is_no_copy(film: Films) -> None:
    match = film.match("framed park", "framed harbour")
    assert match.decision in SAME_SCENE_OR_LESS


def test_a_picture_is_located_in_spite_of_the_frame_around_it(film: Films) -> None:
    assert film.match("framed park", "park").accepted


def test_the_same_bars_around_unlike_pictures_are_no_copy(film: Films) -> None:
    assert film.match("letterboxed harbour", "letterboxed").decision == "none"


def test_the_same_sound_under_unlike_pictures_is_no_copy(film: Films) -> None:
    match = film.match("harbour, street's sound", "street")
    assert match.decision == "none"


def test_a_very_short_clip_is_too_little_to_accept(film: Films) -> None:
    match = film.match("0.4 s", "street")
    assert match.decision == "too_little"
    assert match.segments[0].reference.start == pytest.approx(3.0, abs=0.1)


def test_a_clip_of_one_frame_is_accepted_as_a_still_is(film: Films) -> None:
    match = film.match("one frame", "street")
    assert match.decision == "accepted"
    assert match.segments[0].reference.start == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("reference", ["street", "0.4 s"])
def test_a_very_short_clip_of_something_else_is_none(film: Films, reference: str) -> None:
    match = film.match("0.4 s of the harbour", reference)
    assert match.decision == "none"


@pytest.mark.parametrize(
    ("query", "reference"),
    [("fixed, later", "fixed"), ("fixed", "fixed, later")],
)
def test_a_fixed_camera_at_another_time_is_no_copy(film: Films, query: str, reference: str) -> None:
    assert film.match(query, reference).decision in SAME_SCENE_OR_LESS


@pytest.mark.parametrize(
    ("query", "reference"),
    [
        ("fixed, quiet at first, later", "fixed, quiet at first"),
        ("fixed, quiet at first", "fixed, quiet at first, later"),
    ],
)
def test_a_fixed_cameras_quiet_moments_are_no_copy_of_each_other(
    film: Films, query: str, reference: str
) -> None:
    assert film.match(query, reference).decision in SAME_SCENE_OR_LESS


def test_the_true_copy_of_a_fixed_camera_is_one(film: Films) -> None:
    match = film.match("fixed, copy", "fixed")
    assert match.accepted
    (segment,) = match.segments
    assert segment.reference.start - segment.query.start == pytest.approx(0.5, abs=0.2)


def test_a_still_of_a_fixed_camera_is_located_and_one_of_another_time_is_not(film: Films) -> None:
    match = film.match("photo of fixed", "fixed")
    assert match.accepted
    assert match.segments[0].reference.start == pytest.approx(2.0, abs=0.15)
    assert film.match("photo of fixed, later", "fixed").decision in SAME_SCENE_OR_LESS


def test_one_reel_serves_many_references(film: Films) -> None:
    """What was computed for one reference does not leak into the next comparison."""
    reel = FrameCache(film("photo of fixed"))
    first = compare(reel, film("fixed"))
    compare(reel, film("park"))
    assert compare(reel, film("fixed")) == first == film.match("photo of fixed", "fixed")


def test_who_stands_still_at_a_fixed_camera_is_not_who_stands_elsewhere_later(film: Films) -> None:
    """Nothing moves along the best line, and most of the picture is the same background."""
    match = film.match("fixed, waiting", "fixed, waiting elsewhere")
    assert not match.accepted, match.reasons


def test_an_excerpt_in_which_nothing_moves_is_still_found(film: Films) -> None:
    match = film.match("fixed, only waiting", "fixed, waiting")
    assert match.accepted, match.reasons
