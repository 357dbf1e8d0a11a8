"""The library grows by hand, in a browser: an item becomes a clip, earlier checks are told."""

import re
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, expect

from tests.web.desk import ITEMS, WORK_MS, Desk, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# alerts are asked for each minute, and when one comes back to the window: here, again and again
COMES_BACK = "setInterval(() => document.dispatchEvent(new Event('visibilitychange')), 500)"


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A photo that the library does not know, and the same one as somebody else has it."""
    folder = tmp_path_factory.mktemp("strangers")
    first, other = folder / "found-on-monday.jpg", folder / "older-copy.jpg"
    with Image.open(ITEMS / "unknown.jpg") as photo:
        photo.crop((8, 8, photo.width, photo.height)).save(first, quality=85)
        ImageOps.mirror(photo).save(other, quality=90)
    return first, other


def test_an_item_becomes_known_footage_and_an_older_check_is_reported(
    browser: Browser, desk: Desk, strangers: tuple[Path, Path]
) -> None:
    first, other = strangers
    started = [desk.start(path) for path in strangers]
    for check in started:
        assert desk.wait_until_complete(check)["report"]["verdict"]["relation"] == "none"
    with visit(browser, desk) as one:
        page = one.sign_in()
        page.locator(".rows .row").filter(has_text=other.name).get_by_role("link").first.click()
        expect(page.locator(".meaning")).to_contain_text("says nothing about whether the item is")
        page.get_by_role("button", name="Add to the library").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("What was claimed of it is not copied")
        dialog.get_by_label("Title").fill("A cat that looks up")
        dialog.get_by_label("Date", exact=False).last.fill("2012-05")
        dialog.get_by_label("Publisher").fill("Demo Cat Weekly")
        dialog.get_by_role("button", name="Add", exact=True).click()

        expect(page.get_by_role("heading", name="A cat that looks up")).to_be_visible()
        expect(page.locator(".dates")).to_contain_text("Demo Cat Weekly")
        expect(page.locator(".dates")).to_contain_text("Night desk")
        adds_a_date_and_edits(page)

        badge = page.get_by_role("link", name=re.compile("Alerts"))
        page.evaluate(COMES_BACK)
        expect(badge).to_contain_text(re.compile(r"\d new"), timeout=WORK_MS)
        badge.click()
        alert = page.locator(".rows .row").filter(has_text=first.name)
        expect(alert).to_contain_text("A cat that looks up")
        before = badge.inner_text()
        alert.get_by_role("link", name=re.compile("Read the result")).click()
        expect(page.locator("h1#headline")).to_contain_text("A cat that looks up")
        expect(page.locator(".verdict")).to_contain_text("2012-05")
        expect(badge).not_to_have_text(before)


def adds_a_date_and_edits(page: Page) -> None:
    page.get_by_role("button", name="Add a date").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Kind of date").select_option("archived")
    dialog.get_by_label("Date", exact=True).fill("2013-01-01")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".dates")).to_contain_text("2013-01-01")
    page.get_by_role("button", name="Remove the date 2013-01-01").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator(".dates")).not_to_contain_text("2013-01-01")
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("dialog").get_by_label("Place").fill("Port Emery")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.locator(".clip-top")).to_contain_text("Port Emery")
    page.get_by_text(re.compile(r"changes? of what is known")).click()
    expect(page.locator(".changes")).to_contain_text("added by Night desk")
