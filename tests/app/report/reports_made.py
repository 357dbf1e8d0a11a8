"""Reports with something in every field, and any report at all."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
from hypothesis import strategies as st

from app.intake.origin import Origin
from app.metadata.types import Credentials, Finding
from app.report.from_verdict import report_on
from app.report.report import Conditions, Report, with_origin
from hashing.edit_types import EditType
from hashing.message import Message, verbatim
from hashing.types import AudioFinding, AudioSpan, Edit, Match, MediaInfo, Segment, Span
from tests.app.known import INGESTED, SEARCHED, clip, match, verdict_on, video

CONDITIONS = Conditions(
    checked_at="2026-11-27T14:03:20Z",
    version="0.1.0",
    commit="c" * 40,
    code_sha256="d" * 64,
    model_sha256="e" * 64,
    claimed_date="2022-11-27",
    claimed_place="Shanghai",
    settings={"max_pixels": 256_000_000, "wall_s": 1800.0, "trust_anchors_sha256": None},
)


def full_report() -> Report:
    known = clip(("published", "2019-06-12", "https://example.org/a"), INGESTED, place="Hong Kong")
    measured: Any = {"kept_area": 0.64, "n": np.int64(3)}
    found = Match(
        score=0.9731234567,
        decision="accepted",
        segments=(
            Segment(
                Span(18.08049, 25),
                Span(15, 22),
                score=0.9,
                speed=1.0,
            ),
            Segment(
                Span(5.0304, 18.08),
                Span(0.16, 11.45),
                score=0.95,
                speed=np.float64(0.868),
                visible=(0.1, 0.1, 0.9, 0.9),
                homography=((-1.0, 0.0, 1.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
                mirrored=np.True_,  # type: ignore[arg-type]
                inliers=np.int64(212),  # type: ignore[arg-type]
            ),
        ),
        edits=(
            Edit(EditType.CROP, 0.98, measured, Message("edit-crop", {"kept": 0.64})),
            Edit(
                EditType.TEXT,
                0.9,
                {"area": 0.1},
                verbatim("Text"),
                Span(6, 9.5),
                (0.0, 0.8, 1.0, 1.0),
            ),
        ),
        audio=AudioFinding(
            "replaced", None, (AudioSpan(Span(5, 18), "replaced", None, "R000009"),)
        ),
    )
    item = video()
    verdict = verdict_on(
        item,
        (known, found),
        (clip(id="R000002"), match(decision="none", score=0.2)),
        date="2022-11-27",
        place="Shanghai",
    )
    return report_on(
        name="clip.mp4",
        sha256=item.sha256,
        bytes=123,
        info=item.info,
        verdict=verdict,
        searched=SEARCHED,
        metadata={"exif": {"Make": "Canon", "GPS": (1, 2.5)}},
        findings=(
            Finding("no_zone", "notice", verbatim("A time without a zone"), {"field": "DateTime"}),
        ),
        credentials=Credentials("none"),
        timings_s={"decode": 0.81234, "total": 2.9},
        method={"firstseen": "0.1.0", "space": "sscd"},
        conditions=CONDITIONS,
    )


# ---- any report

texts = st.text(st.characters(codec=None), max_size=8)
numbers = st.floats() | st.integers(-5, 5).map(float)  # infinite ones and NaN too
seconds = st.floats(0, 1e5)
spans = st.tuples(seconds, seconds).map(lambda ends: Span(min(ends), max(ends)))
boxes = st.tuples(numbers, numbers, numbers, numbers)
rows = st.tuples(numbers, numbers, numbers)
homographies = st.tuples(rows, rows, rows)
audio_states: Any = st.sampled_from(
    ["kept", "replaced", "muted", "shifted", "added", "absent", "not_checked"]
)
plain_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
groups: Any = st.dictionaries(texts, plain_values, max_size=3)
# any message that there is, its parameters included; and texts without an id
messages: Any = st.recursive(
    st.builds(verbatim, texts)
    | st.builds(Message, st.just("share"), st.fixed_dictionaries({"share": numbers}))
    | st.just(Message("edit-grayscale")),
    lambda inner: st.builds(
        Message,
        st.just("edit-crop-sides"),
        st.fixed_dictionaries({"kept": numbers, "sides": st.lists(inner | texts).map(tuple)}),
    ),
    max_leaves=4,
)
segments = st.builds(
    Segment,
    query=spans,
    reference=spans,
    score=numbers,
    speed=st.none() | numbers,
    reversed=st.booleans(),
    visible=st.none() | boxes,
    homography=st.none() | homographies,
    mirrored=st.none() | st.booleans(),
    inliers=st.none() | st.integers(0, 999),
    path=st.lists(st.tuples(seconds, homographies), max_size=2).map(tuple),
)
edits = st.builds(
    Edit,
    type=st.sampled_from(EditType),
    confidence=numbers,
    measure=st.dictionaries(texts, st.integers() | numbers | texts, min_size=1, max_size=3),
    message=messages,
    query=st.none() | spans,
    box=st.none() | boxes,
)
audio_findings = st.builds(
    AudioFinding,
    state=audio_states,
    offset_s=st.none() | numbers,
    spans=st.lists(
        st.builds(AudioSpan, spans, audio_states, st.none() | numbers, st.none() | texts),
        max_size=2,
    ).map(tuple),
)
findings: Any = st.builds(
    Finding,
    code=st.just("a_code"),
    severity=st.sampled_from(["info", "notice", "warning"]),
    message=texts.map(verbatim),
    evidence=groups,
)
credentials: Any = st.just(Credentials("none")) | st.builds(
    Credentials,
    state=st.sampled_from(["trusted", "valid", "invalid", "unreadable"]),
    issuer=st.none() | texts,
    common_name=st.none() | texts,
    signed_at=st.none() | texts,
    generator=st.none() | texts,
    actions=st.lists(groups, max_size=2).map(tuple),
    source_types=st.lists(texts, max_size=2).map(tuple),
    codes=st.lists(texts, max_size=2).map(tuple),
    ingredients=st.integers(0, 9),
    assertions=groups,
    reason=texts.filter(bool),
    signature=st.sampled_from(["valid", "invalid", "not_checked"]),
    content_binding=st.sampled_from(["intact", "changed", "not_checked"]),
    signer_trust=st.sampled_from(["trusted", "not_listed", "refused", "not_checked"]),
    time_stamp=st.sampled_from(["none", "trusted", "not_listed", "invalid"]),
    identity=st.sampled_from(["none", "stated", "trusted", "not_looked_up", "invalid"]),
)
infos = st.builds(
    MediaInfo,
    kind=st.sampled_from(["video", "still"]),
    width=st.integers(1, 9999),
    height=st.integers(1, 9999),
    duration_s=st.none() | numbers,
    frame_rate=st.none() | numbers,
    container=st.none() | texts,
    video_codec=st.none() | texts,
    audio_codec=st.none() | texts,
    hdr=st.sampled_from([None, "pq", "hlg"]),
)
origins = st.builds(
    Origin,
    url=texts,
    final_url=st.none() | texts,
    fetched_at=st.datetimes(datetime(2000, 1, 1), timezones=st.just(UTC)),
    hosts=st.lists(texts, max_size=2).map(tuple),
    videos=st.integers(1, 3),
)
dates = st.sampled_from(["2019", "2019-06-12", "2022-06-14T09:59:59Z", "no date"])
kinds = st.sampled_from(["captured", "published", "archived", "attested", "ingested"])


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Any report: of up to three clips, with numbers and texts that no JSON has."""
    compared = [
        (
            clip(
                *draw(st.lists(st.tuples(kinds, dates, texts, texts, texts), max_size=2)),
                id=f"R{number:06}",
                title=draw(st.none() | texts),
                place=draw(st.none() | texts),
            ),
            Match(
                score=draw(st.floats(0, 1)),
                decision=draw(st.sampled_from(["accepted", "weak_match", "none"])),
                segments=tuple(draw(st.lists(segments, max_size=2))),
                edits=tuple(draw(st.lists(edits, max_size=2))),
                audio=draw(audio_findings),
                main_picture=draw(st.booleans()),
                reasons=tuple(draw(st.lists(messages, max_size=2))),
                found_by=draw(st.sampled_from(["picture", "sound"])),
            ),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    verdict = verdict_on(
        video(draw(st.sampled_from([None, 30.0, 1e5]))),
        *compared,
        date=draw(st.sampled_from([None, "2022-06-15"])),
        place=draw(st.sampled_from([None, "Shanghai"])),
    )
    report = report_on(
        name=draw(texts),
        sha256=draw(st.none() | st.just("a" * 64)),
        bytes=draw(st.none() | st.integers(0)),
        info=draw(st.none() | infos),
        verdict=draw(st.sampled_from([verdict, verdict, None])),
        searched=draw(st.sampled_from([SEARCHED, None])),
        metadata=draw(st.dictionaries(texts, groups, max_size=2)),
        findings=tuple(draw(st.lists(findings, max_size=2))),
        credentials=draw(st.none() | credentials),
        problems=tuple(draw(st.lists(messages | texts, max_size=2))),
        timings_s=draw(st.dictionaries(texts, numbers, max_size=2)),
        method=draw(st.dictionaries(texts, texts, max_size=2)),
    )
    origin = draw(st.none() | origins)
    return report if origin is None else with_origin(report, origin)
