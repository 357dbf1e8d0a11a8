"""Fetch one link into one file of a given folder.

Each host that is asked sees this machine, and that it asks for this item. `Fetched.origin` lists
those hosts; it belongs in the report.
"""

import secrets
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.fetch import extractor
from app.fetch.download import NotMedia, fetch_direct
from app.fetch.egress_proxy import Proxy, Rules
from app.intake import item as intake
from app.intake.origin import Origin
from app.network.allow_list import AllowList
from app.network.errors import FetchFailed, FetchRefused, LinkError, LinkTooLarge
from app.network.url_parsing import Link, parse_link
from app.progress import OnProgress, quiet
from app.settings import Settings, name_in_environment
from hashing.message import Message

OVERHEAD_BYTES = 64 << 20  # pages, scripts and playlists around a file of the largest size
NAME_CHARS = 120


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file fetched from a link.

    path: in the given folder, under a random name. name: of the item, for people. final_url:
    after redirects; the page's address where the file was on a page. media_type: by content.
    bytes: its size. origin: for the report.
    """

    path: Path
    name: str
    url: str
    final_url: str
    media_type: str
    bytes: int
    origin: Origin


def check_link(url: str, settings: Settings) -> Link:
    """Parse a link and refuse what may not be fetched, before anything is sent.

    Raises FetchRefused where it is no link that may be fetched, or fetching is off.
    """
    try:
        if not settings.fetch:
            raise FetchRefused(
                Message("error-fetch-off", {"setting": name_in_environment("fetch")})
            )
        allow = AllowList.parse(settings.fetch_allow)
        link = parse_link(url, allow.ports)
        if link.address is not None:
            allow.check(link.host, link.port, [link.address])
    except FetchRefused as error:
        error.origin = Origin(url, None, datetime.now(UTC))
        raise
    return link


def fetch(url: str, folder: Path, settings: Settings, on_progress: OnProgress = quiet) -> Fetched:
    """Fetch the file behind a link; blocks until it is there.

    on_progress: called at least every second or so; what it raises cancels the fetch.
    Raises FetchRefused, FetchFailed, LinkTooLarge, IntakeError where the disk is full, and what
    on_progress raises. Then nothing stays in `folder`.
    """
    link = check_link(url, settings)
    allow = AllowList.parse(settings.fetch_allow)
    rules = Rules(
        allow,
        settings.max_bytes + OVERHEAD_BYTES,
        settings.fetch_s,
        ends_at=time.monotonic() + settings.fetch_s,
        min_bytes_per_s=settings.fetch_bytes_per_s,
    )
    at = datetime.now(UTC)
    hosts: dict[str, None] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=folder) as room:
            download = _download(link, rules, Path(room), hosts, settings, on_progress)
            path = download.item.path.rename(folder / secrets.token_hex(16))
    except LinkError as error:
        error.origin = Origin(url, None, at, tuple(hosts))
        raise
    except intake.TooLarge as error:
        large = LinkTooLarge(error.message)
        large.origin = Origin(url, None, at, tuple(hosts))
        raise large from error
    item = download.item
    origin = Origin(url, download.final_url, at, tuple(hosts), download.videos)
    return Fetched(path, item.name, url, download.final_url, item.media_type, item.bytes, origin)


@dataclass(frozen=True, slots=True)
class _Download:
    """videos: how many the page has."""

    item: intake.Item
    final_url: str
    videos: int = 1


def _download(
    link: Link,
    rules: Rules,
    room: Path,
    hosts: dict[str, None],
    settings: Settings,
    on_progress: OnProgress,
) -> _Download:
    with Proxy(rules, hosts=hosts) as proxy:
        direct = fetch_direct(link, proxy, room, settings, on_progress)
    if not isinstance(direct, NotMedia):
        item, final_link = direct
        return _Download(item, final_link.url)
    if not extractor.installed():
        raise FetchFailed(Message("error-fetch-no-extractor", {"problem": direct.reason}))
    video = extractor.fetch_from_page(
        direct.link,
        rules,
        room,
        settings.max_bytes,
        settings.fetch_certificates,
        hosts,
        on_progress,
    )
    try:
        item = intake.from_path(video.path, settings.max_bytes, _item_name(video, direct.link))
    except intake.NotMedia as error:
        raise FetchFailed(
            Message("error-fetch-led-to", {"host": direct.link.host, "problem": error.message})
        ) from error
    return _Download(item, video.page_url or direct.link.url, video.videos)


def _item_name(video: extractor.PageVideo, link: Link) -> str:
    """The page's title, else the link's last part, with the file's suffix."""
    title = (video.title or link.file_name).replace("/", "_")[:NAME_CHARS]
    suffix = video.path.suffix[:8]
    return title if suffix.startswith(".unknown") else f"{title}{suffix}"
