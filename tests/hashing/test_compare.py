"""The whole way on made clips: each edit is seen through, and nothing else is found."""

from dataclasses import replace

import numpy as np
import pytest

from hashing.compare import compare
from hashing.edit_types import EditType, Family
from hashing.errors import MethodMismatch
from hashing.types import Match, Segment
from tests.hashing.films import (
    CROP,
    EXCERPT_S,
    INSET,
    LONG_S,
    PIECES,
    SPEED,
    STILL_S,
    SWUNG_S,
    ZOOM,
    Films,
)

NEAR_S = 0.4
BESIDE = {"trim", "audio_muted"}  # of films that are shorter, and silent


def only(match: Match) -> Segment:
    assert match.accepted, match
    (segment,) = match.segments
    return segment


def covers(segment: Segment, query: tuple[float, float], reference: tuple[float, float]) -> None:
    assert (segment.query.start, segment.query.end) == pytest.approx(query, abs=NEAR_S)
    assert (segment.reference.start, segment.reference.end) == pytest.approx(reference, abs=NEAR_S)


def test_a_copy_is_located_whole_and_upright(film: Films) -> None:
    segment = only(film.match("copy", "street"))
    covers(segment, (0, LONG_S), (0, LONG_S))
    assert segment.visible == pytest.approx((0, 0, 1, 1), abs=0.02)
    assert not segment.mirrored
    assert segment.speed == pytest.approx(1.0, abs=0.02)


def test_the_original_is_located_by_its_copy_as_the_copy_by_the_original(film: Films) -> None:
    there, back = film.match("copy", "street"), film.match("street", "copy")
    assert there.decision == back.decision == "accepted"
    np.testing.assert_allclose(only(back).homography, np.eye(3), atol=0.02)


def test_an_excerpt_is_located_where_it_lies(film: Films) -> None:
    segment = only(film.match("excerpt", "street"))
    covers(segment, (0, EXCERPT_S[1] - EXCERPT_S[0]), EXCERPT_S)


def test_the_longer_clip_is_located_by_its_excerpt(film: Films) -> None:
    segment = only(film.match("street", "excerpt"))
    covers(segment, EXCERPT_S, (0, EXCERPT_S[1] - EXCERPT_S[0]))


def test_a_crop_is_located_with_its_rectangle(film: Films) -> None:
    assert only(film.match("cropped", "street")).visible == pytest.approx(CROP, abs=0.02)


def test_a_mirrored_copy_is_located_as_mirrored(film: Films) -> None:
    segment = only(film.match("mirrored", "street"))
    assert segment.mirrored
    assert segment.homography is not None
    assert segment.homography[0][0] == pytest.approx(-1, abs=0.03)


def test_a_nearly_symmetric_picture_is_located_as_mirrored(film: Films) -> None:
    """What swings looks much the same half a swing later, not mirrored."""
    segment = only(film.match("symmetric, mirrored", "symmetric"))
    assert segment.mirrored
    covers(segment, (0, 5.0), (1.2, 6.2))


def test_bars_above_and_below_do_not_hide_the_picture(film: Films) -> None:
    segment = only(film.match("letterboxed", "street"))
    assert segment.visible == pytest.approx((0, 0, 1, 1), abs=0.02)
    assert segment.homography is not None
    assert segment.homography[1][1] == pytest.approx(180 / 240, abs=0.02)


def test_a_faster_copy_is_located_with_its_speed(film: Films) -> None:
    segment = only(film.match("sped up", "street"))
    covers(segment, (0, LONG_S / SPEED), (0, LONG_S))
    assert segment.speed == pytest.approx(SPEED, rel=0.05)


def test_a_reversed_copy_is_located_as_reversed(film: Films) -> None:
    segment = only(film.match("reversed", "street"))
    assert segment.reversed
    covers(segment, (0, LONG_S), (0, LONG_S))


def test_pieces_in_another_order_are_segments_in_the_item_s_order(film: Films) -> None:
    match = film.match("reordered", "street")
    assert match.accepted
    first, second = match.segments
    cut = PIECES[0][1] - PIECES[0][0]
    covers(first, (0, cut), PIECES[0])
    covers(second, (cut, cut + PIECES[1][1] - PIECES[1][0]), PIECES[1])


