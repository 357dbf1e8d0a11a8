"""First seen, undecided, and what a verdict says of itself."""

from typing import Any

import pytest

from app.messages.catalogue import render
from app.verdict.dated_copies import earliest_of
from app.verdict.headline import Capabilities, Searched, score_text
from hashing.edit_types import EditType
from hashing.message import Message
from hashing.types import AudioSpan, Span
from tests.app.known import (
    INGESTED,
    clip,
    edit,
    match,
    sound,
    still,
    verdict_on,
    video,
    whole,
)


def joined(messages: Any) -> str:
    return "\n".join(render(message) for message in messages)


# ---- first seen


@pytest.mark.parametrize(
    ("appearances", "date"),
    [
        ([("published", "2019-06-12"), ("archived", "2018"), INGESTED], "2018"),
        ([("published", "2019-06-12"), ("archived", "2019"), INGESTED], "2019-06-12"),
        ([("captured", "2010"), ("published", "2019")], "2019"),
        ([("captured", "2010"), INGESTED], INGESTED[1]),
        (
            [("published", "2019-06-12"), ("archived", "2019-06-12T01:00+14:00")],
            "2019-06-12T01:00+14:00",
        ),
        ([("archived", "2019-06-12"), ("published", "2019-06-12")], "2019-06-12"),
    ],
)
def test_first_seen_is_the_date_that_is_surely_earliest(appearances: Any, date: str) -> None:
    known = clip(*appearances)
    first = verdict_on(video(), (known, whole())).first_seen
    alone = earliest_of(known)

    assert first is not None
    assert first.appearance.date == date
    assert alone == first.appearance


def test_a_tie_goes_to_what_was_published_and_is_reported() -> None:
    verdict = verdict_on(
        video(), (clip(("archived", "2019-06-12"), ("published", "2019-06-12")), whole())
    )

    assert verdict.first_seen is not None
    assert verdict.first_seen.appearance.kind == "published"
    assert "As early as the first date: R000001 (archived, 2019-06-12)" in joined(verdict.reasons)


def test_a_vaguer_date_that_may_be_earlier_is_reported() -> None:
    verdict = verdict_on(
        video(), (clip(("published", "2019-06-12"), ("attested", "2019")), whole())
    )

    assert "Possibly earlier, but less precisely dated: R000001 (attested, 2019)" in joined(
        verdict.reasons
    )


def test_a_later_date_is_not_reported() -> None:
    verdict = verdict_on(video(), (clip(("published", "2019"), ("archived", "2021")), whole()))

    assert "2021" not in joined(verdict.reasons)


def test_the_file_s_own_word_is_reported_as_such() -> None:
    verdict = verdict_on(video(), (clip(("captured", "2010-01-01"), INGESTED), whole()))

    assert "captured on 2010-01-01; a capture date is not used as evidence" in joined(
        verdict.reasons
    )


def test_dates_that_cannot_both_be_right_are_reported() -> None:
    verdict = verdict_on(
        video(), (clip(("captured", "2021-05-01"), ("published", "2019-06-12")), whole())
    )

    assert "disagree: captured on 2021-05-01, yet published by 2019-06-12" in joined(
        verdict.reasons
    )


def test_a_date_that_cannot_be_read_is_reported() -> None:
    verdict = verdict_on(video(), (clip(("published", "soon")), whole()))

    assert "was left out: 'soon' is not a date" in joined(verdict.reasons)
    assert verdict.first_seen is None


def test_first_seen_is_of_the_main_picture_where_anything_shows_it() -> None:
    main = (clip(("published", "2020"), id="R000001"), whole())
    inset = (clip(("published", "2015"), id="R000002"), whole(main_picture=False))

    both = verdict_on(video(), inset, main)
    alone = verdict_on(video(), inset)

    assert both.first_seen is not None
    assert both.first_seen.clip.id == "R000001"
    assert "was known earlier: R000002 (published, 2015)" in joined(both.reasons)
    assert alone.first_seen is not None
    assert alone.first_seen.clip.id == "R000002"
    assert "that of footage beside or inside another picture" in joined(alone.reasons)


