"""A match out of a stored report is the match that went in, as far as pictures need it."""

import json
from dataclasses import replace

from app.report.parse import match_of
from app.report.report import Report, to_json
from hashing.edit_types import EditType
from hashing.message import verbatim
from hashing.types import Edit, Match, Segment, Span
from tests.app.known import clip, verdict_on, video

HOMOGRAPHY = ((-1.25, 0.0, 1.125), (0.0, 1.25, -0.125), (0.0, 0.0, 1.0))
EYE = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
BOX = (0.1, 0.2, 0.8, 0.9)


def through_json(match: Match) -> Match:
    verdict = verdict_on(video(), (clip(), match))
    text = json.dumps(to_json(Report("a.mp4", verdict=verdict)))
    return match_of(json.loads(text)["matches"][0])


def test_segments_and_edits_come_back() -> None:
    segments = (
        Segment(Span(0.0, 4.5), Span(2.0, 6.5), 0.9, 1.0, False, BOX, HOMOGRAPHY, True, 50),
        Segment(Span(5.0, 6.0), Span(1.0, 2.0), 0.8, 1.0, reversed=True),
    )
    segments += (replace(segments[0], query=Span(6.0, 8.0), path=((6.0, HOMOGRAPHY), (8.0, EYE))),)
    edits = (
        Edit(
            EditType.TEXT,
            0.9,
            {"area": 0.1, "kind": "caption"},
            verbatim("Text"),
            Span(0.5, 1.5),
            BOX,
        ),
    )
    given = Match(0.97, "accepted", segments, edits)
    back = through_json(given)
    assert back.segments == segments
    assert back.edits == edits
    assert (back.score, back.decision) == (0.97, "accepted")


def test_what_was_not_accepted_stays_so() -> None:
    weak = Match(0.4, "weak_match", (Segment(Span(0.0, 4.0), Span(0.0, 4.0), 0.4),))
    assert not through_json(weak).accepted


def test_numbers_that_json_cannot_hold_leave_no_alignment() -> None:
    broken = ((float("nan"), 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    one = Segment(Span(0.0, 4.0), Span(0.0, 4.0), 0.9, homography=broken)
    assert through_json(Match(0.9, "accepted", (one,))).segments[0].homography is None
