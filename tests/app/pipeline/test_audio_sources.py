"""Where audio is known from: what is searched for, what is reported, and whole checks."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.messages import catalogue
from app.pipeline.audio_sources import TracedMatches, add_audio_sources, unexplained
from app.report.from_verdict import report_on
from app.report.html import render
from app.report.terminal import console_for, show
from app.verdict.claim import parse_claim
from app.verdict.headline import KnownSound
from app.verdict.relations import CheckedItem
from app.verdict.verdict import Verdict, judge
from hashing.decide.decision import MIN_UNDECIDED_SCORE
from hashing.edit_types import EditType
from hashing.message import Message, verbatim
from hashing.types import AudioSpan, Edit, MediaInfo, Span
from tests.app.known import SEARCHED, clip, match, sound, video, whole
from tests.app.library.library_made import made_print
from tests.made import make_video
from tests.made import sound as samples

ROOT = Path(__file__).parents[3]
OWN = clip(id="R000001", title="The street")
OTHER = clip(("published", "2019-06-12"), id="R000002", title="The park")
THIRD = clip(id="R000003", title=None)


def known_audio(
    clip: Any, start: float, end: float, there: float, correlation: float = 0.97
) -> KnownSound:
    return KnownSound(clip, Span(start, end), Span(there, there + end - start), correlation)


OTHER_SOUND = verbatim("The sound is not the known clip's")


def said(messages: Iterable[Message]) -> list[str]:
    return [catalogue.render(message) for message in messages]


def ids(messages: Iterable[Message]) -> set[str]:
    return {message.id for message in messages}


def replaced(*spans: AudioSpan) -> Any:
    """A match of the whole item whose sound is another's over some spans."""
    seconds = sum(span.query.length for span in spans)
    edit = Edit(EditType.AUDIO_REPLACED, 0.9, {"seconds": seconds}, OTHER_SOUND)
    return whole(edits=[edit], audio=sound("replaced", *spans))


ALL_OTHER = replaced(AudioSpan(Span(0, 30), "replaced"))


# ---- what is asked


def item(duration_s: float | None = 30.0) -> Any:
    print_ = made_print(1)
    return replace(print_, info=MediaInfo("video", 640, 360, duration_s, audio_codec="aac"))


@pytest.mark.parametrize(
    ("matches", "ranges"),
    [
        pytest.param([whole(audio=sound("kept", AudioSpan(Span(0, 30), "kept")))], [], id="plain"),
        pytest.param([], [(0, 30)], id="nothing found"),
        pytest.param([whole(decision="weak_match")], [(0, 30)], id="nothing accepted"),
        pytest.param([ALL_OTHER], [(0, 30)], id="replaced"),
        pytest.param(
            [whole(audio=sound("kept", AudioSpan(Span(5, 12), "added")))], [(5, 12)], id="added"
        ),
        pytest.param(
            [whole(audio=sound("kept", AudioSpan(Span(5, 8), "replaced")))], [], id="too short"
        ),
        pytest.param(
            [whole(audio=sound("shifted", AudioSpan(Span(0, 30), "shifted", 2.0)))],
            [],
            id="shifted",
        ),
        pytest.param([match((0, 20, 0, 20))], [(20, 30)], id="the rest"),
        pytest.param([match((0, 27, 0, 27))], [], id="a short rest"),
        pytest.param(
            [match((0, 20, 0, 20), audio=sound("kept", AudioSpan(Span(12, 20), "replaced")))],
            [(12, 30)],
            id="both",
        ),
    ],
)
def test_sound_is_looked_for_where_nothing_explains_it(matches: Any, ranges: Any) -> None:
    spans = unexplained(item(), [(OWN, match) for match in matches])
    assert [(span.start, span.end) for span in spans] == ranges


def test_silent_items_stills_and_items_of_no_known_length_are_not_looked_into() -> None:
    assert unexplained(replace(item(), audio=None), []) == ()
    assert unexplained(item(None), []) == ()
    still = replace(item(), info=MediaInfo("still", 640, 360))
    assert unexplained(still, []) == ()