@pytest.mark.parametrize("decision", ["weak_match", "same_scene_other_recording", "none"])
def test_what_was_not_accepted_has_no_first_date(decision: Any) -> None:
    verdict = verdict_on(video(), (clip(("published", "2019")), whole(decision=decision)))

    assert verdict.first_seen is None


# ---- undecided


def test_the_kind_is_that_of_the_best_open_match() -> None:
    weak = (clip(id="R000001"), match(decision="weak_match", score=0.3))
    scene = (clip(id="R000002"), match(decision="same_scene_other_recording", score=0.5))
    near = (clip(id="R000003"), match(decision="none", score=0.6))

    verdict = verdict_on(video(), weak, near, scene)

    assert (verdict.relation, verdict.undecided) == ("undecided", "same_scene_other_recording")
    assert [comparison.clip.id for comparison in verdict.comparisons] == [
        "R000002",
        "R000001",
        "R000003",
    ]


def test_an_accepted_match_leaves_nothing_open() -> None:
    copy = (clip(id="R000001"), whole(score=0.8))
    weak = (clip(id="R000002"), whole(decision="weak_match", score=0.9))

    verdict = verdict_on(video(), weak, copy)

    assert (verdict.relation, verdict.undecided) == ("copy", None)


def test_clips_that_rule_each_other_out_are_both_left_open() -> None:
    matches = [(clip(id="R000001"), whole()), (clip(id="R000002"), whole())]

    verdict = verdict_on(video(), *matches, unlike=[("R000001", "R000002")])

    assert (verdict.relation, verdict.undecided) == ("undecided", "conflicting")
    assert not any(comparison.accepted for comparison in verdict.comparisons)
    assert "cannot both be right" in render(verdict.headline)


def test_unlike_clips_for_different_stretches_do_not_rule_each_other_out() -> None:
    matches = [
        (clip(id="R000001"), match((0, 15, 0, 15))),
        (clip(id="R000002"), match((15, 30, 0, 15))),
    ]

    assert verdict_on(video(), *matches, unlike=[("R000001", "R000002")]).relation == "composite"


def test_the_same_bytes_cannot_be_ruled_out() -> None:
    matches = [(clip(id="R000001", sha256="f" * 64), whole()), (clip(id="R000002"), whole())]

    verdict = verdict_on(video(), *matches, unlike=[("R000001", "R000002")])

    assert verdict.relation == "exact"
    assert [comparison.accepted for comparison in verdict.comparisons] == [True, False]


# ---- order


def test_accepted_clips_come_first_then_twenty_near_misses_best_first() -> None:
    near = [
        (clip(id=f"R{number:06}"), match(decision="none", score=0.3 + number / 1000))
        for number in range(30)
    ]
    copies = [(clip(id="R000100"), whole(score=0.7)), (clip(id="R000101"), whole(score=0.8))]

    comparisons = verdict_on(video(), *near, *copies).comparisons

    assert [comparison.clip.id for comparison in comparisons[:3]] == [
        "R000101",
        "R000100",
        "R000029",
    ]
    assert len(comparisons) == 22


def test_a_clip_comes_once() -> None:
    with pytest.raises(ValueError, match="one match a clip"):
        verdict_on(video(), (clip(), whole()), (clip(), whole()))


# ---- words


