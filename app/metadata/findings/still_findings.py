"""Findings on stills: the embedded thumbnail, stated sizes, screens, compression. Pure."""

from collections.abc import Iterator

from app.metadata.summary import summarise
from app.metadata.types import Finding, Group, Metadata
from hashing.message import Message, Param
from hashing.types import MediaInfo

# correlation, -1..1; 58 untouched photos have 0.70 to 1, 57 of them 0.95; one that was cropped 0.38
THUMBNAIL_UNLIKE = 0.6
ASPECT_TOLERANCE = 0.08  # of a thumbnail's sides, which are rounded to a few pixels
SIZE_TOLERANCE_PX = 16  # encoders pad to whole blocks
LOW_QUALITY = 80

# Phones' and tablets' screens in pixels, upright: makers' published specifications
SCREENS = frozenset(
    [
        (640, 1136), (750, 1334), (828, 1792), (1080, 1920), (1080, 2160), (1080, 2220),
        (1080, 2280), (1080, 2340), (1080, 2400), (1125, 2436), (1170, 2532), (1179, 2556),
        (1206, 2622), (1242, 2208), (1242, 2688), (1284, 2778), (1290, 2796), (1320, 2868),
        (1440, 2560), (1440, 2960), (1440, 3040), (1440, 3088), (1440, 3120), (1440, 3200),
        (720, 1280), (720, 1520), (720, 1560), (720, 1600), (1536, 2048), (1620, 2160),
        (1640, 2360), (1668, 2388), (2048, 2732), (768, 1366), (800, 1280), (900, 1600),
        (1800, 2880), (1600, 2560), (1664, 2560), (2234, 3456), (1964, 3024),
    ]
)  # fmt: skip


def picture_findings(metadata: Metadata, info: MediaInfo | None) -> Iterator[Finding]:
    """Everything to say of a still; nothing for a video."""
    yield from thumbnail(metadata)
    if info is not None and info.kind == "still":
        yield from stated_size(metadata, info)
        yield from screen(metadata, info)
        yield from compression(metadata)


def thumbnail(metadata: Metadata) -> Iterator[Finding]:
    """An embedded thumbnail that shows something else, or another framing."""
    facts = metadata.fields.get("thumbnail", {})
    alike, aspect, other = (facts.get(k) for k in ("correlation", "aspect", "picture_aspect"))
    if not all(isinstance(value, int | float) for value in (alike, aspect, other)):
        return
    assert isinstance(alike, int | float)
    assert isinstance(aspect, int | float)
    assert isinstance(other, int | float)
    if alike < THUMBNAIL_UNLIKE:
        message = Message("finding-thumbnail-differs", {"correlation": alike})
        yield Finding("thumbnail_differs", "warning", message, dict(facts))
        return
    if facts.get("turn_deg") in (90, 270):
        other = 1 / other
    if abs(aspect / other - 1) > ASPECT_TOLERANCE:
        message = Message("finding-thumbnail-proportions", {"thumbnail": aspect, "picture": other})
        yield Finding("thumbnail_proportions", "info", message, dict(facts))


def stated_size(metadata: Metadata, info: MediaInfo) -> Iterator[Finding]:
    """EXIF's own width and height against the decoded picture."""
    exif = metadata.fields.get("exif", {})
    width, height = exif.get("EXIF ExifImageWidth"), exif.get("EXIF ExifImageLength")
    if not isinstance(width, int) or not isinstance(height, int) or min(width, height) < 2:
        return
    stated, real = sorted((width, height)), sorted((info.width, info.height))
    if all(abs(a - b) <= SIZE_TOLERANCE_PX for a, b in zip(stated, real, strict=True)):
        return
    sizes: dict[str, Param] = {
        "stated": f"{width} × {height}",
        "decoded": f"{info.width} × {info.height}",
    }
    message = Message("finding-size-differs", sizes)
    shown: Group = {"stated": [width, height], "decoded": [info.width, info.height]}
    yield Finding("size_differs", "notice", message, shown)


def screen(metadata: Metadata, info: MediaInfo) -> Iterator[Finding]:
    """A PNG (or bare JPEG) the size of a known screen and without a camera."""
    summary = summarise(metadata.fields)
    if summary.make or summary.model:
        return
    if tuple(sorted((info.width, info.height))) not in SCREENS:
        return
    if metadata.fields.get("file", {}).get("format") not in ("png", "jpeg", "webp", "heif"):
        return
    message = Message("finding-screen-size", {"size": f"{info.width} × {info.height}"})
    yield Finding("screen_size", "info", message, {"size": [info.width, info.height]})


def compression(metadata: Metadata) -> Iterator[Finding]:
    """A standard table of low quality, in a JPEG without a camera: typical of services."""
    facts = metadata.fields.get("jpeg", {})
    quality = facts.get("estimated_quality")
    if not isinstance(quality, int) or not facts.get("standard_tables"):
        return
    if quality < LOW_QUALITY and not summarise(metadata.fields).make:
        message = Message("finding-low-quality", {"quality": quality})
        yield Finding("saved_at_low_quality", "info", message, {"quality": quality})