# ---- what is reported


def spans_of(traced: TracedMatches, at: int = 0) -> list[tuple[float, float, str, str | None]]:
    spans = traced.matches[at][1].audio.spans
    return [(span.query.start, span.query.end, span.state, span.clip) for span in spans]


def test_the_clip_that_replaced_sound_is_from_is_named() -> None:
    traced = add_audio_sources([(OWN, ALL_OTHER)], [known_audio(OTHER, 0.3, 29.6, 41.5)])

    (edit,) = traced.matches[0][1].edits
    assert spans_of(traced) == [(0, 30, "replaced", "R000002")]
    assert traced.audio_only == ()
    assert catalogue.render(edit.message) == (
        "The sound is not the known clip's; it is the sound of 'The park' (R000002) from 0:41.2"
    )
    assert edit.measure["sound_clip"] == "R000002"
    assert edit.measure["sound_offset_s"] == pytest.approx(41.2)
    assert edit.measure["sound_correlation"] == 0.97


def test_a_range_is_split_where_only_parts_of_it_are_known() -> None:
    match_ = replaced(AudioSpan(Span(0, 5), "replaced"), AudioSpan(Span(6, 30), "replaced"))
    known = [known_audio(OTHER, 10, 15, 1), known_audio(THIRD, 16, 24, 3)]
    traced = add_audio_sources([(OWN, match_)], known)

    assert spans_of(traced) == [
        (0, 5, "replaced", None),
        (6, 10, "replaced", None),
        (10, 15, "replaced", "R000002"),
        (15, 16, "replaced", None),
        (16, 24, "replaced", "R000003"),
        (24, 30, "replaced", None),
    ]
    assert catalogue.render(traced.matches[0][1].edits[0].message) == (
        "The sound is not the known clip's; it is the sound of 'The park' (R000002) from 0:01.0, "
        "heard at 0:10.0–0:15.0 and 'R000003.mp4' (R000003) from 0:03.0, heard at 0:16.0–0:24.0"
    )
    assert traced.matches[0][1].edits[0].measure["sound_clip"] == "R000003"


def test_a_match_never_names_its_own_clip_as_a_source() -> None:
    traced = add_audio_sources([(OWN, ALL_OTHER)], [known_audio(OWN, 0, 30, 60)])
    assert traced.matches == [(OWN, ALL_OTHER)]


def test_sound_without_its_picture_is_a_near_miss_that_says_so() -> None:
    traced = add_audio_sources([], [known_audio(OTHER, 14, 21, 3)])

    ((known, near),) = traced.matches
    assert known == OTHER
    assert (near.decision, near.found_by, near.main_picture) == ("none", "sound", False)
    assert 0 < near.score < MIN_UNDECIDED_SCORE
    (segment,) = near.segments
    assert (segment.query, segment.reference) == (Span(14, 21), Span(3, 10))
    assert (segment.visible, segment.homography, segment.inliers) == (None, None, None)
    assert said(near.reasons) == [
        "The sound of 0:14.0–0:21.0 matches 0:03.0–0:10.0 of R000002 (correlation 0.97); the "
        "picture does not match there",
        "The same sound under a different picture does not make it the same footage",
    ]


def test_only_what_lies_beside_accepted_matches_is_reported_as_audio_alone() -> None:
    half = match((0, 10, 0, 10), audio=sound("replaced", AudioSpan(Span(0, 10), "replaced")))
    traced = add_audio_sources([(OWN, half)], [known_audio(OTHER, 0, 30, 5)])

    assert spans_of(traced) == [(0, 10, "replaced", "R000002")]
    assert [source.query for source in traced.audio_only] == [Span(10, 30)]
    assert traced.matches[1][1].segments[0].reference == Span(15, 35)