@pytest.mark.parametrize(
    ("item", "known", "known_match", "words"),
    [
        (video(), clip(sha256="f" * 64), whole(), "Identical to 'Harcourt Road' (same SHA-256)"),
        (video(), clip(), whole(), "Same footage as 'Harcourt Road'"),
        (video(), clip(title=None), whole(), "Same footage as 'R000001.mp4'"),
        (video(), clip(duration_s=90.0), whole(), "Excerpt of 'Harcourt Road'"),
        (still(), clip(), match((0, 0, 12.5, 12.5)), "Frame of 'Harcourt Road' at 0:12.5"),
        (
            video(),
            clip(duration_s=10.0),
            whole(10),
            "Contains 'Harcourt Road' in 0:00.0–0:10.0, and other footage",
        ),
        (
            video(),
            clip(),
            whole(edits=[edit("crop"), edit("mirror")]),
            "Same footage as 'Harcourt Road', cropped and mirrored",
        ),
        (
            video(),
            clip(),
            whole(edits=[edit("recompressed"), edit("text")], audio=sound("muted")),
            "Same footage as 'Harcourt Road', with on-screen text and without its sound",
        ),
        (
            video(),
            clip(),
            whole(
                edits=[
                    edit("crop"),
                    edit("text"),
                    edit("logo"),
                    edit("audio_replaced"),
                    edit("tamper_removed"),
                ],
                audio=sound("replaced", AudioSpan(Span(0, 30), "replaced")),
            ),
            "Same footage as 'Harcourt Road', with something missing from the scene, cropped and 3 "
            "more differences",
        ),
        (
            video(),
            clip(),
            match((5, 18, 0, 13), edits=[edit("crop")]),
            "Same footage as 'Harcourt Road', cropped, in 0:05.0–0:18.0",
        ),
        (
            video(),
            clip(duration_s=None),
            match((0, 30, 0, 0), edits=[edit("frozen")]),
            "Same footage as 'Harcourt Road', shown as a still",
        ),
        (
            video(),
            clip(),
            match((0, 30, 0, 13), edits=[edit("frozen")]),
            "Same footage as 'Harcourt Road', with freeze frames",
        ),
        (
            video(),
            clip(),
            whole(edits=[edit("inset")], main_picture=False),
            "Known footage 'Harcourt Road', shown picture-in-picture",
        ),
        (
            video(),
            clip(),
            whole(edits=[edit("split_screen")]),
            "Known footage 'Harcourt Road', shown in a split screen",
        ),
        (
            video(),
            clip(),
            whole(10, measured_join=True),
            "Footage of 'Harcourt Road' in 0:00.0–0:10.0, joined to other footage",
        ),
        (
            video(),
            clip(),
            whole(decision="weak_match"),
            "Inconclusive: weak signs of 'Harcourt Road'; a person must look",
        ),
        (
            video(),
            clip(),
            match(decision="too_little"),
            "Inconclusive: too little to tell whether this is 'Harcourt Road'",
        ),
        (
            video(),
            clip(),
            match(decision="same_scene_other_recording"),
            "Inconclusive: looks like the scene of 'Harcourt Road' from another camera or at "
            "another time; no copy found",
        ),
        (
            video(),
            clip(),
            match(decision="none", score=0.2),
            "No match among 812 known clips. This does not mean that the footage is genuine",
        ),
    ],
)
def test_the_headline_says_what_was_measured(
    item: Any, known: Any, known_match: Any, words: str
) -> None:
    assert render(verdict_on(item, (known, known_match)).headline) == words


@pytest.mark.parametrize(
    ("score", "words"),
    [(1.0, "1.00"), (0.99999, "0.99"), (0.97, "0.97"), (0.29, "0.29"), (0, "0.00")],
)
def test_no_score_is_reported_as_surer_than_it_is(score: float, words: str) -> None:
    assert score_text(score) == words


def test_joined_clips_are_named_up_to_three() -> None:
    matches = [
        (clip(id=f"R00000{number}", title=f"T{number}"), match((start, start + 6, 0, 6)))
        for number, start in enumerate(range(0, 30, 6))
    ]

    headline = render(verdict_on(video(), *matches).headline)

    assert headline == "Joined from 5 known clips: 'T0', 'T1', 'T2' and 2 more"


def test_none_says_how_much_was_searched_and_what_came_closest() -> None:
    near = [
        (clip(id=f"R00000{number}"), match(decision="none", score=0.1 * number))
        for number in range(5)
    ]
    searched = Searched(812, 3, 41230.5, "2011-02-03", "2026-11-20")

    limits = joined(verdict_on(video(), *near, searched=searched).limits)

    assert "does not mean that the item is genuine" in limits
    assert "812 clips, 11.5 hours of footage, dated 2011-02-03 to 2026-11-20" in limits
    assert "'Harcourt Road' (R000004) at 0.40, 'Harcourt Road' (R000003) at 0.30" in limits
    assert "R000001" not in limits
    assert "3 clips of this library were not searched" in limits
    assert "most often missed" in limits


