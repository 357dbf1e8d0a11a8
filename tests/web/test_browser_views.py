"""Every view, at three widths, in both themes and directions: nothing that axe calls serious."""

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.desk import ITEMS, WORK_MS, Desk, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GRAVE = ("serious", "critical")
DISPLAYS = [
    {"width": 1440, "color_scheme": "light", "dir": "ltr"},
    {"width": 768, "color_scheme": "dark", "dir": "rtl"},
    {"width": 360, "color_scheme": "light", "dir": "rtl"},
]


@pytest.fixture(scope="module")
def skyline(desk: Desk) -> str:
    item = ITEMS / "skyline-mirrored.mp4"
    check: dict[str, Any] = desk.check(
        item, claimed_date="2024-08-02", claimed_place="Harbour City"
    )
    return str(check["id"])


@pytest.fixture(scope="module")
def unread(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("unread") / "no-video.mp4"
    path.write_bytes(b"no video at all " * 50)
    return str(desk.check(path)["id"])


def graves(page: Page) -> list[str]:
    """What axe finds serious or critical. Its script comes by the debugger, past the policy."""
    page.evaluate(AXE)
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"][:4]
    ]


def cut_off(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return max(0, wide)


def small_targets(page: Page) -> list[str]:
    """Controls below 24 × 24 pixels that are not links in a text (WCAG 2.2, 2.5.8)."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, summary, nav a")]
          .filter((one) => one.checkVisibility())
          .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
          .filter(([one, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
          .map(([one, box]) => `${one.outerHTML.slice(0, 120)} ${box.width} × ${box.height}`)"""
    )
    return found


def sound(page: Page, where: str) -> None:
    assert graves(page) == [], where
    assert cut_off(page) == 0, where
    assert small_targets(page) == [], where


def every_way_to_compare_and_every_dialog(page: Page) -> None:
    match = page.locator("article.match")
    for mode in ("Slider", "Flip", "Difference"):
        match.get_by_label(mode).check(force=True)
        sound(page, mode)
    for name in ("Show unredacted", "Add to the library"):
        page.get_by_role("button", name=name).click()
        sound(page, name)
        page.keyboard.press("Escape")


@pytest.mark.parametrize("look", DISPLAYS, ids=lambda look: "-".join(str(v) for v in look.values()))
def test_every_view_can_be_used_by_everybody(
    browser: Browser, desk: Desk, skyline: str, unread: str, look: dict[str, Any]
) -> None:
    shape = {
        "viewport": {"width": look["width"], "height": 900},
        "color_scheme": look["color_scheme"],
    }
    search = f"?dir={look['dir']}"
    with visit(browser, desk, **shape) as one:
        page = one.open(search)
        expect(page.get_by_label("Key", exact=True)).to_be_visible()
        sound(page, "the door")
        page = one.sign_in(search)
        assert page.evaluate("document.documentElement.dir") == look["dir"]
        page.get_by_label("Drop files here").set_input_files(
            [ITEMS / "launch-meme.jpg", ITEMS / "unknown.jpg"]
        )
        expect(page.locator(".rows .row").first).to_be_visible()
        sound(page, "the desk")

        one.at(f"#/checks/{skyline}")
        match = page.locator("article.match")
        expect(match.locator(".stage img").first).to_be_visible(timeout=WORK_MS)
        sound(page, "a check")
        if look in DISPLAYS[:2]:
            every_way_to_compare_and_every_dialog(page)

        for view in (f"#/checks/{unread}", "#/history", "#/library", "#/alerts"):
            one.at(view)
            expect(page.locator("h1")).to_be_visible()
            page.wait_for_load_state("networkidle")
            sound(page, view)
        one.at("#/library")
        page.locator(".rows .row a").first.click()
        expect(page.get_by_role("button", name="Add a date")).to_be_visible()
        expect(page.locator(".matched")).not_to_be_empty()
        sound(page, "a clip")
