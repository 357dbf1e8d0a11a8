"""Stands in for the pipeline where the command line is what is tested."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.library.library import Library
from app.library.records import Addition, Clip, FileFacts
from app.report.from_verdict import report_on
from app.report.report import Report
from hashing.errors import DecodeError
from hashing.message import verbatim
from hashing.types import Match
from tests.app.known import SEARCHED, clip, verdict_on, video, whole
from tests.app.library.library_made import made_print


@dataclass(frozen=True)
class MadeChecked:
    report: Report
    sheets: dict[str, Any] = field(default_factory=dict)


class MadeLine:
    """Remembers what it was asked, and answers as told. A name that ends in .txt is no media."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.matches: list[tuple[Clip, Match]] = []
        self.error: Exception | None = None

    def check_item(
        self, path: Path, claim: Any, library: Library, settings: Any, on_progress: Any
    ) -> Report:
        return self.check(path, claim, library, settings, on_progress, with_sheets=False).report

    def check(
        self,
        path: Path,
        claim: Any,
        library: Library,
        settings: Any,
        on_progress: Any,
        name: str | None = None,
        *,
        with_sheets: bool = True,
        redaction: Any = None,
    ) -> MadeChecked:
        self.calls.append({"check": path, "claim": claim, "pictures": with_sheets})
        self.redaction = redaction
        on_progress("decode", 0.5)
        self._refuse(path)
        item = video()
        verdict = verdict_on(
            item,
            *self.matches,
            date=claim.date.text if claim and claim.date else None,
            place=claim.place if claim else None,
        )
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        return MadeChecked(report_on(path.name, digest, len(data), item.info, verdict, SEARCHED))

    def compare_files(self, a: Path, b: Path, settings: Any, on_progress: Any) -> Report:
        self.calls.append({"compare": (a, b)})
        self._refuse(a)
        verdict = verdict_on(video(), (clip(title=b.name), whole()))
        return report_on(a.name, "f" * 64, 3, video().info, verdict, SEARCHED)

    def add_clip(
        self,
        path: Path,
        library: Library,
        settings: Any,
        context: Any,
        *,
        quick: bool,
        correct: bool,
        on_progress: Any,
        before_storing: Callable[[], None],
    ) -> Addition:
        self.calls.append({"add": path, "quick": quick})
        self._refuse(path)
        data = path.read_bytes()
        facts = FileFacts(path.name, hashlib.sha256(data).hexdigest(), len(data))
        before_storing()
        known = library.find_by_sha256(facts.sha256)
        if known is not None:
            return library.add_context(known.id, context, correct=correct)
        return library.add(made_print(len(data)), facts, context)

    def clips_to_refresh(self, library: Library, settings: Any) -> list[Clip]:
        return library.clips(other_space_than="present")

    def refresh_clip(self, clip: Clip, library: Library, settings: Any, on_progress: Any) -> None:
        self.calls.append({"refresh": clip.id})
        if clip.name == "lost.mp4":
            raise DecodeError(verbatim("no pictures of it are kept"))
        library.replace_fingerprint(clip.id, made_print(1, space="present"))

    def _refuse(self, path: Path) -> None:
        if self.error is not None:
            raise self.error
        if path.suffix == ".txt":
            raise DecodeError(verbatim("no picture in it"))