@pytest.mark.parametrize("decision", ["weak_match", "accepted", "none"])
def test_a_clip_whose_picture_was_compared_keeps_its_match(decision: Any) -> None:
    picture_match = match((0, 10, 0, 10), decision=decision, score=0.3)
    traced = add_audio_sources([(OTHER, picture_match)], [known_audio(OTHER, 14, 21, 3)])
    assert traced.matches == [(OTHER, picture_match)]
    assert len(traced.audio_only) == 1


def test_a_clip_that_only_its_sound_matches_is_a_near_miss() -> None:
    nowhere = match(decision="none", score=0.0, reasons=(Message("reason-no-geometry"),))
    traced = add_audio_sources([(OTHER, nowhere)], [known_audio(OTHER, 14, 21, 3)])
    ((_, near),) = traced.matches
    assert near.found_by == "sound"
    assert near.reasons[-1] == Message("reason-no-geometry")


# ---- the verdict


def verdict_on(
    traced: TracedMatches, date: str | None = None, item: CheckedItem | None = None
) -> Verdict:
    claim = parse_claim(date, None)
    return judge(item or video(), traced.matches, claim, SEARCHED, sounds=traced.audio_only)


def test_sound_alone_decides_nothing_and_contradicts_no_claim() -> None:
    verdict = verdict_on(add_audio_sources([], [known_audio(OTHER, 0, 30, 3)]), "2022-11-27")

    assert verdict.relation == "none"
    assert verdict.first_seen is None
    assert verdict.unmatched == (Span(0, 30),)
    assert verdict.date is not None
    assert verdict.date.finding == "not_checkable"
    assert catalogue.render(verdict.headline) == (
        "No match among 812 known clips, but the sound is known. This does not mean that the "
        "footage is genuine"
    )
    why = said(verdict.reasons)
    assert any("matches 0:03.0–0:33.0 of 'The park' (R000002)" in message for message in why)
    limits = ids(verdict.limits)
    assert "limit-sound" in limits
    assert "limit-closest" not in limits


def test_sound_that_is_known_in_part_is_reported_as_such() -> None:
    headline = verdict_on(add_audio_sources([], [known_audio(OTHER, 14, 21, 3)])).headline
    assert "but some of the sound is known" in catalogue.render(headline)


def test_the_limits_speak_of_sound_only_where_it_is_reported() -> None:
    plain = verdict_on(add_audio_sources([(OWN, whole())], []))
    named = verdict_on(add_audio_sources([(OWN, ALL_OTHER)], [known_audio(OTHER, 0, 30, 3)]))
    assert "limit-sound" not in ids(plain.limits)
    assert "limit-sound" in ids(named.limits)
    assert named.relation == "edited"


# ---- what shows it


def shown(traced: TracedMatches) -> tuple[str, str]:
    """In the terminal, and as a page."""
    report = report_on("item.mp4", info=video().info, verdict=verdict_on(traced))
    stream = io.StringIO()
    show(report, console_for(stream))
    return stream.getvalue(), " ".join(render(report, {}).split())


def test_the_terminal_and_the_page_name_the_clip_that_sound_is_from() -> None:
    terminal, page = shown(add_audio_sources([(OWN, ALL_OTHER)], [known_audio(OTHER, 0, 30, 41)]))
    assert "it is the sound of 'The park' (R000002) from 0:41.0" in " ".join(terminal.split())
    assert "- 0:00.0–0:30.0: Different sound, that of R000002" in terminal
    assert "(R000002) from 0:41.0" in page
    assert "0:00.0–0:30.0: Different sound, that of R000002" in page


def test_near_misses_by_sound_alone_are_called_that() -> None:
    terminal, page = shown(add_audio_sources([], [known_audio(OTHER, 14, 21, 3)]))
    assert "R000002 'The park', score 0.09, by its sound alone" in terminal
    assert "score 0.09, by its sound alone" in page


# ---- the line, through the built command


LIBRARY = {"park.mp4": 12, "street.mp4": 11}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """R000001 is the park, seen in 2019, R000002 the street; each has its own talk."""
    folder = tmp_path_factory.mktemp("known")
    for name, seed in LIBRARY.items():
        make_video(folder / name, seed, 14.0, fps=10, sound_kind="talk")
    context = folder / "context.csv"
    context.write_text("file,title,published\npark.mp4,The park,2019-06-12\n")
    out = folder / "library"
    firstseen("library", "add", *(folder / name for name in LIBRARY), "--context", context, at=out)
    return out