def test_an_inset_is_located_and_is_not_the_main_picture(film: Films) -> None:
    match = compare(
        film("inset"), film("street"), region=(0.5, 0.0, 1.0, 0.5), timestamps=((3, 3),)
    )
    assert match.accepted
    assert not match.main_picture
    homography = np.array(match.segments[0].homography)
    assert homography[:2, 2] == pytest.approx(INSET[:2], abs=0.03)


def test_a_small_photo_in_the_corner_of_another_is_located_through_a_window(film: Films) -> None:
    match = compare(
        film("photo with a small one"),
        film("park photo"),
        region=(0.64, 0.0, 1.0, 0.36),
        timestamps=((0, 0),),
    )
    assert match.accepted, match.reasons
    assert not match.main_picture
    homography = np.array(match.segments[0].homography)
    assert homography[0, 0] == pytest.approx(0.28, abs=0.02)


def test_a_still_is_located_to_a_tenth_of_a_second(film: Films) -> None:
    segment = only(film.match("still", "street"))
    assert (segment.query.start, segment.query.end) == (0, 0)
    assert segment.reference.start == segment.reference.end == pytest.approx(STILL_S, abs=0.11)
    assert segment.speed is None


def test_a_photo_is_located_in_the_video_that_holds_it(film: Films) -> None:
    segment = only(film.match("park, frozen", "park photo"))
    assert (segment.query.start, segment.query.end) == pytest.approx((0, 2.0), abs=NEAR_S)
    assert (segment.reference.start, segment.reference.end) == (0, 0)


def test_a_video_is_located_by_a_still_of_its_moment_and_only_around_it(film: Films) -> None:
    (segment,) = film.match("street", "still").segments
    assert segment.query.start <= STILL_S < segment.query.end
    assert segment.query.end - segment.query.start < 1.0
    assert (segment.reference.start, segment.reference.end) == (0, 0)


@pytest.mark.parametrize(
    ("video", "edit"),
    [("street, held", EditType.FROZEN), ("street, held and closer", EditType.ZOOM_PAN)],
)
def test_a_frame_shown_as_video_is_one_timestamp_of_the_clip(
    film: Films, video: str, edit: EditType
) -> None:
    match = film.match(video, "street")
    segment = only(match)
    assert segment.query.start == 0.0
    assert segment.query.end == pytest.approx(film(video).info.duration_s, abs=0.01)
    assert segment.reference.start == segment.reference.end == pytest.approx(STILL_S, abs=0.21)
    assert segment.speed is None
    assert {one.type for one in match.edits if one.type.family is not Family.QUALITY} == {edit}


def test_a_photo_and_the_film_that_pans_over_it_are_located_by_each_other(film: Films) -> None:
    as_film, back = (
        film.match("park photo's film", "park photo"),
        film.match("park photo", "park photo's film"),
    )
    assert only(as_film).query.length == pytest.approx(3.0, abs=0.01)
    assert EditType.ZOOM_PAN in {edit.type for edit in as_film.edits}
    assert only(back).reference.length == 0
    assert back.main_picture
    assert EditType.INSET not in {edit.type for edit in back.edits}


def test_a_whole_frame_of_a_hand_held_camera_is_not_cropped(film: Films) -> None:
    match = film.match("photo of a swing", "swing")
    segment = only(match)
    assert segment.reference.start == pytest.approx(SWUNG_S, abs=0.02)
    assert segment.visible == pytest.approx((0, 0, 1, 1), abs=0.02)
    assert {edit.type.family for edit in match.edits} <= {Family.QUALITY, Family.TRIM}


def test_a_crop_of_a_hand_held_camera_s_frame_is_cropped(film: Films) -> None:
    edits = film.match("photo of a swing, cropped", "swing").edits
    assert EditType.CROP in {edit.type for edit in edits}


def test_a_resting_scene_is_not_slow_motion(film: Films) -> None:
    match = film.match("fixed, only waiting", "fixed, waiting")
    assert match.accepted
    assert EditType.SPEED not in {edit.type for edit in match.edits}


