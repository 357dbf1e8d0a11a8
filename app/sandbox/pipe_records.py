"""The dataclasses that may cross the pipe, by name. No other class is ever constructed."""

from dataclasses import is_dataclass
from functools import cache
from importlib import import_module
from typing import Any

# Named, not imported: the parent loads only the modules of the records that arrive.
MODULES: dict[str, tuple[str, ...]] = {
    "hashing.types": (
        "Span",
        "MediaInfo",
        "Part",
        "Descriptors",
        "RegionDescriptors",
        "Timeline",
        "PreviewFrames",
        "AudioFingerprint",
        "Fingerprint",
        "DescribedPart",
        "Segment",
        "Edit",
        "AudioSpan",
        "FrameShare",
        "AudioFinding",
        "Match",
        "Candidate",
        "Limits",
    ),
    "hashing.message": ("Message",),
    "app.metadata.types": ("Credentials", "Metadata"),
    "app.evidence.evidence_sheet": ("Pair", "Thumbnail", "EvidenceSheet", "FramePart", "Redaction"),
}
NAMES = {name: module for module, names in MODULES.items() for name in names}

# Stored fingerprints name records and fields as they were called when they were stored: they are
# read under the present names. Entries stay for as long as a data folder may hold such bytes.
FORMER_NAMES = {"Pictures": "PreviewFrames", "AudioPrint": "AudioFingerprint"}
FORMER_FIELDS = {"Fingerprint": {"frames": "descriptors", "pictures": "preview"}}


def present_name(name: str) -> str:
    """What a record of this name is called now."""
    return FORMER_NAMES.get(name, name)


def present_field(record: str, field: str) -> str:
    """What a field of the record that is now called `record` is called now."""
    return FORMER_FIELDS.get(record, {}).get(field, field)


@cache
def record_class(name: str) -> type[Any]:
    """The frozen dataclass called `name`. Raises KeyError where the table has none."""
    kind = getattr(import_module(NAMES[name]), name)
    if not (isinstance(kind, type) and is_dataclass(kind)):
        raise TypeError(f"{NAMES[name]}.{name} is no dataclass")
    return kind


def record_name(value: object) -> str:
    """The name under which a record crosses. Raises TypeError where the table has none."""
    kind = type(value)
    if NAMES.get(kind.__name__) != kind.__module__:
        raise TypeError(f"{kind.__module__}.{kind.__qualname__} is not in the table of records")
    return kind.__name__
