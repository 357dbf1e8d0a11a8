"""The page as a browser lays it out: on paper, and on a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.report.html import render
from tests.app.report.reports_made import full_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from tests.web.desk import running_browser

    with running_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: "Browser", tmp_path: Path) -> Iterator["Page"]:
    file = tmp_path / "report.html"
    file.write_text(render(full_report()), "utf-8")
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(file.as_uri())
    yield page
    page.close()


def test_what_is_folded_away_on_a_screen_is_printed(page: "Page") -> None:
    shown = "document.querySelector('.fields').checkVisibility({contentVisibilityAuto: true})"
    assert page.evaluate(shown) is False
    page.emulate_media(media="print")
    # Chromium lays a page out for another medium a frame later: ask until it has.
    page.wait_for_function(shown)
    box = page.get_by_text("Make").bounding_box()
    assert box is not None
    assert box["height"] > 0


def test_on_paper_a_sheet_of_summary_comes_first_and_pages_are_numbered(
    page: "Page", tmp_path: Path
) -> None:
    page.emulate_media(media="print")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.details')).breakBefore === 'page'"
    )
    rules = page.evaluate("[...document.styleSheets[0].cssRules].map(rule => rule.cssText)")
    paper = next(rule for rule in rules if rule.startswith("@page"))
    assert "counter(page)" in paper  # Chromium keeps margin boxes, or drops what it cannot print
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") == 4


@pytest.mark.parametrize("width", [320, 360, 720, 1200])
def test_nothing_is_wider_than_the_screen(page: "Page", width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
