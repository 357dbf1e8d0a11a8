"""What the page does when something goes wrong, and that nothing which a person did is lost."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.desk import ITEMS, WORK_MS, Desk, Visit, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MEME = ITEMS / "launch-meme.jpg"
CHECKS = re.compile(r"/v1/checks$")


@pytest.fixture
def unreadable(tmp_path: Path) -> Path:
    """No picture; and a name that would be markup, and would turn the line around."""
    path = tmp_path / "<img src=x onerror=alert(1)>\u202egpj.mp4"
    path.write_bytes(b"nothing that anyone could see " * 40)
    return path


def hand_in(page: Page, path: Path, **claim: str) -> None:
    page.get_by_label("Drop files here").set_input_files(path)
    if "date" in claim:
        page.get_by_label("Claimed date", exact=False).first.fill(claim["date"])
    page.get_by_role("button", name="Check", exact=True).click()


def on_uploads(one: Visit, *answers: object) -> None:
    """What becomes of uploads, one after the other: a status, "gone", or "real"."""
    waiting = list(answers)

    def answer(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        what = waiting.pop(0) if waiting else "real"
        if what == "gone":
            route.abort("connectionreset")
        elif what == "real":
            route.fallback()
        else:
            detail = f'{{"detail": "the service says why", "status": {what}}}'
            kind = "application/problem+json"
            headers = {"Retry-After": "2", "Content-Type": kind}
            route.fulfill(status=int(str(what)), headers=headers, body=detail)

    one.page.route(CHECKS, answer)


def test_a_service_that_goes_in_mid_upload_is_tried_again(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as one:
        page = one.sign_in()
        on_uploads(one, "gone")
        hand_in(page, MEME)
        row = page.locator(".rows .row").filter(has_text="The check was not started")
        expect(row).to_contain_text("The service cannot be reached")
        expect(page.locator("#assertive")).to_contain_text("could not be sent")
        row.get_by_role("button", name="Try again").click()
        again = page.locator(".rows .row").first
        expect(again).to_contain_text("with on-screen text", timeout=WORK_MS)


def test_a_full_queue_is_waited_for(browser: Browser, desk: Desk) -> None:
    desk.check(MEME)
    with visit(browser, desk) as one:
        page = one.sign_in()
        on_uploads(one, 503)
        hand_in(page, MEME)
        row = page.locator(".rows .row").first
        expect(row).to_contain_text(re.compile(r"Too many checks are waiting. Trying again in \d"))
        expect(row.get_by_role("button", name="Try now")).to_be_visible()
        expect(row).to_contain_text("You checked this very file with this claim before")


def test_a_session_that_ends_in_mid_work_asks_for_the_key_and_goes_on(
    browser: Browser, desk: Desk
) -> None:
    desk.check(MEME)
    with visit(browser, desk) as one:
        page = one.sign_in()
        page.get_by_label("Drop files here").set_input_files(MEME)
        one.context.clear_cookies()
        page.get_by_role("button", name="Check", exact=True).click()
        dialog = page.get_by_role("dialog", name="Sign in again")
        expect(dialog).to_contain_text("Your session has ended")
        page.keyboard.press("Escape")
        expect(dialog).to_be_visible()
        dialog.get_by_label("Key", exact=True).fill("fsk_" + "x" * 43)
        dialog.get_by_role("button", name="Sign in").click()
        expect(dialog).to_contain_text("This key is not known here")
        dialog.get_by_label("Key", exact=True).fill(desk.key)
        dialog.get_by_role("button", name="Sign in").click()
        expect(dialog).to_be_hidden()
        expect(page.locator(".rows .row").first).to_contain_text("You checked this very file")


def test_a_file_that_cannot_be_read_says_so_and_its_name_stays_text(
    browser: Browser, desk: Desk, unreadable: Path
) -> None:
    with visit(browser, desk) as one:
        page = one.sign_in()
        hand_in(page, unreadable, date="2024")
        row = page.locator(".rows .row").first
        name = "<img src=x onerror=alert(1)>\\u202egpj.mp4"
        expect(row.locator(".row-name")).to_have_text(name)
        row.get_by_role("link", name=re.compile("Read the result")).click(timeout=WORK_MS)
        expect(page.locator("h1#headline")).to_have_text("This file could not be read")
        expect(page.locator(".meaning")).to_contain_text("nothing can be said about what it shows")
        expect(page.locator(".problems")).to_contain_text("not a photo or a video")
        expect(page.locator(".eyebrow")).to_have_text("Not readable")
        assert page.locator("main img").count() == 0


def test_a_wrong_date_is_reported_before_anything_is_sent(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as one:
        page = one.sign_in()
        on_uploads(one, "gone")
        hand_in(page, MEME, date="last tuesday")
        field = page.get_by_label("Claimed date", exact=False).first
        expect(field).to_be_focused()
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_text("Write it as 2022-11-27")).to_be_visible()


def test_a_wrong_date_of_one_file_is_reported_and_can_be_changed(
    browser: Browser, desk: Desk
) -> None:
    with visit(browser, desk) as one:
        page = one.sign_in()
        on_uploads(one, "gone", "gone")
        page.get_by_label("Drop files here").set_input_files([MEME, ITEMS / "launch-copy.jpg"])
        own = page.get_by_label("Claimed date of launch-meme.jpg")
        own.fill("yesterday")
        page.get_by_role("button", name="Check 2 files").click()
        expect(own).to_be_focused()
        expect(own).to_have_attribute("aria-invalid", "true")
        expect(page.locator(".tray")).to_contain_text("Unrecognised date")
        page.get_by_label("Leave out launch-copy.jpg").click()
        expect(own).to_have_value("yesterday")
        own.fill("2020")
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.locator(".tray li")).to_have_count(0)


def test_what_the_service_refuses_can_be_changed_and_sent_again(
    browser: Browser, desk: Desk
) -> None:
    with visit(browser, desk) as one:
        page = one.sign_in()
        on_uploads(one, 422)
        hand_in(page, MEME, date="2020-02-30")
        row = page.locator(".rows .row").filter(has_text="The check was not started")
        expect(row).to_contain_text("the service says why")
        expect(row.get_by_role("button", name="Try again")).to_have_count(0)
        row.get_by_role("button", name="Change and send again").click()
        expect(row).to_have_count(0)
        expect(page.locator(".tray")).to_contain_text(MEME.name)
        field = page.get_by_label("Claimed date", exact=False).first
        expect(field).to_be_focused()
        expect(field).to_have_value("2020-02-30")


def test_the_command_of_the_door_makes_a_key_that_opens_it(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as one:
        page = one.open()
        words = page.locator(".command").inner_text().split()
        given = {"NAME": "Ana", "FOLDER": str(desk.settings.desk_folder())}
        command = [sys.executable, "-m", "app", *(given.get(word, word) for word in words[1:])]
        made = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        page.get_by_label("Key", exact=True).fill(made.stdout.split()[-1])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("link", name="History")).to_be_visible()


def test_a_check_that_is_not_there_says_so(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as one:
        page = one.sign_in()
        one.at("#/checks/nothing-of-that-name")
        expect(page.get_by_text("There is no such check")).to_be_visible()
        one.at("#/library/R999999")
        expect(page.get_by_text("There is no such clip")).to_be_visible()


def test_a_wrong_key_opens_nothing(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as one:
        page = one.open("#/history")
        page.get_by_label("Key", exact=True).fill("fsk_wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("This key is not known here")).to_be_visible()
        assert page.get_by_role("navigation").count() == 0


def test_several_at_once_a_paste_and_a_link(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as one:
        page = one.sign_in()
        on_uploads(one, "gone", "gone", "gone")
        page.get_by_label("Drop files here").set_input_files([MEME, ITEMS / "launch-copy.jpg"])
        page.evaluate(PASTE, "picture")
        expect(page.locator(".tray li")).to_have_count(3)
        expect(page.locator(".tray")).to_contain_text(re.compile(r"pasted-2\d{3}-.*\.png"))
        if "links" in desk.ask("GET", "/v1/compat")["features"]:
            page.evaluate(PASTE, "https://example.org/clip.mp4")
            link = page.get_by_label("Link to a video")
            expect(link).to_have_value("https://example.org/clip.mp4")
            link.fill("")
        page.get_by_label("Claimed date of launch-meme.jpg").fill("2020")
        page.get_by_label("Leave out launch-copy.jpg").click()
        expect(page.get_by_role("button", name="Check 2 files")).to_be_visible()


PASTE = """(what) => {
  const data = new DataTransfer();
  if (what === "picture") data.items.add(new File(["x"], "image.png", { type: "image/png" }));
  else data.setData("text/plain", what);
  const options = { clipboardData: data, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new ClipboardEvent("paste", options));
}"""
