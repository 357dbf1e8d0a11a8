"""What terminal and page say of the same values, in the words of the catalogue.

Both renderers call these, so that one finding reads the same wherever it stands.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from app.messages.catalogue import render, text
from app.report.report import Report, ReportedAppearance, ReportedClip, ReportedMatch
from app.verdict.caveats import footage
from app.verdict.headline import score_text
from hashing.types import (
    AudioFinding,
    AudioSpan,
    AudioState,
    Edit,
    MediaInfo,
    Seconds,
    Segment,
    Span,
)

SPEED_TOLERANCE: Final = 0.005  # of the speed; less is rounding of the segment's ends
MIN_NEAR_MISS_SCORE: Final = 0.05  # 0..1; what scores less has nothing to do with the item

type Tone = Literal["known", "against", "unsure", "nothing", "unreadable"]


def slug(value: str) -> str:
    """A value of the report as it stands in the catalogue's ids."""
    return value.replace("_", "-")


# ---- the verdict


def relation(report: Report) -> str:
    """The verdict's badge."""
    return text(f"report-relation-{report.verdict.relation if report.verdict else 'unreadable'}")


def meaning(report: Report) -> str:
    """One sentence or two below the headline."""
    verdict = report.verdict
    if verdict is None:
        return text("report-meaning-unreadable")
    if verdict.relation == "undecided":
        return text(f"report-meaning-{slug(verdict.undecided or 'weak_match')}")
    sentence = text(f"report-meaning-{verdict.relation}")
    if verdict.relation != "none" or report.searched is None:
        return sentence
    searched = text(
        "report-searched-sentence",
        count=report.searched.clips,
        footage=footage(report.searched.seconds),
    )
    return f"{sentence} {searched}"


def tone(report: Report) -> Tone:
    """Which of the page's tones the verdict takes. against: it contradicts the claimed date."""
    verdict, claim = report.verdict, report.claim
    if verdict is None:
        return "unreadable"
    if claim and claim.date and claim.date.finding in ("contradicted", "partly_contradicted"):
        return "against"
    if verdict.relation == "undecided":
        return "unsure"
    return "known" if verdict.matched else "nothing"


def date_finding(finding: str) -> str:
    """What is found of the claimed date."""
    return text(f"report-date-{slug(finding)}")


def appearance_kind(appearance: ReportedAppearance) -> str:
    """How a date is known. A capture date says whose word it is: the file's or a person's."""
    if appearance.kind == "captured" and appearance.stated_by is not None:
        return text(f"report-kind-captured-{appearance.stated_by}")
    if appearance.kind == "captured":
        return text("report-kind-captured")
    return text("appearance-kind", kind=appearance.kind)


def added_by(appearance: ReportedAppearance) -> str | None:
    """Which person added a date; None where firstseen did, or nobody is named."""
    if appearance.stated_by != "person" or not appearance.entered_by:
        return None
    return text("report-added-by", name=appearance.entered_by)


def decision(value: str) -> str:
    """What a person decided."""
    return text(f"report-decision-{slug(value)}")


def item_kind(info: MediaInfo) -> str:
    """A picture, or a video with its length."""
    if info.kind == "still":
        return text("report-still")
    if info.duration_s is None:
        return text("report-video-unknown-length")
    return text("report-video", duration=info.duration_s)


# ---- matches


def near_misses(report: Report) -> tuple[ReportedMatch, ...]:
    """The clips that were not accepted and deserve a look."""
    return tuple(
        match
        for match in report.matches
        if not match.accepted
        and (match.relation == "undecided" or match.score >= MIN_NEAR_MISS_SCORE)
    )


def time_range(span: Span) -> str:
    """A range, or one timestamp; a still is the picture."""
    if span.length:
        return text("range", start=span.start, end=span.end)
    return text("report-at", at=span.start) if span.start else text("report-whole-picture")


def time_ranges(spans: Iterable[Span]) -> str:
    """Ranges of one timeline, as a list."""
    return joined(time_range(span) for span in spans)


