"""What the layout of a frame does to relation, headline and claim: measured shares decide, whatever
the edits are called."""

import pytest

from app.messages.catalogue import render
from app.verdict.verdict import Verdict
from hashing.types import FrameShare, Match, Span
from tests.app.known import clip, edit, verdict_on, video, whole

OLD = ("published", "2011-03-04", "https://example.org/a")
CLAIM = "2024-08-02"


def shown(known: float, other: float, *kinds: str, end: float = 30.0, **rest: object) -> Match:
    """A match over the item's first seconds with these shares of the frame."""
    share = FrameShare(Span(0, end), known, other)
    return whole(
        end,
        edits=[edit(kind) for kind in kinds],
        frame_shares=(share,),
        main_picture=share.is_main,
        **rest,
    )


def verdict(match: Match) -> Verdict:
    return verdict_on(video(), (clip(OLD), match), date=CLAIM)


@pytest.mark.parametrize(
    ("match", "finding"),
    [
        pytest.param(shown(1.0, 0.0), "contradicted", id="plain copy"),
        pytest.param(shown(0.31, 0.05, "blurred_background"), "contradicted", id="vertical repost"),
        pytest.param(shown(0.31, 0.05, "split_screen"), "contradicted", id="the same, misnamed"),
        pytest.param(shown(0.85, 0.1, "inset"), "contradicted", id="re-encoding, misnamed"),
        pytest.param(shown(0.25, 0.0, "screen_recording"), "contradicted", id="page of a phone"),
        pytest.param(shown(0.6, 0.0, "text"), "contradicted", id="meme"),
        pytest.param(shown(0.9, 0.08, "inset_over"), "contradicted", id="reaction in a corner"),
        pytest.param(shown(0.62, 0.38), "contradicted", id="larger part of a split"),
        pytest.param(shown(0.5, 0.5, "split_screen"), "not_checkable", id="even split"),
        pytest.param(shown(0.15, 0.85, "inset"), "not_checkable", id="presenter beside an inset"),
        pytest.param(shown(0.15, 0.85), "not_checkable", id="the same, unnamed"),
    ],
)
def test_measured_shares_decide_what_a_date_says(match: Match, finding: str) -> None:
    date = verdict(match).date
    assert date is not None
    assert date.finding == finding


def test_the_headline_says_how_much_of_the_frame_is_known_and_since_when() -> None:
    judged = verdict(shown(0.3, 0.7))
    assert judged.relation == "edited"
    assert render(judged.headline) == (
        "Contains footage of 'Harcourt Road', known by 2011-03-04 (30 % of the frame), "
        "beside other footage"
    )
    assert judged.date is not None
    assert "30 % of the frame" in render(judged.date.reason)
    assert "2011-03-04" in render(judged.date.reason)


def test_only_the_time_in_which_it_is_the_main_picture_is_contradicted() -> None:
    shares = FrameShare(Span(0, 10), 1.0, 0.0), FrameShare(Span(10, 30), 0.2, 0.8)
    judged = verdict(whole(frame_shares=shares))
    assert judged.date is not None
    assert judged.date.finding == "partly_contradicted"
    assert judged.date.query == (Span(0, 10),)


def test_material_that_videos_share_contradicts_nothing_by_itself() -> None:
    judged = verdict(shown(1.0, 0.0, end=3.0, shared_material=True, measured_join=True))
    assert judged.date is not None
    assert judged.date.finding == "not_checkable"
    assert "2011-03-04" in render(judged.date.reason)
    assert render(judged.headline).startswith("Shares 0:00.0–0:03.0 with")
    assert judged.first_seen is not None  # dated all the same


def test_footage_that_was_joined_is_still_said_to_be_changed() -> None:
    judged = verdict(shown(1.0, 0.0, "crop", "mirror", end=12.0, measured_join=True))
    assert judged.relation == "composite"
    assert render(judged.headline) == (
        "Footage of 'Harcourt Road' in 0:00.0–0:12.0, cropped and mirrored, joined to other footage"
    )


def test_black_is_left_out_and_said_to_be_so() -> None:
    item = video(blank=[Span(25, 30)])
    judged = verdict_on(item, (clip(OLD), whole(25)), date=CLAIM)
    assert judged.date is not None
    assert judged.date.finding == "contradicted"
    assert judged.unmatched == ()
    limits = [render(limit) for limit in judged.limits]
    assert "0:25.0–0:30.0 is black or featureless and cannot be compared with anything" in limits
    assert not any("may be new" in limit for limit in limits)
    assert "in 0:00" not in render(judged.headline)


def test_an_item_with_a_small_part_of_a_clip_is_no_fuller_original() -> None:
    judged = verdict_on(video(), (clip(OLD, duration_s=60.0), whole(10)))
    assert judged.relation == "excerpt"
    assert not any("fuller original" in render(limit) for limit in judged.limits)
