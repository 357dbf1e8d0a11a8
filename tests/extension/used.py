"""The extension in somebody's hands: set-up, toolbar button, context menu, panel."""

import json
import time
from pathlib import Path
from typing import Any

from tests.extension.chromium import Browser, Page, wait_for

EXTENSION = Path(__file__).parents[2] / "extension"
# the question comes over the window, and takes no answer in its first half second
ASKED_S = 1.0


class Used:
    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser = browser
        self.id: str = browser.ask("Extensions.loadUnpacked", path=str(folder))["id"]
        self.root = f"chrome-extension://{self.id}/"
        self.setup = browser.page(
            self.root + "setup/setup.html"
        )  # opened by itself at installation

    def set_up(self, server: str, key: str) -> str:
        """What the set-up page says of a server and a key; the browser's question is allowed."""
        self.browser.ask("Target.activateTarget", targetId=self.setup.target)
        self.setup.wait("document.querySelector('#server').value")
        self.setup.fill("#server", server)
        self.setup.fill("#key", key)
        self.setup.run("document.querySelector('#outcome').replaceChildren()")
        origin = json.dumps(server + "/*")
        known = self.setup.run(f"chrome.permissions.contains({{origins: [{origin}]}})")
        self.setup.run("document.querySelector('#connection .main').click()", gesture=True)
        if not known:
            self.allow()
        self.setup.wait("document.querySelector('.outcome.good, .outcome.bad')")
        return str(self.setup.run("document.querySelector('#outcome').innerText"))

    def allow(self) -> None:
        """Answer the browser's question with "Allow", by real keys."""
        time.sleep(ASKED_S)
        self.browser.key("Tab", "Return")

    def press_button(self, page: Page) -> Page:
        """The toolbar button while this page is in front; gives the panel once it knows of it.

        Until then it shows what it showed before, which may be the same page's list.
        """
        address = page.run("location.href")
        tab = wait_for(lambda: self._only_tab(address), f"a single tab at {address}")
        pressed = page.run("Date.now()")
        self.browser.ask("Extensions.triggerAction", id=self.id, targetId=tab["targetId"])
        panel = self.panel()
        panel.wait(
            "chrome.storage.session.get().then(all => Object.entries(all).some(([key, view]) => "
            f"key.startsWith('view:') && Date.parse(view.ask?.at) >= {pressed}))"
        )
        return panel

    def _only_tab(self, address: str) -> dict[str, Any] | None:
        """None while a closed tab of this address is still listed: it can no longer be read."""
        there = [t for t in self.browser.targets("tab") if t["url"] == address]
        return there[0] if len(there) == 1 else None

    def panel(self) -> Page:
        page = self.browser.page(self.root + "panel/panel.html")
        page.ask("Runtime.enable")  # so that a failing test can show what it told its console
        return page

    def panel_is_open(self) -> bool:
        return any(t["url"].startswith(self.root + "panel") for t in self.browser.targets("page"))

    def choose_in_menu(self, page: Page, selector: str, above_last: int) -> None:
        """Right-click an element and choose our entry, which stands so far above the last one."""
        self.browser.click(*page.place(selector), button=3)
        time.sleep(0.5)
        self.browser.key(*["Up"] * (above_last + 1), "Return")

    def stop_worker(self) -> None:
        """As the browser does whenever it likes."""
        workers = self.browser.targets("service_worker")
        for target in workers:
            if target["url"].startswith(self.root):
                self.browser.ask("Target.closeTarget", targetId=target["targetId"])
        wait_for(lambda: not self.worker_runs(), "the worker to stop")

    def worker_runs(self) -> bool:
        return any(t["url"].startswith(self.root) for t in self.browser.targets("service_worker"))
