"""`fetch(url, folder, settings)`: one link -> one file in a folder of ours, or an error of ours.

Fetching shows this machine, and that it asks for this item, to each host that is asked;
`Origin.told` says so, and belongs in the report.
"""

import secrets
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app import intake
from app.fetch import pages
from app.fetch.allow import Allow
from app.fetch.direct import Page, fetch_direct
from app.fetch.errors import FetchFailed, FetchRefused
from app.fetch.links import Link, parse_link
from app.fetch.proxy import Proxy, Rules
from app.origin import Origin
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
    if not settings.fetch:
        raise FetchRefused(
            f"fetching links is turned off here ({name_in_environment('fetch')}); save the file "
            "and check that"
        )
    allow = Allow.parse(settings.fetch_allow)
    link = parse_link(url, allow.ports)
    if link.address is not None:
        allow.check(link.host, link.port, [link.address])
    return link


def fetch(url: str, folder: Path, settings: Settings, on_progress: OnProgress = quiet) -> Fetched:
    """Blocks until the file is there. on_progress is asked often; raising in it cancels.

    Raises FetchRefused, FetchFailed, TooLarge, NotMedia, IntakeError where the disk takes no more,
    and what on_progress raises. Then nothing stays in `folder`.
    """
    link = checked_link(url, settings)
    allow = Allow.parse(settings.fetch_allow)
    rules = Rules(allow, settings.max_bytes + OVERHEAD_BYTES, settings.fetch_s)
    at = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=folder) as room:
        with Proxy(rules) as proxy:
            came = fetch_direct(link, proxy, Path(room), settings, on_progress)
        hosts = tuple(proxy.hosts)
        if isinstance(came, Page):
            return _of_page(url, came, rules, hosts, at, Path(room), folder, settings, on_progress)
        item, last = came
        return _fetched(item, item.name, url, last.url, Origin(url, last.url, at, hosts), folder)


def _of_page(
    url: str,
    page: Page,
    rules: Rules,
    hosts: tuple[str, ...],
    at: datetime,
    room: Path,
    folder: Path,
    settings: Settings,
    on_progress: OnProgress,
) -> Fetched:
    if not pages.installed():
        raise FetchFailed(f"{page.why}; {pages.INSTALL}")
    found = pages.fetch_from_page(
        page.link, rules, room, settings.max_bytes, settings.fetch_certificates, on_progress
    )
    name = _name(found, page.link)
    item = intake.from_path(found.path, settings.max_bytes, name)
    final = found.page_url or page.link.url
    origin = Origin(url, final, at, tuple(dict.fromkeys((*hosts, *found.hosts))), found.videos)
    return _fetched(item, name, url, final, origin, folder)


def _fetched(
    item: intake.Item, name: str, url: str, final_url: str, origin: Origin, folder: Path
) -> Fetched:
    path = item.path.rename(folder / secrets.token_hex(16))
    return Fetched(path, name, url, final_url, item.media_type, item.bytes, origin)


def _name(found: pages.FromPage, link: Link) -> str:
    """The page's title, or the link's last part, with the ending of the file."""
    title = (found.title or link.name).replace("/", "_")[:NAME_CHARS]
    return f"{title}{found.path.suffix[:8]}"