def test_a_fixed_camera_s_video_is_not_found_by_a_photo_of_another_hour(film: Films) -> None:
    segment = only(film.match("fixed", "photo of fixed"))
    assert segment.query.start <= 2.0 < segment.query.end
    assert not film.match("fixed", "photo of fixed, later").accepted


def test_a_window_that_cuts_through_a_small_photo_leads_to_all_of_it(film: Films) -> None:
    match = compare(
        film("photo with a small one"),
        film("park photo"),
        region=(0.8, 0.0, 1.0, 0.36),
        timestamps=((0, 0),),
    )
    assert match.accepted, match.reasons
    assert match.segments[0].visible == pytest.approx((0, 0, 1, 1), abs=0.03)


@pytest.mark.parametrize("still_is_reference", [False, True])
def test_a_cropped_photo_is_located_both_ways(film: Films, still_is_reference: bool) -> None:
    crop, photo = "park photo, cropped", "park photo"
    match = film.match(photo, crop) if still_is_reference else film.match(crop, photo)
    assert only(match).query.end == 0


@pytest.mark.parametrize(
    ("query", "reference"),
    [("park", "street"), ("harbour", "street"), ("still", "park"), ("park photo", "still")],
)
def test_unlike_footage_is_not_found(film: Films, query: str, reference: str) -> None:
    match = film.match(query, reference)
    assert match.decision == "none"
    assert match.score < 0.1


def test_every_accepted_match_says_on_what_it_rests(film: Films) -> None:
    reasons = film.match("copy", "street").reasons
    assert all(any(type(v) in (int, float) for v in reason.params.values()) for reason in reasons)


def test_two_descriptor_spaces_are_never_compared(film: Films) -> None:
    other = replace(film("street"), space="another")
    with pytest.raises(MethodMismatch, match="another"):
        compare(film("copy"), other)


def test_without_a_common_geometry_the_more_alike_come_first(
    film: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hashing.compare.place", lambda *_, **__: None)
    copy, other = (compare(film("copy"), film(name)) for name in ("street", "park"))
    assert copy.decision == other.decision == "none"
    assert 0 <= other.score < copy.score < 0.05


def test_a_crop_that_grows_closer_is_no_other_speed(film: Films) -> None:
    match = film.match("street, closer", "street")
    segment = only(match)
    covers(segment, (0, 5.0), (0, 5.0))
    assert segment.speed == 1.0
    assert {edit.type for edit in match.edits} - BESIDE == {"zoom_pan"}
    left, top, side = np.mean(ZOOM, axis=0)
    assert segment.visible == pytest.approx((left, top, left + side, top + side), abs=0.03)
    measure = next(edit.measure for edit in match.edits if edit.type == "zoom_pan")
    assert measure["zoom"] == pytest.approx(0.95 / 0.66, abs=0.05)
    assert measure["to_left"] == pytest.approx(0.22, abs=0.03)
    assert measure["kept_area_least"] == pytest.approx(0.66**2, abs=0.04)


def test_a_moving_crop_s_geometry_is_reported_along_its_way(film: Films) -> None:
    segment = only(film.match("street, closer", "street"))
    for time, (left, top, side) in ((0.5, at_share(0.1)), (4.5, at_share(0.9))):
        homography = np.array(segment.homography_at(time))
        assert homography[0] == pytest.approx([1 / side, 0, -left / side], abs=0.05)
        assert homography[1] == pytest.approx([0, 1 / side, -top / side], abs=0.05)


def at_share(share: float) -> tuple[float, ...]:
    return tuple(np.array(ZOOM[0]) + share * (np.array(ZOOM[1]) - np.array(ZOOM[0])))


def test_a_crop_that_wanders_is_seen_through_a_mirror(film: Films) -> None:
    match = film.match("street, sideways and mirrored", "street")
    segment = only(match)
    covers(segment, (0, 4.0), (1.0, 5.0))
    assert segment.mirrored
    assert {edit.type for edit in match.edits} - BESIDE == {"zoom_pan", "mirror"}
    assert segment.visible == pytest.approx((0.14, 0.15, 0.84, 0.85), abs=0.03)


def test_a_fixed_camera_s_other_hour_is_not_rescued_by_a_moving_crop(film: Films) -> None:
    assert film.match("fixed, closer", "fixed").accepted
    assert not film.match("fixed, later and closer", "fixed").accepted
