"""The browser, the web pages and the service that the tests of the extension share."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import axe_playwright_python
import pytest

from tests.extension.chromium import Browser, Page, display
from tests.extension.running import SAMPLES, Running
from tests.extension.sites import Site, sites
from tests.extension.used import EXTENSION, Used


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("service"))
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def stream() -> bytes:
    """A sample as WebM, which a page may feed to a buffer in one piece."""
    made = io.BytesIO()
    source = SAMPLES / "items" / "skyline-mirrored.mp4"
    with av.open(str(source)) as given, av.open(made, "w", format="webm") as written:
        video = written.add_stream("libvpx", rate=25, options={"deadline": "realtime"})
        video.width, video.height, video.pix_fmt, video.bit_rate = 640, 358, "yuv420p", 3_000_000
        for frame in given.decode(video=0):
            frame.pts = None
            written.mux(video.encode(frame))
        written.mux(video.encode(None))
    return made.getvalue()


@pytest.fixture(scope="session")
def web(stream: bytes) -> Iterator[tuple[Site, str]]:
    with sites(stream) as made:
        yield made


@pytest.fixture(scope="session")
def site(web: tuple[Site, str]) -> Site:
    return web[0]


@pytest.fixture(scope="session")
def elsewhere(web: tuple[Site, str]) -> str:
    """The other host, as http://localhost:PORT."""
    return web[1]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with display() as screen:
        made = Browser(screen, tmp_path_factory.mktemp("profile"))
        try:
            yield made
        finally:
            made.close()


@pytest.fixture(scope="session")
def used(browser: Browser, service: Running) -> Used:
    """The extension, set up for the service by way of its set-up page."""
    made = Used(browser, EXTENSION)
    assert "Connected to firstseen" in made.set_up(service.address, service.key)
    return made


@pytest.fixture
def tab(browser: Browser, site: Site) -> Iterator[Callable[[str], Page]]:
    """Opens a page of the site in front; it is closed after the test."""
    opened: list[Page] = []

    def open_page(name: str) -> Page:
        opened.append(browser.open(f"{site.address}/{name}.html"))
        return opened[-1]

    yield open_page
    for page in opened:
        page.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """A program that looks for faults of accessibility."""
    return Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
