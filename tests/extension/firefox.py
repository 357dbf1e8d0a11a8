"""A real Firefox with the extension as it is packed, driven over its own protocol, Marionette.

The browser's window is reached as well as its pages, so the toolbar button, the browser's question
and the sidebar are the real ones.
"""

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

from tests.extension.chromium import wait_for

PREFERENCES = {
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "termsofuse.bypassNotification": True,
    "toolkit.telemetry.enabled": False,
    "trailhead.firstrun.didSeeAboutWelcome": True,
}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # W3C WebDriver's key for an element

# Runs a script in the sidebar's page, which is in a process of its own.
IN_SIDEBAR = """
const [script, done] = [arguments[0], arguments[arguments.length - 1]];
const inner = document.getElementById("sidebar")?.contentDocument
  ?.getElementById("webext-panels-browser");
if (!inner) { done(null); return; }
const manager = inner.messageManager;
manager.addMessageListener("tests:answer", function heard({ data }) {
  manager.removeMessageListener("tests:answer", heard);
  done(data);
});
const asked = `let answer = null;
  try {
    const box = Cu.Sandbox(content, { sandboxPrototype: content, wantXrays: false });
    answer = Cu.evalInSandbox(${JSON.stringify(script)}, box); // the page itself forbids eval
  } catch (error) { answer = null; }
  sendAsyncMessage("tests:answer", typeof answer === "object" ? null : answer);`;
manager.loadFrameScript("data:application/javascript;charset=utf-8," +
  encodeURIComponent(asked), false);
"""


class FirefoxError(Exception):
    """The browser did not do what it was asked to."""


class Firefox:
    def __init__(self, screen: str, profile: Path, port: int) -> None:
        profile.mkdir(parents=True, exist_ok=True)
        wanted = {**PREFERENCES, "marionette.port": port}
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in wanted.items()]
        (profile / "user.js").write_text("\n".join(lines))
        self.process = subprocess.Popen(
            ["firefox-esr", "--marionette", "--remote-allow-system-access", "--no-remote",
             "--profile", str(profile), "--width", "1280", "--height", "900"],
            env={**os.environ, "DISPLAY": screen, "HOME": str(profile)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._number = 0
        self._socket = wait_for(lambda: _connected(port), "Firefox", 60)
        self._rest = b""
        self._read()  # its greeting
        self.ask("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {}}})

    def _read(self) -> Any:
        while b":" not in self._rest:
            self._more()
        length, _, self._rest = self._rest.partition(b":")
        while len(self._rest) < int(length):
            self._more()
        message = self._rest[: int(length)]
        self._rest = self._rest[int(length) :]
        return json.loads(message)

    def _more(self) -> None:
        piece = self._socket.recv(65536)
        if not piece:
            raise FirefoxError("the browser went away")
        self._rest += piece

    def ask(self, name: str, params: dict[str, Any] | None = None) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, name, params or {}]).encode()
        self._socket.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self._read()
        if error:
            raise FirefoxError(f"{name}: {error['error']}: {error['message']}")
        return result.get("value") if isinstance(result, dict) and "value" in result else result

    def install(self, packed: Path) -> str:
        """The extension's id, installed for this session."""
        return str(self.ask("Addon:Install", {"path": str(packed), "temporary": True}))

    def in_window(self, script: str, *arguments: Any) -> Any:
        """Runs a script in the browser's own window; it calls its last argument with the value."""
        self.ask("Marionette:SetContext", {"value": "chrome"})
        try:
            wanted = {"script": script, "args": list(arguments), "sandbox": "system"}
            return self.ask("WebDriver:ExecuteAsyncScript", wanted)
        finally:
            self.ask("Marionette:SetContext", {"value": "content"})

    def press_in_window(self, selector: str) -> None:
        """Presses a part of the browser's window, once it is there and takes presses."""
        script = (
            "const done = arguments[arguments.length - 1];"
            " const part = document.querySelector(arguments[0]);"
            " if (!part?.checkVisibility()) { done(false); return; }"
            " setTimeout(() => { part.click(); done(true); }, 1000);"  # it is deaf for a while
        )
        wait_for(lambda: self.in_window(script, selector), selector)

    def press_toolbar_button(self, extension: str) -> None:
        """A click of the browser's own mouse on the extension's button."""
        self.ask("Marionette:SetContext", {"value": "chrome"})
        try:
            item = f'[data-extensionid="{extension}"]'
            self.press(f"#nav-bar {item} .unified-extensions-item-action-button")
        finally:
            self.ask("Marionette:SetContext", {"value": "content"})

    def press(self, selector: str) -> None:
        wanted = {"using": "css selector", "value": selector}

        def found() -> Any:
            try:
                return self.ask("WebDriver:FindElement", wanted)
            except FirefoxError:
                return None

        element = wait_for(found, selector)
        self.ask("WebDriver:ElementClick", {"id": element[ELEMENT]})

    def run(self, script: str) -> Any:
        return self.ask("WebDriver:ExecuteScript", {"script": f"return {script}", "args": []})

    def wait(self, script: str) -> None:
        wait_for(lambda: self.run(f"Boolean({script})"), script)

    def go(self, address: str) -> None:
        self.ask("WebDriver:Navigate", {"url": address})

    def to_tab(self, address: str) -> None:
        """Makes the tab with this address the one that is asked."""

        def found() -> bool:
            for handle in self.ask("WebDriver:GetWindowHandles"):
                self.ask("WebDriver:SwitchToWindow", {"handle": handle, "focus": True})
                if str(self.ask("WebDriver:GetCurrentURL")).startswith(address):
                    return True
            return False

        wait_for(found, address)

    def in_sidebar(self, script: str) -> Any:
        """The value of an expression in the sidebar's page; null while there is none."""
        return self.in_window(IN_SIDEBAR, script)

    def see_in_sidebar(self, words: str, seconds: float = 20.0) -> str:
        shown = ""

        def asked() -> bool:
            nonlocal shown
            shown = self.in_sidebar("document.body.innerText") or ""
            return words in shown

        try:
            wait_for(asked, words, seconds)
        except AssertionError:
            raise AssertionError(f"never said {words!r}, but:\n{shown}") from None
        return shown

    def close(self) -> None:
        try:
            self.ask("Marionette:Quit", {"flags": ["eForceQuit"]})
        except (FirefoxError, OSError):
            self.process.terminate()
        self._socket.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


def _connected(port: int) -> socket.socket | None:
    try:
        return socket.create_connection(("127.0.0.1", port), timeout=60)
    except OSError:
        return None
