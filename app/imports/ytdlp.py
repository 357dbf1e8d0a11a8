"""A folder of yt-dlp: NAME.info.json beside the media file NAME.EXTENSION.

Fields as yt-dlp documents them for output templates and `--write-info-json`. `timestamp` and
`upload_date` are a site's word on when its page was published, so they count only where a site's
own extractor read a page whose address is known; the extractor `generic` takes them from anywhere.
`epoch` is the clock of whoever saved the file: it is noted, and dates nothing. Headers and cookies,
which an info.json may hold, are not read.
"""

from pathlib import Path
from typing import Any

from app.dates import DateNotUnderstoodError, parse_date
from app.imports.statements import (
    ImportEntry,
    ImportUnreadable,
    PassedOver,
    file_inside,
    instant,
    notes_of,
    plain_text,
    public_address,
    read_json,
)
from app.library.context_csv import Context
from app.library.records import Appearance
from hashing.message import Message

SUFFIX = ".info.json"
MAX_INFO_BYTES = 16 * 2**20
ENTERED_BY = "yt-dlp"
# yt-dlp's extractors that are of no site: they take what any page states
NO_SITE = (
    *("generic", "html5", "html5mediaembed", "quotedhtml", "viewsource", "commonmistakes"),
    *("unicodebom", "knowndrm", "knownpiracy", "rtmp", "mms"),
)
# what yt-dlp writes beside the media file
TEXT_SUFFIXES = {".json", ".description", ".vtt", ".srt", ".ass", ".lrc", ".txt", ".xml"}
THUMBNAIL_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
LINK_SUFFIXES = {".url", ".webloc", ".desktop", ".html"}
UNFINISHED_SUFFIXES = {".part", ".ytdl", ".temp"}
OTHER_SUFFIXES = TEXT_SUFFIXES | THUMBNAIL_SUFFIXES | LINK_SUFFIXES | UNFINISHED_SUFFIXES


def read_folder(folder: Path) -> tuple[tuple[ImportEntry, ...], tuple[PassedOver, ...]]:
    """Every media file of a folder and those below it that an info.json describes."""
    entries: list[ImportEntry] = []
    passed_over: list[PassedOver] = []
    for sidecar in sorted(folder.rglob("*" + SUFFIX)):
        name = str(sidecar.relative_to(folder))
        if file_inside(folder, name) is None:
            passed_over.append(PassedOver(name, Message("import-outside")))
            continue
        try:
            info = read_json(sidecar, MAX_INFO_BYTES)
        except ImportUnreadable as error:
            passed_over.append(PassedOver(name, error.message))
            continue
        if info.get("_type") in ("playlist", "multi_video"):
            continue  # a list of videos, each with an info.json of its own
        media = _media_beside(folder, sidecar, info.get("ext"))
        if media is None:
            passed_over.append(PassedOver(name, Message("import-no-media")))
            continue
        context, left_out = context_of(info)
        entries.append(ImportEntry(media, context, left_out))
    return tuple(entries), tuple(passed_over)


def _media_beside(folder: Path, sidecar: Path, extension: object) -> Path | None:
    stem = sidecar.name.removesuffix(SUFFIX)
    beside = [
        path
        for path in sorted(sidecar.parent.iterdir())
        if path.stem == stem and path.suffix.lower() not in OTHER_SUFFIXES
    ]
    beside.sort(key=lambda path: path.suffix != f".{extension}")
    return next(
        (path for path in beside if file_inside(folder, str(path.relative_to(folder)))), None
    )


def context_of(info: dict[str, Any]) -> tuple[Context, tuple[Message, ...]]:
    """What an info.json states of its media file, and what of it is not taken."""
    left_out: list[Message] = []
    address = public_address(info.get("webpage_url"), left_out)
    uploader = plain_text(info.get("uploader")) or plain_text(info.get("channel"))
    published = instant(info.get("timestamp"), "timestamp", left_out) or _day(
        info.get("upload_date"), left_out
    )
    if published is not None and (address is None or not _is_of_a_site(info)):
        left_out.append(Message("import-date-not-by-site", {"date": published}))
        published = None
    saved = instant(info.get("epoch"), "epoch", left_out)
    appearances = (
        (Appearance("published", published, address, uploader, ENTERED_BY),) if published else ()
    )
    notes = notes_of(
        [
            ("import-note-page", address if published is None else None),
            ("import-note-uploader", uploader if published is None else None),
            ("import-note-saved", saved),
        ]
    )
    context = Context(title=plain_text(info.get("title")), notes=notes, appearances=appearances)
    return context, tuple(left_out)


def _is_of_a_site(info: dict[str, Any]) -> bool:
    """Whether a site's own extractor read the page: neither of its two names is of no site."""
    stated = [plain_text(info.get(field)) for field in ("extractor_key", "extractor")]
    names = [name.casefold().partition(":")[0] for name in stated if name]
    return bool(names) and not any(name in NO_SITE for name in names)


def _day(value: object, left_out: list[Message]) -> str | None:
    """YYYYMMDD as a day of ISO 8601."""
    if not isinstance(value, str) or not value:
        return None
    text = f"{value[:4]}-{value[4:6]}-{value[6:]}"
    try:
        day = parse_date(text)
    except DateNotUnderstoodError:
        left_out.append(Message("import-date-impossible", {"field": "upload_date"}))
        return None
    seconds = day.latest.timestamp() - 1
    return text if instant(seconds, "upload_date", left_out) else None
