"""Findings on HDR: which curve a video or photo is coded with. Pure."""

from collections.abc import Iterator

from app.metadata.types import Finding
from hashing.message import Message
from hashing.types import MediaInfo

CURVES = {"hlg": "HLG", "pq": "PQ"}  # ITU-R BT.2100


def hdr_findings(info: MediaInfo | None) -> Iterator[Finding]:
    """That the item is HDR: a fact, which phones of these years write without being asked."""
    if info is None or (info.hdr is None and not info.dolby_vision):
        return
    names = [CURVES[info.hdr]] if info.hdr else []
    names += ["Dolby Vision"] if info.dolby_vision else []
    message = Message("finding-hdr", {"kind": ", ".join(names)})
    yield Finding("hdr", "info", message, {"curve": info.hdr, "dolby_vision": info.dolby_vision})