def firstseen(*words: object, at: Path) -> str:
    command = [sys.executable, "-m", "app", *map(str, words), "--library", str(at)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=300, check=True
    )
    return done.stdout


def checked(path: Path, library: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(
        firstseen("check", path, "--claimed-date", "2022-11-27", "--json", at=library)
    )
    return report


def test_a_plain_copy_is_not_searched_for_by_sound(library: Path, tmp_path: Path) -> None:
    copy = make_video(tmp_path / "copy.mp4", 12, 14.0, fps=10, crf=30, sound_kind="talk")
    report = checked(copy, library)
    assert report["verdict"]["relation"] == "copy"
    assert report["claim"]["date"]["finding"] == "contradicted"
    assert "sound" not in report["timings_s"]


def test_sound_of_another_known_clip_is_named(library: Path, tmp_path: Path) -> None:
    part = samples("talk", 12, 7.0, 4.0)
    both = np.concatenate([samples("talk", 11, 7.0), 0.4 * part]).astype(np.float32)
    report = checked(make_video(tmp_path / "dubbed.mp4", 11, 14.0, fps=10, samples=both), library)

    (accepted,) = [match for match in report["matches"] if match["accepted"]]
    kept, other = accepted["audio"]["spans"]
    (edit,) = [edit for edit in accepted["edits"] if edit["type"] == "audio_replaced"]
    assert report["verdict"]["relation"] == "edited"
    assert report["timings_s"]["sound"] >= 0
    assert (kept["state"], kept["clip"]) == ("kept", None)
    assert (other["state"], other["clip"]) == ("replaced", "R000001")
    assert edit["measure"]["sound_offset_s"] == pytest.approx(-3.0, abs=0.1)
    assert "it is the sound of 'The park' (R000001) from 0:0" in edit["text"]
    assert report["claim"]["date"]["finding"] == "not_contradicted"  # the street is not dated


def test_known_sound_under_unknown_pictures_stays_none(library: Path, tmp_path: Path) -> None:
    both = np.concatenate([samples("talk", 13, 3.0), samples("talk", 12, 9.0, 4.0)])
    report = checked(make_video(tmp_path / "laid.mp4", 13, 12.0, fps=10, samples=both), library)

    near = report["matches"][0]
    assert report["verdict"]["relation"] == "none"
    assert report["claim"]["date"]["finding"] == "not_checkable"
    assert report["first_seen"] is None
    assert report["unmatched"] == [[0.0, 12.0]]
    assert (near["clip"]["id"], near["accepted"], near["found_by"]) == ("R000001", False, "sound")
    assert near["segments"][0]["query"] == pytest.approx([3.0, 12.0], abs=0.5)
    assert near["segments"][0]["reference"] == pytest.approx([4.0, 13.0], abs=0.5)
    assert near["segments"][0]["homography"] is None
    assert "of 'The park' (R000001)" in report["verdict"]["reasons"][0]


def test_sound_that_is_nowhere_is_not_reported(library: Path, tmp_path: Path) -> None:
    path = make_video(tmp_path / "new.mp4", 15, 8.0, fps=10, sound_kind="talk")
    report = checked(path, library)
    assert report["verdict"]["headline"].startswith("No match among 2 known clips. This does")
    assert all(match["found_by"] == "picture" for match in report["matches"])


def test_two_files_are_compared_without_a_library(tmp_path: Path) -> None:
    query = make_video(tmp_path / "one.mp4", 11, 6.0, fps=10, sound_kind="talk")
    other = make_video(tmp_path / "other.mp4", 13, 6.0, fps=10, samples=samples("talk", 11, 6.0))
    command = [sys.executable, "-m", "app", "compare", str(query), str(other), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert json.loads(done.stdout)["verdict"]["relation"] == "none"
