"""A real Chromium with the extension as it is shipped, driven through the browser's own protocol.

The protocol runs over a pipe, since only there may extensions be loaded and their toolbar button be
pressed. What the protocol cannot press (context menus, the browser's questions) gets real keys and
clicks from xdotool, on a display of its own.
"""

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 1280, 900
MARGIN = 8  # what the browser leaves around a page beside its panel
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--test-type",  # no bar that warns of --no-sandbox
    "--remote-debugging-pipe",
    "--enable-unsafe-extension-debugging",
    f"--window-size={WIDTH},{HEIGHT}",
    "--window-position=0,0",
)


class ProtocolError(Exception):
    """The browser did not do what it was asked to."""


def wait_for[T](asked: Callable[[], T], what: str, seconds: float = 20.0) -> T:
    """The first true value of `asked`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := asked():
            return value
        time.sleep(0.05)
    raise AssertionError(f"never came: {what}")


@contextmanager
def display() -> Iterator[str]:
    """The name of an X display that nothing else draws on."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        process.terminate()
        process.wait(10)


class Browser:
    """The whole browser. Answers are matched to requests; events are let go."""

    def __init__(self, screen: str, profile: Path, *more: str) -> None:
        self.screen = screen
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        os.set_inheritable(to_read, True)
        os.set_inheritable(to_write, True)
        # the browser reads at 3 and writes at 4
        shell = f'exec 3<&{to_read} 4>&{to_write}; exec chromium "$@"'
        self.process = subprocess.Popen(
            [
                "bash",
                "-c",
                shell,
                "bash",
                *FLAGS,
                f"--user-data-dir={profile}",
                *more,
                "about:blank",
            ],
            close_fds=False,
            env={**os.environ, "DISPLAY": screen},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self.said: list[Any] = []  # on consoles of pages that were asked to tell
        self._answers: dict[int, dict[str, Any]] = {}
        self._came = threading.Condition()
        self._number = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        rest = b""
        while piece := os.read(self._read, 1 << 20):
            *whole, rest = (rest + piece).split(b"\0")
            for text in whole:
                message = json.loads(text)
                if message.get("method") == "Runtime.consoleAPICalled":
                    self.said.append([one.get("value") for one in message["params"]["args"]])
                if "id" in message:
                    with self._came:
                        self._answers[message["id"]] = message
                        self._came.notify_all()

    def ask(self, method: str, session: str | None = None, **params: Any) -> Any:
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data) :]
        with self._came:
            if not self._came.wait_for(lambda: number in self._answers, 60):
                raise ProtocolError(f"{method}: no answer")
            answer = self._answers.pop(number)
        if "error" in answer:
            raise ProtocolError(f"{method}: {answer['error']}")
        return answer["result"]

    def targets(self, kind: str | None = None) -> list[dict[str, Any]]:
        """kind: as the protocol calls it; "tab" is not listed unless it is asked for."""
        wanted = [{"type": kind}] if kind else []
        filters: dict[str, Any] = {"filter": wanted} if wanted else {}
        found: list[dict[str, Any]] = self.ask("Target.getTargets", **filters)["targetInfos"]
        return found

    def page(self, address: str) -> "Page":
        """The page whose address starts like this, once it is there."""
        target = wait_for(
            lambda: next((t for t in self.targets("page") if t["url"].startswith(address)), None),
            address,
        )
        return Page(self, target["targetId"])

    def open(self, address: str) -> "Page":
        """A new tab in front, loaded."""
        page = Page(self, self.ask("Target.createTarget", url=address)["targetId"])
        page.wait("document.readyState === 'complete' && location.href !== 'about:blank'")
        return page

    def key(self, *keys: str) -> None:
        """Real keys, to whatever has the focus on the display."""
        subprocess.run(
            ["xdotool", "key", "--delay", "60", *keys],
            env={**os.environ, "DISPLAY": self.screen},
            check=True,
        )

    def click(self, x: float, y: float, button: int = 1) -> None:
        """A real click at a place on the display."""
        place = ["mousemove", str(round(x)), str(round(y))]
        subprocess.run(
            ["xdotool", *place, "sleep", "0.1", "click", str(button)],
            env={**os.environ, "DISPLAY": self.screen},
            check=True,
        )

    def close(self) -> None:
        try:
            self.ask("Browser.close")
            self.process.wait(10)
        except (ProtocolError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait(10)
        os.close(self._write)


class Page:
    """A page of any kind: a tab's, the panel, the worker."""

    def __init__(self, browser: Browser, target: str) -> None:
        self.browser = browser
        self.target = target
        attached = browser.ask("Target.attachToTarget", targetId=target, flatten=True)
        self.session: str = attached["sessionId"]

    def ask(self, method: str, **params: Any) -> Any:
        return self.browser.ask(method, self.session, **params)

    def run(self, script: str, gesture: bool = False) -> Any:
        """The value of an expression, awaited. gesture: as if it came of a click."""
        answer = self.ask(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=gesture,
        )
        if "exceptionDetails" in answer:
            raise ProtocolError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, script: str, seconds: float = 20.0) -> Any:
        """The first true value of an expression, which may fail while the page loads."""
        found = f"Promise.resolve({script}).then(v => v instanceof Node ? true : v)"

        def asked() -> Any:
            try:
                return self.run(found)
            except ProtocolError:
                return None

        try:
            return wait_for(asked, script, seconds)
        except AssertionError as error:
            raise AssertionError(self._instead(str(error))) from None

    def text(self) -> str:
        return str(self.run("document.body.innerText"))

    def see(self, words: str, seconds: float = 20.0) -> str:
        """Waits for words on the page; gives all of its text."""
        try:
            self.wait(f"document.body.innerText.includes({json.dumps(words)})", seconds)
        except AssertionError:
            raise AssertionError(self._instead(f"never said {words!r}")) from None
        return self.text()

    def _instead(self, missed: str) -> str:
        return f"{missed}, but:\n{self.text()}\nconsoles: {self.browser.said[-5:]}"

    def press(self, words: str, seconds: float = 20.0) -> None:
        """Presses the button or the summary with these words, as a click of a person."""
        find = (
            "[...document.querySelectorAll('button, summary, a.button')].find("
            "b => b.checkVisibility() && !b.disabled"
            f" && b.innerText.trim() === {json.dumps(words)})"
        )
        self.wait(f"Boolean({find})", seconds)
        self.run(f"{find}.click()", gesture=True)

    def fill(self, selector: str, text: str) -> None:
        self.run(
            f"(() => {{ const f = document.querySelector({json.dumps(selector)});"
            f" f.value = {json.dumps(text)}; f.dispatchEvent(new Event('input')); }})()"
        )

    def place(self, selector: str) -> tuple[float, float]:
        """The middle of an element, on the display."""
        script = (
            f"(() => {{ const b = document.querySelector({json.dumps(selector)})"
            ".getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2, screenX,"
            " screenY + outerHeight - innerHeight]; })()"
        )
        x, y, left, top = self.run(script)
        return x + left + MARGIN, y + top - MARGIN

    def close(self) -> None:
        self.browser.ask("Target.closeTarget", targetId=self.target)
        wait_for(
            lambda: all(t["targetId"] != self.target for t in self.browser.targets("page")),
            "the page to close",
        )
