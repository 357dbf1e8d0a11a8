"""The plain page in a real browser: a file goes in, a verdict comes out, nothing else is asked."""

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from tests.app.access_made import made_key
from tests.app.service_made import MadeService
from tests.app.test_api_served import served

DRIVER = shutil.which("chromedriver")
BROWSER = shutil.which("chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # W3C WebDriver's key for an element

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Browser:
    """One browser window, driven over WebDriver."""

    def __init__(self, port: int, profile: Path) -> None:
        self._root = f"http://127.0.0.1:{port}"
        options = {"binary": BROWSER, "args": [*FLAGS, f"--user-data-dir={profile}"]}
        wanted = {
            "alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        }
        self._session = "/session"
        self._session = f"/session/{self.ask('POST', '', {'capabilities': wanted})['sessionId']}"

    def ask(self, method: str, path: str, content: dict[str, Any] | None = None) -> Any:
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(
            self._root + self._session + path, data, {"content-type": "application/json"}
        )
        request.method = method
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def element(self, selector: str) -> str:
        found = self.ask("POST", "/element", {"using": "css selector", "value": selector})
        return f"/element/{found[ELEMENT]}"

    def run(self, script: str) -> Any:
        return self.ask("POST", "/execute/sync", {"script": script, "args": []})

    def wait(self, script: str, seconds: float = 30.0) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := self.run(f"return {script}"):
                return value
            time.sleep(0.1)
        raise AssertionError(f"never came true: {script}")


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    assert DRIVER is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [DRIVER, f"--port={port}", f"--log-path={tmp_path / 'driver.log'}"],
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        window = Browser(port, tmp_path / "profile")
        yield window
        window.ask("DELETE", "")
    finally:
        process.terminate()
        process.wait(10)


def sign_in(browser: Browser, port: int, settings: Settings) -> None:
    """Give the browser a session's cookie, before the page asks for a key."""
    content = json.dumps(json.dumps({"key": made_key(settings)[1]}))
    browser.ask("POST", "/url", {"url": f"http://127.0.0.1:{port}/v1/health"})
    browser.run(
        "window.signedIn = false; fetch('/v1/session', {method: 'POST', "
        f"headers: {{'content-type': 'application/json'}}, body: {content}}})"
        ".then(answer => { window.signedIn = answer.ok; })"
    )
    browser.wait("window.signedIn")
    browser.ask("POST", "/se/log", {"type": "browser"})  # a bare JSON page has no icon


def test_a_file_is_uploaded_checked_read_and_forgotten(browser: Browser, tmp_path: Path) -> None:
    service = MadeService()
    clip = tmp_path / "<img src=x onerror=alert(1)>.mp4"
    clip.write_bytes(b"some bytes")
    settings = Settings(library=tmp_path / "library")
    with served(settings, service) as port:
        sign_in(browser, port, settings)
        browser.ask("POST", "/url", {"url": f"http://127.0.0.1:{port}/"})
        assert browser.wait("document.querySelector('#health').textContent.includes('0 clips')")
        browser.ask("POST", browser.element("#file") + "/value", {"text": str(clip)})
        browser.ask("POST", browser.element("#claimed_date") + "/value", {"text": "2022-11-27"})
        browser.ask("POST", browser.element("#send") + "/click", {})
        headline = browser.wait("document.querySelector('.headline:not([hidden])')?.textContent")
        assert headline == "No match among 3 clips"
        assert browser.run("return document.querySelector('.check h2').textContent") == clip.name
        assert browser.run("return document.querySelectorAll('img').length") == 0
        name, content, claim = service.seen[0]
        assert (name, content) == (clip.name, b"some bytes")
        assert claim is not None
        address = browser.run("return document.querySelector('a.open').href")
        asked = browser.run("return performance.getEntriesByType('resource').map(e => e.name)")
        assert asked
        assert all(one.startswith(f"http://127.0.0.1:{port}/") for one in asked)
        errors = [e for e in browser.ask("POST", "/se/log", {"type": "browser"})
                  if e["level"] == "SEVERE"]  # fmt: skip
        assert errors == []
        browser.ask("POST", browser.element(".forget") + "/click", {})
        browser.wait("document.querySelector('.check') === null")
        browser.ask("POST", "/url", {"url": address})
        assert "no such check" in browser.run("return document.body.textContent")


def test_the_report_page_is_styled_under_its_own_policy(browser: Browser, tmp_path: Path) -> None:
    service = MadeService()
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"some bytes")
    settings = Settings(library=tmp_path / "library")
    with served(settings, service) as port:
        sign_in(browser, port, settings)
        browser.ask("POST", "/url", {"url": f"http://127.0.0.1:{port}/"})
        browser.ask("POST", browser.element("#file") + "/value", {"text": str(clip)})
        browser.ask("POST", browser.element("#send") + "/click", {})
        address = browser.wait("document.querySelector('a.open:not([hidden])')?.href")
        browser.ask("POST", "/url", {"url": address})
        assert browser.run("return document.querySelector('h1').textContent")
        radius = "getComputedStyle(document.querySelector('.verdict')).borderRadius"
        assert browser.run(f"return {radius}") == "10px"
        for width in (360, 768, 1440):
            browser.ask("POST", "/window/rect", {"width": width, "height": 900})
            page = "document.documentElement"
            assert browser.run(f"return {page}.scrollWidth <= {page}.clientWidth"), width
