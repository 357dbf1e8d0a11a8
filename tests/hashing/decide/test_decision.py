from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashing.decide.decision import decide
from hashing.decide.support import Support
from hashing.types import Kind

share = st.floats(0, 1)
supports = st.builds(
    Support,
    inliers=st.integers(0, 3000),
    inlier_share=share,
    supporting_share=share,
    spread=share,
    matched_s=st.floats(0, 60),
    correlation=st.floats(-1, 1),
    contrast=share,
    motion_agreement=st.none() | share,
    moving_share=share,
    agreeing_share=share,
    covered_share=share,
    line_count=st.integers(0, 5),
    static_agreement=st.none() | share,
    static_agreement_query=st.none() | share,
    real_time_share=share,
    min_agreeing_share=share,
    still_beyond_lines=st.booleans(),
    displaced_share=st.none() | share,
    moved_share=st.none() | share,
    along_crop_path=st.booleans(),
)
kinds = st.sampled_from(["video", "still"])
STRONG = Support(400, 0.9, 1.0, 0.9, 10.0, 0.95, 0.8, 0.95, 0.4, 0.9, 1.0, 1)
DOUBTS = ["accepted", "same_scene_other_recording", "too_little", "weak_match", "none"]


@pytest.mark.parametrize(
    "name",
    [
        "inlier_share",
        "supporting_share",
        "spread",
        "correlation",
        "contrast",
        "motion_agreement",
        "agreeing_share",
        "min_agreeing_share",
        "static_agreement",
        "static_agreement_query",
    ],
)
@given(supports, share, kinds, kinds)
def test_more_support_never_lowers_the_score(
    name: str, grounds: Support, more: float, query: Kind, reference: Kind
) -> None:
    now = getattr(grounds, name)
    if now is None:
        return
    better = replace(grounds, **{name: now + more * (1 - now)})
    before, after = decide(grounds, query, reference), decide(better, query, reference)
    assert after.score >= before.score


@given(supports, st.integers(0, 500), kinds, kinds)
def test_more_points_never_lower_the_score(
    grounds: Support, more: int, query: Kind, reference: Kind
) -> None:
    better = replace(grounds, inliers=grounds.inliers + more)
    before, after = decide(grounds, query, reference), decide(better, query, reference)
    assert after.score >= before.score


@given(supports, kinds, kinds)
def test_every_decision_has_a_score_and_its_reasons(
    grounds: Support, query: Kind, reference: Kind
) -> None:
    decided = decide(grounds, query, reference)
    assert 0 <= decided.score <= 1
    assert decided.decision in DOUBTS
    assert decided.reasons[0].params["points"] == grounds.inliers


@given(supports, kinds, kinds)
def test_what_is_accepted_scores_above_what_is_not(
    grounds: Support, query: Kind, reference: Kind
) -> None:
    decided = decide(grounds, query, reference)
    if decided.decision == "none":
        assert decided.score < decide(STRONG, query, reference).score


def test_strong_grounds_are_accepted() -> None:
    assert decide(STRONG, "video", "video").decision == "accepted"
    assert decide(STRONG, "still", "video").decision == "accepted"


@pytest.mark.parametrize("inliers", [100, 1_000, 100_000])
def test_no_number_of_points_makes_up_for_what_moves_otherwise(inliers: int) -> None:
    """The background of a fixed camera has points without number, at any hour."""
    grounds = replace(STRONG, inliers=inliers, motion_agreement=0.4, contrast=0.2)
    assert decide(grounds, "video", "video").decision == "same_scene_other_recording"


def test_where_nothing_moves_what_moves_at_other_times_has_to_agree() -> None:
    """People who stand still stand elsewhere at a fixed camera's other moment."""
    still = replace(STRONG, motion_agreement=None)
    assert decide(replace(still, static_agreement=0.95), "video", "video").decision == "accepted"
    other = decide(replace(still, static_agreement=0.5), "video", "video")
    assert other.decision == "same_scene_other_recording"


def test_where_nothing_moves_only_real_time_is_accepted() -> None:
    """A still scene fits itself at any speed; that another one fits better says that none does."""
    still = replace(STRONG, motion_agreement=None, min_agreeing_share=0.85)
    assert decide(replace(still, real_time_share=0.9), "video", "video").decision == "accepted"
    assert decide(replace(still, real_time_share=0.1), "video", "video").decision != "accepted"


def test_strong_grounds_over_too_short_a_time_are_too_little() -> None:
    assert decide(replace(STRONG, matched_s=0.5), "video", "video").decision == "too_little"


def test_no_grounds_are_none() -> None:
    grounds = Support(8, 0.1, 0.2, 0.05, 0.0, 0.0, 0.0, None, 0.0, 0.0, 1.0, 0)
    assert decide(grounds, "video", "video").decision == "none"
    assert decide(grounds, "still", "still").decision == "none"


