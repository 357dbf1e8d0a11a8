"""Unredacted pictures of checks, for who was allowed to see them: made on demand, never stored.

They are made of what was kept of the item and of the clip, in the sandbox. A few sheets stay in
memory for a minute, so that stepping through a strip does not make it anew for each picture.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.evidence.types import EvidenceSheet
from app.library.library import Library
from app.pipeline.open_sandbox import open_sandbox
from app.report.parse import match_of
from app.settings import Settings
from app.store import descriptors, reports
from app.store.data_folder import Store
from app.store.errors import NotKept
from hashing.types import Match, Pictures

HELD: Final = 4  # sheets, some megabytes each
HELD_S: Final = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    sheet: EvidenceSheet
    until: float  # time.monotonic()


class UnredactedEvidence:
    """Called from several threads; one sheet is made at a time."""

    def __init__(self, store: Store, library: Library, settings: Settings) -> None:
        self._store = store
        self._library = library
        self._settings = settings
        self._held: OrderedDict[tuple[str, str], _Made] = OrderedDict()
        self._making = threading.Lock()

    def sheet(self, check: str, clip: str) -> EvidenceSheet:
        """The sheet of one match with faces shown. Whether the caller may see it was asked before.

        Raises NotKept where what it takes is gone or there is no such match, DecodeError,
        ClipUnknown, SandboxError.
        """
        with self._making:
            self._drop_old()
            known = self._held.get((check, clip))
            if known is not None:
                return known.sheet
            query, match = self._item(check, clip)
            sheet = self._made(query, self._reference(clip), match)
            self._held[check, clip] = _Made(sheet, time.monotonic() + HELD_S)
            while len(self._held) > HELD:
                self._held.popitem(last=False)
            forgetting = threading.Timer(HELD_S, self.drop)
            forgetting.daemon = True
            forgetting.start()
            return sheet

    def sheets(self, check: str, clips: Iterable[str]) -> dict[str, EvidenceSheet]:
        """The same for several clips, as a page shows them."""
        return {clip: self.sheet(check, clip) for clip in clips}

    def drop(self) -> None:
        """Forget what is too old to be held."""
        with self._making:
            self._drop_old()

    def _drop_old(self) -> None:
        now = time.monotonic()
        for key in [key for key, made in self._held.items() if made.until <= now]:
            del self._held[key]

    def _item(self, check: str, clip: str) -> tuple[Pictures, Match]:
        with self._store.reading() as connection:
            kept = descriptors.load(connection, check)
            stored = reports.newest(connection, check)
        if kept is None or kept.fingerprint.pictures is None or stored is None:
            raise NotKept("what the pictures are made of is no longer kept")
        found = [one for one in stored.report["matches"] if one["clip"]["id"] == clip]
        if not found or not found[0]["segments"]:
            raise NotKept("this check has no pictures of this clip")
        return kept.fingerprint.pictures, match_of(found[0])

    def _reference(self, clip: str) -> Pictures:
        pictures = self._library.load(clip).pictures
        if pictures is None:
            raise NotKept("no pictures were kept of this clip")
        return pictures

    def _made(self, query: Pictures, reference: Pictures, match: Match) -> EvidenceSheet:
        with open_sandbox(None, self._settings) as sandbox:
            return sandbox.evidence(reference, match, query=query, unblurred=True, strip=True)
