"""`fetch(url, folder, settings)`: one link -> one file in a folder of ours, or an error of ours.

Fetching shows this machine, and that it asks for this item, to each host that is asked;
`Origin.told` says so, and belongs in the report.
"""

import secrets
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.fetch import extractor
from app.fetch.download import Page, fetch_direct
from app.fetch.egress_proxy import Proxy, Rules
from app.intake import item as intake
from app.intake.origin import Origin
from app.network.allow_list import Allow
from app.network.errors import FetchFailed, FetchRefused, LinkError, LinkTooLarge
from app.network.url_parsing import Link, parse_link
from app.progress import OnProgress, quiet
from app.settings import Settings, name_in_environment

OVERHEAD_BYTES = 64 << 20  # pages, scripts and playlists around a file of the largest size
NAME_CHARS = 120


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file that came of a link.

    path: in the folder that was given, under a random name. name: what to call the item.
    final_url: after redirects; the page's own address where a page led to it. media_type: by
    content. origin: for the report.
    """

    path: Path
    name: str
    url: str
    final_url: str
    media_type: str
    bytes: int
    origin: Origin


def checked_link(url: str, settings: Settings) -> Link:
    """The link taken apart, before anything is asked anywhere: for refusing at the door.

    Raises FetchRefused where it is no link that may be fetched, or fetching is off.
    """
    try:
        if not settings.fetch:
            raise FetchRefused(
                f"fetching links is turned off here ({name_in_environment('fetch')}); save the "
                "file and check that"
            )
        allow = Allow.parse(settings.fetch_allow)
        link = parse_link(url, allow.ports)
        if link.address is not None:
            allow.check(link.host, link.port, [link.address])
    except FetchRefused as error:
        error.origin = Origin(url, None, datetime.now(UTC))
        raise
    return link


def fetch(url: str, folder: Path, settings: Settings, on_progress: OnProgress = quiet) -> Fetched:
    """Blocks until the file is there. on_progress is asked often; raising in it cancels.

    Raises FetchRefused, FetchFailed, LinkTooLarge, IntakeError where the disk takes no more, and
    what on_progress raises. Then nothing stays in `folder`.
    """
    link = checked_link(url, settings)
    allow = Allow.parse(settings.fetch_allow)
    rules = Rules(allow, settings.max_bytes + OVERHEAD_BYTES, settings.fetch_s)
    at = datetime.now(UTC)
    hosts: dict[str, None] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=folder) as room:
            came = _came(link, rules, Path(room), hosts, settings, on_progress)
            path = came.item.path.rename(folder / secrets.token_hex(16))
    except LinkError as error:
        error.origin = Origin(url, None, at, tuple(hosts))
        raise
    except intake.TooLarge as error:
        large = LinkTooLarge(str(error))
        large.origin = Origin(url, None, at, tuple(hosts))
        raise large from error
    item = came.item
    origin = Origin(url, came.final_url, at, tuple(hosts), came.videos)
    return Fetched(path, item.name, url, came.final_url, item.media_type, item.bytes, origin)


@dataclass(frozen=True, slots=True)
class _Came:
    item: intake.Item
    final_url: str
    videos: int = 1


def _came(
    link: Link,
    rules: Rules,
    room: Path,
    hosts: dict[str, None],
    settings: Settings,
    on_progress: OnProgress,
) -> _Came:
    with Proxy(rules, hosts=hosts) as proxy:
        direct = fetch_direct(link, proxy, room, settings, on_progress)
    if not isinstance(direct, Page):
        item, last = direct
        return _Came(item, last.url)
    if not extractor.installed():
        raise FetchFailed(f"{direct.why}; {extractor.INSTALL}")
    found = extractor.fetch_from_page(
        direct.link,
        rules,
        room,
        settings.max_bytes,
        settings.fetch_certificates,
        hosts,
        on_progress,
    )
    try:
        item = intake.from_path(found.path, settings.max_bytes, _name(found, direct.link))
    except intake.NotMedia as error:
        raise FetchFailed(f"what this page of {direct.link.host} led to is {error}") from error
    return _Came(item, found.page_url or direct.link.url, found.videos)


def _name(found: extractor.FromPage, link: Link) -> str:
    """The page's title, or the link's last part, with the ending of the file."""
    title = (found.title or link.name).replace("/", "_")[:NAME_CHARS]
    ending = found.path.suffix[:8]
    return title if ending.startswith(".unknown") else f"{title}{ending}"
