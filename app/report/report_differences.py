"""Two reports on one item: what differs in what they were done with, and in their outcome. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.report.report import Conditions, Report, ReportedMatch
from hashing.message import Message, Param, verbatim

TIME_DIGITS: Final = 3  # of seconds, as a report states times
SCORE_DIGITS: Final = 3  # processors differ in the last digits of a float
HASH_CHARS: Final = 12  # of a hash in a sentence: enough to tell two apart
NOTHING: Final = Message("reproduce-nothing")

type Difference = tuple[Message, Param, Param]  # what, before, after


@dataclass(frozen=True, slots=True)
class Differences:
    """Each a sentence. conditions: of library, program, model, settings and claim."""

    conditions: tuple[Message, ...]
    outcome: tuple[Message, ...]


def differences(before: Report, after: Report) -> Differences:
    """What differs between an earlier report on an item and one made again."""
    return Differences(
        conditions=_sentences(_conditions(before, after)),
        outcome=_sentences(_outcome(before, after)),
    )


def _sentences(found: Iterator[Difference]) -> tuple[Message, ...]:
    return tuple(
        Message("reproduce-difference", {"what": what, "before": before, "after": after})
        for what, before, after in found
        if before != after
    )


def _conditions(before: Report, after: Report) -> Iterator[Difference]:
    searched, again = before.searched, after.searched
    if searched and again:
        yield Message("reproduce-clips"), str(searched.clips), str(again.clips)
        if searched.digest and again.digest:
            yield Message("reproduce-library"), _short(searched.digest), _short(again.digest)
    yield Message("reproduce-space"), *_methods("space", before, after)
    yield Message("reproduce-sampling"), *_methods("sampling", before, after)
    done, repeated = before.conditions, after.conditions
    if done is None or repeated is None:
        yield Message("reproduce-record"), NOTHING, Message("reproduce-there")
        return
    yield Message("reproduce-version"), done.version, repeated.version
    yield Message("reproduce-commit"), _short(done.commit), _short(repeated.commit)
    yield Message("reproduce-code"), _short(done.code_sha256), _short(repeated.code_sha256)
    yield Message("reproduce-model"), _short(done.model_sha256), _short(repeated.model_sha256)
    yield from _settings(done, repeated)


def _methods(name: str, before: Report, after: Report) -> tuple[Param, Param]:
    return before.method.get(name) or NOTHING, after.method.get(name) or NOTHING


def _settings(done: Conditions, repeated: Conditions) -> Iterator[Difference]:
    for name in sorted({*done.settings, *repeated.settings}):
        before, after = done.settings.get(name), repeated.settings.get(name)
        yield Message("report-setting", {"name": name}), _value(before), _value(after)


def _outcome(before: Report, after: Report) -> Iterator[Difference]:
    yield Message("reproduce-relation"), _relation(before), _relation(after)
    yield Message("reproduce-finding"), _finding(before), _finding(after)
    yield Message("reproduce-earliest"), _earliest(before), _earliest(after)
    known = {match.clip.id: match for match in before.accepted}
    again = {match.clip.id: match for match in after.accepted}
    yield Message("reproduce-matches"), _ids(known), _ids(again)
    for clip in sorted(known.keys() & again.keys()):
        was, now = _facts(known[clip]), _facts(again[clip])
        yield Message("reproduce-segments", {"clip": clip}), was[0], now[0]
        yield Message("reproduce-edits", {"clip": clip}), was[1], now[1]
        yield Message("reproduce-score", {"clip": clip}), was[2], now[2]


def _facts(match: ReportedMatch) -> tuple[str, str, str]:
    """Its segments, the types of its edits and its score, each as a text to compare."""
    spans = sorted(
        f"{_time(s.query.start)}-{_time(s.query.end)} = "
        f"{_time(s.reference.start)}-{_time(s.reference.end)}"
        for s in match.segments
    )
    edits = sorted(edit.type.value for edit in match.edits)
    return "; ".join(spans), ", ".join(edits), f"{match.score:.{SCORE_DIGITS}f}"


def _relation(report: Report) -> Param:
    return report.verdict.relation if report.verdict else NOTHING


def _finding(report: Report) -> Param:
    date = report.claim.date if report.claim else None
    return date.finding if date else NOTHING


def _earliest(report: Report) -> Param:
    first = report.first_seen
    return f"{first.appearance.date} ({first.clip})" if first else NOTHING


def _ids(matches: dict[str, ReportedMatch]) -> Param:
    return ", ".join(sorted(matches)) or NOTHING


def _short(digest: str | None) -> Param:
    return f"{digest[:HASH_CHARS]}…" if digest else NOTHING


def _value(value: str | float | None) -> Param:
    return NOTHING if value is None else verbatim(str(value))


def _time(seconds: float) -> str:
    return f"{seconds:.{TIME_DIGITS}f}"
