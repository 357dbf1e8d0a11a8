"""The real service with a small library, and a browser in front of it, as a person has them."""

import asyncio
import json
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from app.api.app import create_app
from app.jobs.recheck_schedule import RecheckSchedule
from app.library.context_csv import read_context
from app.library.library import Library
from app.pipeline.add_clip import add_clip
from app.settings import Settings
from tests.app.api.access_made import made_key

SAMPLES = Path(__file__).parents[2] / "samples"
ITEMS = SAMPLES / "items"
MADE_CLIPS = (
    "launch.jpg",
    "skyline.mp4",
)  # the fewest that give a copy, an edit and a contradiction
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WORK_MS = 90_000  # for a check on a machine that is busy with others
LOOK_MS = 15_000  # for what the page alone has to do
VIEWPORT = {"width": 1280, "height": 900}


class Desk:
    """A running service, and keys for it."""

    def __init__(self, settings: Settings, port: int) -> None:
        self.settings = settings
        self.port = port
        self.address = f"http://127.0.0.1:{port}/"
        self.key = made_key(settings, name="Night desk")[1]

    def check(self, path: Path, **claim: str) -> Any:
        """The complete check of a file. One that was checked against this very library before, with
        the same claim, is not checked again.
        """
        return self.wait_until_complete(self.start(path, **claim))

    def start(self, path: Path, **claim: str) -> Any:
        boundary = "firstseen-tests"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
            for name, text in claim.items()
        ]
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
            f'filename="{path.name}"\r\n\r\n'
        )
        content = "".join(parts).encode() + head.encode() + path.read_bytes()
        content += f"\r\n--{boundary}--\r\n".encode()
        kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
        return self.ask("POST", "/v1/checks", content, kind)

    def wait_until_complete(self, check: Any) -> Any:
        """The check once nothing of it changes any more."""
        deadline = time.monotonic() + WORK_MS / 1000
        while check["state"] in ("queued", "running") or check["pictures"] == "pending":
            assert time.monotonic() < deadline, check
            time.sleep(0.1)
            check = self.ask("GET", f"/v1/checks/{check['id']}")
        return check

    def ask(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", content)
        request.method = method
        for name, value in {**headers, "authorization": f"Bearer {self.key}"}.items():
            request.add_header(name, value)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def running_desk(folder: Path) -> Iterator[Desk]:
    """The service as `firstseen serve` runs it, but that a grown library is looked at soon."""
    settings = Settings(library=folder / "library", workers=2, requests_per_minute=0)
    fill(settings)
    with pytest.MonkeyPatch.context() as patched, socket.socket() as listening:
        patched.setattr("app.api.resources.RecheckSchedule", partial(RecheckSchedule, quiet_s=0.2))
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(settings), log_level="warning", lifespan="on", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the service did not start"
                time.sleep(0.05)
            yield Desk(settings, listening.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(30)


def fill(settings: Settings) -> None:
    """Put the samples into the library, with their context."""
    table = read_context(SAMPLES / "context.csv")
    library = Library.open(settings.library, create=True)
    try:
        for name in MADE_CLIPS:
            path = SAMPLES / "library" / name
            add_clip(path, library, settings, table.context_for(path), name=name)
    finally:
        library.close()


@contextmanager
def running_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS])
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One person at the page, and what the browser complained about meanwhile."""

    def __init__(self, browser: Browser, desk: Desk, **context: Any) -> None:
        self.desk = desk
        self.context: BrowserContext = browser.new_context(
            viewport=context.pop("viewport", VIEWPORT), reduced_motion="reduce", **context
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(LOOK_MS)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)
        # listened to from the start: taking choosers over is not done at once
        self.page.on("filechooser", lambda _: None)
        self.asked: set[str] = set()
        self.page.on("request", lambda request: self.asked.add(request.url))

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def open(self, search: str = "") -> Page:
        self.page.goto(f"{self.desk.address}{search}")
        return self.page

    def sign_in(self, search: str = "") -> Page:
        page = self.open(search)
        page.get_by_label("Key", exact=True).fill(self.desk.key)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("link", name="History")).to_be_visible()
        return page

    def at(self, hash_: str) -> Page:
        """The view of an address, once it has its content."""
        self.page.evaluate("(hash) => { location.hash = hash; }", hash_)
        expect(self.page.locator("main")).not_to_contain_text("Loading")
        return self.page

    def close(self) -> None:
        self.context.close()


@contextmanager
def visit(browser: Browser, desk: Desk, **context: Any) -> Iterator[Visit]:
    """A visit during which the page threw nothing and asked nobody else for anything."""
    one = Visit(browser, desk, **context)
    try:
        yield one
        assert one.complaints == []
        strangers = {u for u in one.asked if not u.startswith((one.desk.address, "data:"))}
        assert strangers == set()
    finally:
        one.close()