def claim_ranges(report: Report) -> tuple[str, ...]:
    """Which ranges the finding about the claimed date is about: of the main part, of the others."""
    date = report.claim.date if report.claim else None
    if date is None:
        return ()
    labels = {part.id: render(part.label) for part in report.parts}
    lines = []
    if _has_length(date.query):
        lines.append(text("report-claim-ranges", ranges=time_ranges(date.query)))
    for of in date.parts:
        label = labels.get(of.part, of.part)
        if _has_length(of.query):
            ranges = time_ranges(of.query)
            lines.append(text("report-claim-ranges-of-part", ranges=ranges, part=label))
        else:
            lines.append(text("report-claim-part", part=label))
    return tuple(lines)


def _has_length(spans: Iterable[Span]) -> bool:
    """Not so for a still, whose one timestamp says nothing."""
    return any(span.length for span in spans)


def joined(parts: Iterable[str]) -> str:
    """Parts of a sentence as a list: "a, b and c"."""
    return text("report-list", parts=tuple(parts))


def is_altered(segment: Segment) -> bool:
    """Whether a segment plays at another speed, backwards or mirrored."""
    return _has_other_speed(segment) or segment.reversed or bool(segment.mirrored)


def _has_other_speed(segment: Segment) -> bool:
    return segment.speed is not None and abs(segment.speed - 1) >= SPEED_TOLERANCE


def speed(segment: Segment) -> str:
    """1×; a dash for what was not measured."""
    if segment.speed is None:
        return "—"
    shown = segment.speed if _has_other_speed(segment) else 1.0
    return text("report-speed-factor", speed=shown)


def direction(segment: Segment) -> list[str]:
    """What else is different about how a segment plays."""
    words = [text("report-reversed")] if segment.reversed else []
    return words + ([text("report-mirrored")] if segment.mirrored else [])


def segment_details(segment: Segment) -> str:
    """What else was measured of a segment; nothing where nothing was."""
    points = [text("report-points", count=segment.inliers)] if segment.inliers else []
    return ", ".join([*direction(segment), *points])


def near_facts(match: ReportedMatch) -> str:
    """How near a near miss is."""
    facts = [text("report-score", score=score_text(match.score))]
    if match.relation == "undecided":
        facts.append(text("report-inconclusive"))
    if match.found_by == "sound":
        facts.append(text("report-by-sound"))
    return ", ".join(facts)


def time_taken(timings_s: Mapping[str, float]) -> str:
    """How long each step took."""
    steps = (
        text("report-step", step=step.replace("_", " "), seconds=seconds)
        for step, seconds in timings_s.items()
    )
    return text("report-time-taken", steps=", ".join(steps))


def sound_lines(audio: AudioFinding, edits: Iterable[Edit] = ()) -> list[str]:
    """The sound of a match: most of it first, then the ranges that differ or are from elsewhere.

    edits: those that stand beside these lines. What one of them says is not said again.
    """
    stated = {edit.type for edit in edits}
    parts = [span for span in audio.spans if span.state != audio.state or span.clip]
    ranges = Counter(span.state for span in parts)
    added = [
        part
        for part in parts
        if part.clip or ranges[part.state] > 1 or f"audio_{part.state}" not in stated
    ]
    if audio.state in ("absent", "not_checked") and not parts:
        return []
    whole = [] if f"audio_{audio.state}" in stated else [_sound(audio.state, audio.offset_s)]
    return [*whole, *(_sound_of_part(part) for part in added)]


def _sound(state: AudioState, offset_s: Seconds | None) -> str:
    if state == "shifted" and offset_s:
        later = offset_s > 0
        name = "report-sound-later" if later else "report-sound-earlier"
        return text(name, seconds=abs(offset_s))
    return text(f"report-sound-{slug(state)}")


def _sound_of_part(part: AudioSpan) -> str:
    sound = _sound(part.state, part.offset_s)
    if part.clip:
        sound = text("report-sound-of", sound=sound, clip=part.clip)
    return text("report-sound-in", range=time_range(part.query), sound=sound)


def clip_title(clip: ReportedClip) -> str:
    """Its title, or its file name, in quotes."""
    return text("clip-quoted", clip=clip.label)