def test_a_picture_laid_over_a_still_scene_is_for_a_person_to_judge() -> None:
    """It moves where the known clip never does, as passers-by of another moment would."""
    still = replace(STRONG, motion_agreement=None, agreeing_share=0.85, static_agreement_query=0.05)
    decided = decide(still, "video", "video")
    assert decided.decision == "same_scene_other_recording"
    assert decided.score > 0.5


def test_a_still_scene_that_is_the_same_picture_is_the_same_at_any_speed() -> None:
    still = replace(STRONG, motion_agreement=None, real_time_share=0.0)
    assert decide(replace(still, min_agreeing_share=1.0), "video", "video").decision == "accepted"
    assert decide(replace(still, min_agreeing_share=0.9), "video", "video").decision != "accepted"


def test_a_quiet_segment_that_ends_within_a_shot_is_left_open() -> None:
    quiet = replace(
        STRONG,
        motion_agreement=None,
        static_agreement=0.98,
        static_agreement_query=0.98,
        agreeing_share=1.0,
    )
    assert decide(quiet, "video", "video").decision == "accepted"
    ends_within = replace(quiet, still_beyond_lines=False)
    assert decide(ends_within, "video", "video").decision == "same_scene_other_recording"


def test_a_video_s_best_frame_must_agree_more_with_a_still() -> None:
    some = replace(STRONG, agreeing_share=0.7)
    assert decide(some, "still", "video").decision == "accepted"
    assert decide(some, "video", "still").decision != "accepted"
    assert decide(STRONG, "video", "still").decision == "accepted"


@given(supports, share, kinds, kinds)
def test_more_that_lies_elsewhere_never_raises_the_score(
    grounds: Support, more: float, query: Kind, reference: Kind
) -> None:
    if grounds.displaced_share is None:
        return
    worse = replace(
        grounds, displaced_share=grounds.displaced_share + more * (1 - grounds.displaced_share)
    )
    assert decide(worse, query, reference).score <= decide(grounds, query, reference).score


def test_a_still_in_which_things_lie_elsewhere_is_of_another_time() -> None:
    in_place, moved = (
        replace(STRONG, displaced_share=0.02),
        replace(STRONG, displaced_share=0.2, inliers=22),
    )
    assert decide(in_place, "still", "video").decision == "accepted"
    decided = decide(moved, "still", "video")
    assert decided.decision == "same_scene_other_recording"
    assert any(reason.id == "reason-displaced" for reason in decided.reasons)


def test_two_photos_between_which_something_moved_are_for_a_person_to_decide() -> None:
    decided = decide(replace(STRONG, moved_share=0.2, correlation=0.999), "still", "still")
    assert decided.decision == "same_scene_other_recording"
    assert [reason.id for reason in decided.reasons].count("reason-moved") == 1
    assert decide(replace(STRONG, moved_share=0.0001), "still", "still").decision == "accepted"


def test_pictures_that_correlate_as_a_whole_were_placed_inexactly_at_most() -> None:
    off = replace(STRONG, displaced_share=0.2)
    assert decide(replace(off, correlation=0.99), "still", "video").decision == "accepted"
    assert decide(replace(off, correlation=0.86), "still", "video").decision != "accepted"


def test_a_moving_crop_s_pictures_have_to_agree_as_well_as_its_windows_fit() -> None:
    followed = replace(STRONG, along_crop_path=True)
    assert decide(followed, "video", "video").decision == "accepted"
    poor = replace(followed, agreeing_share=0.4, inliers=100)
    assert decide(poor, "video", "video").decision != "accepted"
    assert decide(replace(poor, along_crop_path=False), "video", "video").decision == "accepted"


SHORT_RETIMED = replace(STRONG, matched_s=5.0, uncut_share=0.0, motion_agreement=0.93, contrast=0.8)


def test_a_short_match_at_another_speed_needs_motion_and_timing_that_agree() -> None:
    """Before a fixed camera anything fits for some seconds, once it may be slowed or reversed."""
    assert decide(SHORT_RETIMED, "video", "video").decision == "accepted"
    for weaker in (
        replace(SHORT_RETIMED, motion_agreement=0.8),
        replace(SHORT_RETIMED, contrast=0.3),
        replace(SHORT_RETIMED, motion_agreement=None, static_agreement=1.0),
    ):
        assert decide(weaker, "video", "video").decision == "same_scene_other_recording"
        for plain in (
            replace(weaker, uncut_share=1.0),
            replace(weaker, matched_s=30.0),
            replace(weaker, sound_kept=True, motion_agreement=weaker.motion_agreement and 0.9),
        ):
            assert decide(plain, "video", "video").decision == "accepted"
