"""A report without the names of files and pages: for everything that is shown to others. Pure.

A name identifies as the link does that it came of: a page's title begins with an account's name, a
phone writes the minute into a file's name, a messenger the sender. So the item becomes "Item 1" and
clips "Clip 1", "Clip 2", in the order of the matches, in sentences as well. What a person entered
about a clip stays: its title, its place. A title that only repeats the file's name goes with it.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from app.messages.catalogue import text
from app.report.report import Report, ReportedClip, ReportedMatch, ReportedPart
from hashing.message import Message, Param

# A shorter name without an ending ("video", "12") may be any word of a sentence: it is taken for
# the name only in quotation marks, which sentences put around each name.
MIN_NAME_CHARS = 8


def without_names(report: Report) -> Report:
    """The report with the names of files and pages replaced by numbers."""
    labels = _Labels(report)
    item, verdict, claim = report.item, report.verdict, report.claim
    date, place = (claim.date, claim.place) if claim else (None, None)
    return replace(
        report,
        item=replace(item, name=labels.item),
        verdict=verdict
        and replace(
            verdict,
            headline=labels.message(verdict.headline),
            reasons=labels.messages(verdict.reasons),
            limits=labels.messages(verdict.limits),
        ),
        claim=claim
        and replace(
            claim,
            date=date and replace(date, reason=labels.message(date.reason)),
            place=place and replace(place, reason=labels.message(place.reason)),
        ),
        matches=tuple(_match(match, labels) for match in report.matches),
        findings=tuple(
            replace(finding, message=labels.message(finding.message)) for finding in report.findings
        ),
        problems=labels.messages(report.problems),
        parts=tuple(_part(part, labels) for part in report.parts),
    )


def _match(match: ReportedMatch, labels: "_Labels") -> ReportedMatch:
    clip = match.clip
    number = labels.clip(clip.id)
    title = None if _is_file_name(clip) else clip.title
    return replace(
        match,
        clip=replace(clip, name=number, title=title),
        edits=tuple(replace(edit, message=labels.message(edit.message)) for edit in match.edits),
        reasons=labels.messages(match.reasons),
    )


def _part(part: ReportedPart, labels: "_Labels") -> ReportedPart:
    reason = part.reason and labels.message(part.reason)
    return replace(part, label=labels.message(part.label), reason=reason)


def _is_file_name(clip: ReportedClip) -> bool:
    """Whether the title says no more than the file's name."""
    title = (clip.title or "").strip().casefold()
    name = clip.name.strip().casefold()
    return title in ("", name, PurePosixPath(name).stem)


class _Labels:
    """What each withheld name is called instead."""

    def __init__(self, report: Report) -> None:
        self.item = text("item-numbered", number=1)
        self._titles = {
            match.clip.title
            for match in report.matches
            if match.clip.title and not _is_file_name(match.clip)
        }
        self._numbers: dict[str, int] = {}  # by clip id, or by name where no id is known
        self._named: dict[str, list[str]] = {}  # names of clips -> their labels
        for match in report.matches:
            label = self.clip(match.clip.id)
            for name in dict.fromkeys((match.clip.name, match.clip.title)):
                if name and name not in self._titles:
                    self._named.setdefault(name, []).append(label)
        names = {name: labels[0] for name, labels in self._named.items()}
        names.setdefault(report.item.name, self.item)
        longest_first = sorted(names, key=len, reverse=True)
        self._patterns = [(_pattern(name), names[name]) for name in longest_first]

    def clip(self, key: str) -> str:
        """The label of a clip. key: its id; its name where a sentence gives no id."""
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        return text("clip-numbered", number=number)

    def messages(self, messages: Iterable[Message]) -> tuple[Message, ...]:
        return tuple(self.message(message) for message in messages)

    def message(self, message: Message) -> Message:
        """The same sentence without names. A parameter `clip` is always what a clip is called."""
        params = {name: self._param(value) for name, value in message.params.items()}
        called, clip_id = message.params.get("clip"), message.params.get("clip_id")
        if isinstance(called, str) and called not in self._titles:
            params["clip"] = self._called(called, clip_id if isinstance(clip_id, str) else None)
        return replace(message, params=params)

    def _called(self, name: str, clip_id: str | None) -> str:
        if clip_id is not None:
            return self.clip(clip_id)
        labels = self._named.get(name)
        # two clips may have one name: then the sentence names both
        return " / ".join(labels) if labels else self.clip(name)

    def _param(self, value: Param) -> Param:
        if isinstance(value, tuple):
            return tuple(
                self.message(part) if isinstance(part, Message) else self.sentence(part)
                for part in value
            )
        if isinstance(value, Message):
            return self.message(value)
        return self.sentence(value) if isinstance(value, str) else value

    def sentence(self, written: str) -> str:
        """A text that may repeat a name: of a file, or of a report made before there were ids."""
        for pattern, label in self._patterns:
            written = pattern.sub(label.replace("\\", r"\\"), written)
        return written


def _pattern(name: str) -> re.Pattern[str]:
    exact = re.escape(name)
    if len(name) >= MIN_NAME_CHARS or "." in name:
        return re.compile(rf"(?<!\w){exact}(?!\w)")
    return re.compile(rf"^{exact}$|(?<=['\"‘“]){exact}(?=['\"’”])")
