"""A report that nothing was decoded for."""

from typing import Any


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
