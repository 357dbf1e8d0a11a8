"""Unredacted evidence frames, for whoever may see them: made on demand, never stored.

They are made in the sandbox from the stored preview frames of the item and the clip. A few sheets
stay in memory for a minute, so that a strip is not made again for each of its frames.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.evidence.evidence_sheet import EvidenceSheet
from app.library.library import Library
from app.pipeline.open_sandbox import open_sandbox
from app.report.parse import report_from_json
from app.settings import Settings
from app.store import reports, stored_fingerprints
from app.store.data_folder import Store
from app.store.errors import NotKept
from hashing.message import Message
from hashing.types import Match, PreviewFrames

MAX_CACHED: Final = 4  # sheets, some megabytes each
CACHE_S: Final = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class _CachedSheet:
    sheet: EvidenceSheet
    until: float  # time.monotonic()


class UnredactedEvidence:
    """Makes and caches sheets. Called from several threads; one sheet is made at a time."""

    def __init__(self, store: Store, library: Library, settings: Settings) -> None:
        self._store = store
        self._library = library
        self._settings = settings
        self._cached: OrderedDict[tuple[str, str], _CachedSheet] = OrderedDict()
        self._making = threading.Lock()

    def sheet(self, check: str, clip: str) -> EvidenceSheet:
        """The sheet of one match with faces shown. The caller has checked that they may be seen.

        Raises NotKept where the preview frames are gone or there is no such match, DecodeError,
        ClipUnknown, SandboxError.
        """
        with self._making:
            self._drop_old()
            cached = self._cached.get((check, clip))
            if cached is not None:
                return cached.sheet
            query, match = self._query_and_match(check, clip)
            sheet = self._make(query, self._reference(clip), match)
            self._cached[check, clip] = _CachedSheet(sheet, time.monotonic() + CACHE_S)
            while len(self._cached) > MAX_CACHED:
                self._cached.popitem(last=False)
            forgetting = threading.Timer(CACHE_S, self.drop)
            forgetting.daemon = True
            forgetting.start()
            return sheet

    def sheets(self, check: str, clips: Iterable[str]) -> dict[str, EvidenceSheet]:
        """Sheets by clip id, for a page. Raises as `sheet`."""
        return {clip: self.sheet(check, clip) for clip in clips}

    def drop(self) -> None:
        """Drop sheets older than CACHE_S."""
        with self._making:
            self._drop_old()

    def _drop_old(self) -> None:
        now = time.monotonic()
        for key in [key for key, cached in self._cached.items() if cached.until <= now]:
            del self._cached[key]

    def _query_and_match(self, check: str, clip: str) -> tuple[PreviewFrames, Match]:
        with self._store.reading() as connection:
            stored_item = stored_fingerprints.load(connection, check)
            stored = reports.load_newest(connection, check)
        if stored_item is None or stored_item.fingerprint.preview is None or stored is None:
            raise NotKept(Message("error-preview-frames-gone"))
        matches = report_from_json(stored.report).matches
        match = next((match for match in matches if match.clip.id == clip), None)
        if match is None or not match.segments:
            raise NotKept(Message("error-no-evidence-frames"))
        return stored_item.fingerprint.preview, match.to_match()

    def _reference(self, clip: str) -> PreviewFrames:
        frames = self._library.load(clip).preview
        if frames is None:
            raise NotKept(Message("error-no-preview-frames"))
        return frames

    def _make(self, query: PreviewFrames, reference: PreviewFrames, match: Match) -> EvidenceSheet:
        with open_sandbox(None, self._settings) as sandbox:
            return sandbox.evidence(reference, match, query=query, unblurred=True, strip=True)