@pytest.mark.parametrize(
    ("searched", "words"),
    [
        (Searched(0), "has no clip that could be searched"),
        (Searched(1, 0, 90.0), "1 clip, 90 seconds of footage, without dates"),
        (Searched(1, 1), "1 clip of this library was not searched"),
        (
            Searched(1, 5, skipped_clips=("R000002", "R000003", "R000004", "R000005", "R000006")),
            "5 clips of this library (R000002, R000003, R000004 and 2 more) were not searched",
        ),
    ],
)
def test_a_small_library_is_reported_as_it_is(searched: Searched, words: str) -> None:
    assert words in joined(verdict_on(video(), searched=searched).limits)


@pytest.mark.parametrize(
    ("item", "known", "known_match", "words"),
    [
        (video(), clip(INGESTED), whole(), "only date is when the clip was added"),
        (video(), clip(("published", "2019")), whole(), "need not be the first"),
        (video(), clip(), whole(), "No copy with a usable date is known"),
        (
            video(),
            clip(),
            whole(edits=[edit("crop")]),
            "do not say which of the two came first",
        ),
        (video(), clip(duration_s=9.0), whole(9), "may be the fuller original"),
        (video(), clip(), match((5, 30, 0, 25)), "0:00.0–0:05.0 matched nothing in this library"),
        (video(), clip(), whole(main_picture=False), "Nothing is known of the main picture"),
        (
            video(gaps=[Span(12, 30)]),
            clip(),
            whole(12),
            "0:12.0–0:30.0 of the item was not decoded",
        ),
        (video(), clip(), whole(measured_join=True), "Each segment has its own history"),
        (video(), clip(), whole(decision="weak_match"), "compare the frames yourself"),
        (video(), clip(), whole(decision="too_little"), "too little to decide"),
        (
            video(),
            clip(),
            whole(decision="same_scene_other_recording"),
            "it may even support what is claimed",
        ),
    ],
)
def test_the_limits_fit_the_verdict(item: Any, known: Any, known_match: Any, words: str) -> None:
    assert words in joined(verdict_on(item, (known, known_match)).limits)


def test_a_plain_copy_says_nothing_of_differences() -> None:
    limits = joined(verdict_on(video(), (clip(("published", "2019")), whole())).limits)

    assert "came first" not in limits
    assert "matched nothing" not in limits


def test_what_the_run_could_not_notice_is_a_limit() -> None:
    able = Capabilities(
        edit_types=frozenset(EditType) - {EditType.CROP, EditType.MIRROR}, sound=False
    )

    limits = joined(verdict_on(video(), (clip(), whole()), able=able).limits)

    assert "did not look for: Crop and Mirroring" in limits
    assert "The sound was not compared" in limits


def test_everything_looked_for_is_no_limit() -> None:
    assert "did not look for" not in joined(verdict_on(video(), (clip(), whole())).limits)


def test_the_reasons_name_the_stretches_both_ways_and_what_the_match_rests_on() -> None:
    known_match = match((5, 18, 0, 13), score=0.974, reasons=(Message("reason-no-geometry"),))

    verdict = verdict_on(video(), (clip(INGESTED), known_match))

    assert render(verdict.reasons[0]) == (
        "0:05.0–0:18.0 of the item matches 0:00.0–0:13.0 of 'Harcourt Road' (R000001), "
        "score 0.97: no common geometry found"
    )


def test_the_same_bytes_are_reason_enough() -> None:
    verdict = verdict_on(video(), (clip(INGESTED, sha256="f" * 64), whole()))

    assert render(verdict.reasons[0]) == (
        "'Harcourt Road' (R000001) has the same SHA-256: every byte is the same"
    )


def test_no_sentence_calls_anything_authentic_or_fake() -> None:
    item = video()
    verdicts = [
        verdict_on(item, (clip(INGESTED), known_match), date="2022", place="Shanghai")
        for known_match in (
            whole(),
            whole(edits=[edit("tamper_removed")]),
            whole(decision="weak_match"),
            match(decision="none"),
        )
    ]

    for verdict in verdicts:
        text = joined([verdict.headline, *verdict.reasons, *verdict.limits]).lower()
        for word in ("authentic", "fake", "proof", "proves", "original footage", "manipulated"):
            assert word not in text


def test_a_verdict_needs_no_library() -> None:
    verdict = verdict_on(video(), searched=Searched(0))

    assert (verdict.relation, verdict.comparisons, verdict.first_seen) == ("none", (), None)
