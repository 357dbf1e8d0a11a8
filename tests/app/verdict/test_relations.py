"""Truth table of the relations: every pair of them that could be confused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.verdict.relations import blank_spans
from hashing.edit_types import NO_EDITING, EditType
from hashing.types import AudioSpan, Descriptors, Match, Span
from tests.app.known import clip, edit, match, sound, still, verdict_on, video, whole


def shown(**measured: Any) -> Match:
    """All of the item, its one segment with something measured."""
    known_match = whole()
    return replace(known_match, segments=(replace(known_match.segments[0], **measured),))


LONG = clip(duration_s=60.0)  # the item may be a piece of it
SAME = clip(duration_s=30.0)
SHORT = clip(duration_s=10.0)
PHOTO = clip(duration_s=None)
BYTES = clip(sha256="f" * 64)


@pytest.mark.parametrize(
    ("item", "known", "known_match", "expected"),
    [
        # exact, and what it could be taken for
        pytest.param(video(), BYTES, whole(), "exact", id="same bytes"),
        pytest.param(video(), BYTES, whole(decision="none"), "exact", id="same bytes, all black"),
        pytest.param(
            video(), BYTES, whole(edits=[edit("crop")]), "exact", id="bytes overrule estimates"
        ),
        pytest.param(still(), BYTES, match((0, 0, 0, 0)), "exact", id="same photo file"),
        # copy and excerpt
        pytest.param(video(), SAME, whole(), "copy", id="all of it"),
        pytest.param(video(), SAME, match((0.3, 29.8, 0.3, 29.8)), "copy", id="boundary error"),
        pytest.param(video(), clip(duration_s=31.0), whole(), "excerpt", id="a second less"),
        pytest.param(video(), clip(duration_s=30.4), whole(), "copy", id="0.4 s less"),
        pytest.param(video(), LONG, whole(), "excerpt", id="the first half"),
        pytest.param(video(), LONG, match((0, 30, 20, 50)), "excerpt", id="the middle"),
        pytest.param(still(), SAME, match((0, 0, 12, 12)), "excerpt", id="a still of a video"),
        pytest.param(still(), PHOTO, match((0, 0, 0, 0)), "copy", id="photo of photo"),
        pytest.param(
            video(gaps=[Span(12, 30)]), SAME, whole(12.0), "excerpt", id="cut off in the middle"
        ),
        pytest.param(
            video(blank=[Span(0, 2)]), SAME, match((2, 30, 2, 30)), "copy", id="both open in black"
        ),
        pytest.param(
            video(blank=[Span(0, 2)]), LONG, match((2, 30, 2, 30)), "excerpt", id="black, a piece"
        ),
        pytest.param(
            video(32, blank=[Span(0, 2)]), SAME, match((2, 32, 0, 30)), "copy", id="black added"
        ),
        # copy and edited
        pytest.param(video(), SAME, whole(edits=[edit("recompressed")]), "copy", id="quality"),
        pytest.param(video(), LONG, whole(edits=[edit("trim")]), "excerpt", id="trim"),
        pytest.param(video(), SAME, whole(edits=[edit("crop")]), "edited", id="crop"),
        pytest.param(video(), SAME, whole(audio=sound("kept")), "copy", id="sound kept"),
        pytest.param(video(), SAME, whole(audio=sound("absent")), "copy", id="no sound in either"),
        pytest.param(video(), SAME, whole(audio=sound("not_checked")), "copy", id="unchecked"),
        pytest.param(video(), SAME, whole(audio=sound("replaced")), "edited", id="other sound"),
        pytest.param(video(), SAME, whole(audio=sound("muted")), "edited", id="muted"),
        pytest.param(video(), SAME, whole(audio=sound("shifted")), "edited", id="shifted"),
        pytest.param(video(), SAME, whole(audio=sound("added")), "edited", id="added"),
        pytest.param(video(), SAME, shown(mirrored=True), "edited", id="mirrored, no edit told"),
        pytest.param(video(), SAME, shown(reversed=True), "edited", id="reversed, no edit told"),
        pytest.param(video(), SAME, shown(speed=1.19), "edited", id="faster, no edit told"),
        pytest.param(video(), SAME, shown(speed=1.02), "copy", id="a speed within its error"),
        pytest.param(
            video(),
            SAME,
            whole(audio=sound("kept", AudioSpan(Span(3, 9), "muted"))),
            "edited",
            id="muted for a while",
        ),
        pytest.param(video(), LONG, whole(edits=[edit("mirror")]), "edited", id="edited piece"),
        pytest.param(
            video(), SHORT, whole(10, edits=[edit("mirror")]), "edited", id="edited, and more"
        ),
        pytest.param(video(), SAME, whole(edits=[edit("inset")]), "edited", id="inset"),
        pytest.param(
            video(),
            SAME,
            whole(edits=[edit("inset")], main_picture=False),
            "edited",
            id="small inset",
        ),
        pytest.param(video(), SAME, whole(edits=[edit("split_screen")]), "edited", id="split"),
        pytest.param(
            still(), PHOTO, match((0, 0, 0, 0), edits=[edit("text")]), "edited", id="meme"
        ),
        pytest.param(
            still(), SAME, match((0, 0, 9, 9), edits=[edit("crop")]), "edited", id="crop of a frame"
        ),
        # longer, and what it could be taken for
        pytest.param(video(), SHORT, whole(10), "longer", id="the clip and more"),
        pytest.param(video(), SHORT, match((9, 19, 0, 10)), "longer", id="more on both sides"),
        pytest.param(video(), LONG, match((0, 20, 40, 60)), "excerpt", id="overlapping cuts"),
        pytest.param(video(), SHORT, whole(10, edits=[edit("downscaled")]), "longer", id="small"),
        pytest.param(video(), PHOTO, match((9, 12, 0, 0)), "longer", id="the photo is one moment"),
        pytest.param(video(), PHOTO, match((0, 30, 0, 0)), "copy", id="a video of nothing else"),
        pytest.param(video(10.4), SHORT, whole(10), "copy", id="0.4 s more"),
        # composite and longer
        pytest.param(video(), SHORT, whole(10, measured_join=True), "composite", id="joined"),
        pytest.param(
            video(),
            SHORT,
            whole(10, measured_join=True, edits=[edit("crop")]),
            "composite",
            id="joined and cropped",
        ),
        pytest.param(
            video(), SAME, whole(edits=[edit("reordered")]), "edited", id="pieces of one clip"
        ),
        # undecided and none
        pytest.param(video(), SAME, whole(decision="weak_match"), "undecided", id="weak"),
        pytest.param(
            video(),
            SAME,
            whole(decision="same_scene_other_recording", edits=[edit("crop")]),
            "undecided",
            id="another camera",
        ),
        pytest.param(video(), SAME, match(decision="too_little"), "undecided", id="too little"),
        pytest.param(video(), SAME, match(decision="none", score=0.2), "none", id="near miss"),
        pytest.param(video(None), SAME, whole(), "copy", id="length not known"),
    ],
)
def test_the_first_relation_that_holds_is_taken(
    item: Any, known: Any, known_match: Any, expected: str
) -> None:
    verdict = verdict_on(item, (known, known_match))

    assert verdict.relation == expected
    assert verdict.comparisons[0].relation == expected
    assert verdict.matched == (expected not in ("none", "undecided"))


@pytest.mark.parametrize("kind", EditType)
def test_any_edit_outside_quality_and_trim_makes_it_edited(kind: EditType) -> None:
    expected = "copy" if kind in NO_EDITING else "edited"

    assert verdict_on(video(), (SAME, whole(edits=[edit(kind)]))).relation == expected


def numbered(number: int, **rest: Any) -> Any:
    return clip(id=f"R00000{number}", **rest)


FIRST_HALF, SECOND_HALF = match((0, 15, 0, 15)), match((15, 30, 5, 20))


@pytest.mark.parametrize(
    ("matches", "expected"),
    [
        pytest.param([FIRST_HALF, SECOND_HALF], "composite", id="one after the other"),
        pytest.param(
            [match((0, 15.5, 0, 15.5)), match((14.8, 30, 0, 15))], "composite", id="a dissolve"
        ),
        pytest.param(
            [match((0, 18, 0, 18)), match((12, 30, 0, 18))], "excerpt", id="pieces that overlap"
        ),
        pytest.param([whole(), match((5, 12, 0, 7))], "copy", id="one explains all"),
        pytest.param([whole(), whole(main_picture=False)], "copy", id="main and inset"),
        pytest.param(
            [FIRST_HALF, match((15, 30, 0, 15), main_picture=False)],
            "composite",
            id="main, then inset",
        ),
        pytest.param(
            [FIRST_HALF, match((15, 30, 0, 15), decision="weak_match")], "excerpt", id="weak"
        ),
        pytest.param(
            [whole(), match((0, 10, 0, 10), measured_join=True)], "copy", id="a known join"
        ),
        pytest.param(
            [whole(edits=[edit("crop")], score=0.99), whole(score=0.9)], "copy", id="the plainest"
        ),
        pytest.param(
            [whole(edits=[edit("crop")]), match((0, 15, 0, 15))], "edited", id="the most explained"
        ),
        pytest.param(
            [match((0, 10, 0, 10), (20, 30, 20, 30)), match((10, 20, 0, 10))],
            "composite",
            id="cut into another",
        ),
    ],
)
def test_the_item_as_a_whole_is_joined_or_what_it_is_to_the_clip_that_explains_most(
    matches: Any, expected: str
) -> None:
    clips = [numbered(number, duration_s=30.0) for number, _ in enumerate(matches, start=1)]

    assert verdict_on(video(), *zip(clips, matches, strict=True)).relation == expected


def test_both_parts_of_joined_footage_are_composite() -> None:
    verdict = verdict_on(video(), (numbered(1), FIRST_HALF), (numbered(2), SECOND_HALF))

    assert [comparison.relation for comparison in verdict.comparisons] == ["composite", "composite"]


def test_short_clips_of_the_same_time_are_not_joined() -> None:
    matches = (numbered(1), match((0, 0.9, 0, 0.9))), (numbered(2), match((0.1, 1, 0, 0.9)))

    assert verdict_on(video(1), *matches).relation != "composite"


def test_a_still_is_never_joined_in_time() -> None:
    matches = (numbered(1), match((0, 0, 3, 3))), (numbered(2), match((0, 0, 7, 7)))

    assert verdict_on(still(), *matches).relation == "excerpt"


def test_the_same_bytes_come_before_footage_joined_from_others() -> None:
    matches = (BYTES, match(decision="none")), (numbered(2), FIRST_HALF), (numbered(3), SECOND_HALF)
    verdict = verdict_on(video(), *matches)

    assert verdict.relation == "exact"
    assert verdict.comparisons[0].clip == BYTES
    assert verdict.comparisons[0].match.segments[0].query == Span(0, 30)
    assert verdict.unmatched == ()


def test_the_same_bytes_are_sure_and_unedited() -> None:
    uncertain = match((0.1, 30, 0, 29.9), score=0.4, edits=[edit("crop")])
    comparison = verdict_on(video(), (BYTES, uncertain)).comparisons[0]

    assert comparison.match.score == 1.0
    assert comparison.match.edits == ()
    assert comparison.accepted
    assert [segment.reference for segment in comparison.match.segments] == [Span(0, 30)]


@pytest.mark.parametrize(
    ("item", "known", "known_match", "query", "reference"),
    [
        (video(), LONG, whole(), 1.0, 0.5),
        (video(), SAME, match((5, 20, 0, 15)), 0.5, 0.5),
        (video(), SAME, match((0, 10, 0, 10), (5, 15, 0, 10)), 0.5, 1 / 3),  # counted once
        (still(), SAME, match((0, 0, 9, 9)), 1.0, 0.0),
        (still(), PHOTO, match((0, 0, 0, 0)), 1.0, 1.0),
        (video(), PHOTO, match((0, 15, 0, 0)), 0.5, 1.0),
        (video(), SAME, match(decision="none"), 0.0, 0.0),
        (video(None), SAME, match((0, 15, 0, 15)), 1.0, 0.5),
    ],
)
def test_coverage_is_the_share_of_both_durations(
    item: Any, known: Any, known_match: Any, query: float, reference: float
) -> None:
    comparison = verdict_on(item, (known, known_match)).comparisons[0]

    assert comparison.coverage_query == pytest.approx(query)
    assert comparison.coverage_reference == pytest.approx(reference)


@pytest.mark.parametrize(
    ("item", "matches", "left"),
    [
        (video(), [whole()], []),
        (video(), [match((5.03, 30, 0, 25))], [(0, 5.03)]),
        (video(), [match((0.4, 29.6, 0, 29))], []),
        (video(), [], [(0, 30)]),
        (video(), [whole(decision="weak_match")], [(0, 30)]),
        (video(), [FIRST_HALF, match((20, 30, 0, 10))], [(15, 20)]),
        (still(), [], [(0, 0)]),
        (still(), [match((0, 0, 0, 0))], []),
        (video(None), [FIRST_HALF], []),
        (video(), [whole(main_picture=False)], []),
    ],
)
def test_unmatched_is_what_no_accepted_clip_explains(item: Any, matches: Any, left: Any) -> None:
    clips = [numbered(number) for number, _ in enumerate(matches, start=1)]
    verdict = verdict_on(item, *zip(clips, matches, strict=True))

    assert list(verdict.unmatched) == [Span(*ends) for ends in left]


def test_flat_pictures_stand_until_the_next_described_one() -> None:
    n = 4
    frames = Descriptors(
        times=np.array([0.0, 1.0, 2.0, 5.0]),
        vectors=np.zeros((n, 512), np.float16),
        pdq=np.zeros((n, 32), np.uint8),
        pdq_quality=np.zeros(n, np.uint8),
        phash=np.zeros((n, 8), np.uint8),
        flat=np.array([True, True, False, True]),
    )

    assert blank_spans(frames, 7.0) == (Span(0, 2), Span(5, 7))
    assert blank_spans(frames, None) == ()
