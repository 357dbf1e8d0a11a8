"""A service that needs no library and no decoding: for tests of what stands in front of it."""

from typing import Any

from app.library.errors import ClipUnknown
from app.library.library import Filter
from app.library.records import Appearance, Clip, TextEdit


def report(name: str, **changed: Any) -> dict[str, Any]:
    """The JSON of a check that found nothing."""
    return {
        "schema": "firstseen.report/1",
        "item": {
            "name": name,
            "sha256": "0" * 64,
            "bytes": 10,
            "kind": "video",
            "duration_s": 10.0,
            "width": 320,
            "height": 180,
            "frame_rate": 25.0,
            "container": "mp4",
            "video_codec": "h264",
            "audio_codec": None,
        },
        "verdict": {
            "relation": "none",
            "matched": False,
            "undecided": None,
            "headline": "No match among 3 clips",
            "reasons": [],
            "limits": ["No match says nothing about whether the item is genuine"],
        },
        "claim": None,
        "first_seen": None,
        "unmatched": [[0.0, 10.0]],
        "matches": [],
        "searched": {
            "clips": 3,
            "skipped": 0,
            "seconds": 100.0,
            "earliest": "2011",
            "latest": "2026-11-20",
        },
        "metadata": {"fields": {}, "findings": []},
        "credentials": {"state": "none"},
        "problems": [],
        "timings_s": {"total": 1.0},
        "method": {"firstseen": "0.1.0", "space": "test", "sampling": "default"},
        **changed,
    }


def clip(number: int = 1, name: str = "known.mp4", title: str | None = None) -> Clip:
    return Clip(
        id=f"R{number:06}",
        name=name,
        sha256="1" * 64,
        bytes=10,
        kind="video",
        duration_s=10.0,
        width=320,
        height=180,
        title=title,
        place=None,
        event=None,
        language=None,
        rights=None,
        notes=None,
        space="test",
        sampling="default",
        appearances=(Appearance("ingested", "2026-11-20T10:00:00Z"),),
    )


class MadeService:
    """A library of clips that are only said to be there."""

    def __init__(self) -> None:
        self.held: dict[str, Clip] = {}
        self.newest = 3
        self.closed = False

    def edits(self, clip_id: str) -> list[TextEdit]:
        return []

    def clips(self, wanted: Filter, after: str | None, limit: int) -> list[Clip]:
        return [c for c in self.held.values() if after is None or c.id > after][:limit]

    def clip(self, clip_id: str) -> Clip:
        if clip_id not in self.held:
            raise ClipUnknown(f"the library has no clip {clip_id}")
        return self.held[clip_id]

    def remove(self, clip_id: str) -> None:
        del self.held[self.clip(clip_id).id]

    def library_size(self) -> int:
        return len(self.held)

    def reach(self) -> int:
        return self.newest

    def close(self) -> None:
        self.closed = True
