"""What the service asks of the rest of firstseen: one seam between requests and the work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from app.claim import Claim
from app.clips import Clip
from app.evidence_types import EvidenceSheet
from app.jobs import Progress


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """A finished check: the report's JSON, and the pictures for its page by clip id."""

    report: dict[str, Any]
    sheets: Mapping[str, EvidenceSheet] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Added:
    clip: Clip
    new: bool  # False: the library held these very bytes already


class Service(Protocol):
    """Everything here may take long and may raise FirstseenError; called in threads."""

    def check(self, path: Path, name: str, claim: Claim | None, progress: Progress) -> Checked:
        """Check one file. name: for the report; the path's own name means nothing."""

    def add(self, path: Path, name: str, context: Mapping[str, str], progress: Progress) -> Added:
        """Add one file to the library. context: CONTRACT's columns."""

    def clips(self, after: str | None, limit: int) -> list[Clip]:
        """Clips in the order of their ids, those after one id."""

    def clip(self, clip_id: str) -> Clip:
        """Raises ClipUnknown."""

    def remove(self, clip_id: str) -> None:
        """Raises ClipUnknown."""

    def library_size(self) -> int:
        """How many clips the library holds. Raises LibraryUnusable."""

    def close(self) -> None:
        """Let go of the library."""
