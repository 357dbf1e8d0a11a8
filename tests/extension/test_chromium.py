"""The extension as it is shipped, in a real Chromium, against a running service.

From a gesture on a page to the verdict in the panel, and whatever may go wrong in between.
"""

import json
import time
from collections.abc import Callable

import pytest

from tests.extension.chromium import Browser, Page, wait_for
from tests.extension.running import Running, free_port
from tests.extension.sites import old_service
from tests.extension.used import Used

pytestmark = [pytest.mark.browser, pytest.mark.extension, pytest.mark.slow]

Tab = Callable[[str], Page]
VERDICT_S = 60  # most of it is the wait for a busy machine

KNOWN_TOWERS = "Towers at night, Port Emery"


def prepared(used: Used, page: Page, how: str) -> Page:
    """The panel with the page's first medium, obtained in this way."""
    panel = used.press_button(page)
    panel.see("On this page")
    panel.wait("document.querySelector('.medium')")
    panel.run("document.querySelector('.medium').click()", gesture=True)
    panel.see(how)
    return panel


def checked(panel: Page, date: str = "") -> str:
    """What the panel says once the item is checked."""
    panel.fill("#claimed-date", date)
    panel.press("Check")
    panel.wait("document.querySelector('.verdict')", VERDICT_S)
    return panel.text()


# ---- ways in, and what is sent


def test_a_picture_from_the_context_menu_to_its_verdict(
    used: Used, tab: Tab, service: Running
) -> None:
    page = tab("image")
    used.choose_in_menu(page, "img", above_last=1)
    panel = used.panel()
    panel.see("Check this picture")
    said = panel.see("The file itself")
    assert "Use 2024-08-02" in said, "the date near the post is offered"
    assert panel.run("document.querySelector('#claimed-date').value") == "", "and not filled in"
    panel.press("Use 2024-08-02")
    said = checked(panel, "2024-08-02")
    assert "Known footage" in said
    assert "The file itself" in said
    assert "Earliest copy known to this library" in said
    assert "The claimed date is contradicted" in said
    assert "Differences from the known clip" in said
    panel.see("redacted automatically", VERDICT_S)
    panel.wait("[...document.querySelectorAll('.pair img')].every(i => i.naturalWidth > 0)")
    full = panel.run("document.querySelector('a.button').href")
    assert full == f"{service.address}/#/checks/{newest(panel)}"


def test_a_video_with_an_address_from_the_toolbar(used: Used, tab: Tab) -> None:
    panel = prepared(used, tab("video"), "The file itself")
    said = checked(panel)
    assert KNOWN_TOWERS in said
    assert "Mirrored" in said


def test_a_blob_that_the_page_made_is_read_as_it_is(used: Used, tab: Tab) -> None:
    panel = prepared(used, tab("blob"), "The file itself")
    said = checked(panel)
    assert KNOWN_TOWERS in said


def test_a_picture_under_a_strict_policy_is_read_too(used: Used, tab: Tab) -> None:
    panel = prepared(used, tab("strict"), "The file itself")
    assert "Known footage" in checked(panel)


def test_a_picture_of_another_host_needs_one_permission(
    used: Used, tab: Tab, elsewhere: str
) -> None:
    panel = prepared(used, tab("cross"), "which this page may not read")
    assert panel.run("document.querySelector('button[type=submit]').disabled")
    host = elsewhere.removeprefix("http://")
    panel.press(f"Allow {host}")
    used.allow()
    said = panel.see("The file itself")
    assert f"from {host}, with your permission" in said
    granted = panel.run("chrome.permissions.getAll().then(all => all.origins)")
    assert f"{elsewhere}/*" in granted
    assert not any("*" in origin.removesuffix("/*") for origin in granted), "one host at a time"
    assert "Known footage" in checked(panel)


def test_a_video_that_is_only_streamed_is_recorded_from_the_page(used: Used, tab: Tab) -> None:
    panel = prepared(used, tab("stream"), "A redrawn picture")
    panel.press("Record 5 seconds of the video")
    panel.see("A recording of the video")
    assert KNOWN_TOWERS in checked(panel)


def test_what_is_on_screen_is_cut_to_the_element_and_recorded(used: Used, tab: Tab) -> None:
    panel = prepared(used, tab("stream"), "A redrawn picture")
    panel.press("What is on screen")
    panel.see("This part will be taken")
    panel.press("Record it for 5 seconds")
    panel.see("A recording of the screen")
    size = panel.wait(
        "(v => v.videoWidth && [v.videoWidth, v.videoHeight])"
        "(document.querySelector('video.preview'))"
    )
    assert abs(size[0] / size[1] - 540 / 302) < 0.05, "the element alone"
    assert KNOWN_TOWERS in checked(panel)


def test_a_rectangle_that_a_person_draws_is_what_is_taken(
    used: Used, tab: Tab, browser: Browser
) -> None:
    panel = used.press_button(tab("video"))
    panel.press("What is on screen")
    panel.see("Draw a rectangle")
    draw(panel, (0.1, 0.2), (0.6, 0.5))
    panel.press("Use this part")
    panel.see("What lies over the picture is on it too")
    width, height, whole = panel.run(
        "createImageBitmap(document.querySelector('img.preview')).then(b => [b.width, b.height,"
        " document.querySelector('img.preview').naturalWidth])"
    )
    assert (width, height) > (100, 100)
    assert width == whole < 1280 * 0.6


def draw(panel: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag over the picture, from and to shares of its size, by the browser's own mouse."""
    panel.wait("document.querySelector('canvas.crop').getBoundingClientRect().width > 0")
    panel.run("document.querySelector('canvas.crop').scrollIntoView()")
    x, y, width, height = panel.run(
        "(b => [b.x, b.y, b.width, b.height])"
        "(document.querySelector('canvas.crop').getBoundingClientRect())"
    )
    for kind, (dx, dy) in (("mousePressed", start), ("mouseMoved", end), ("mouseReleased", end)):
        panel.ask(
            "Input.dispatchMouseEvent",
            type=kind,
            x=x + dx * width,
            y=y + dy * height,
            button="left",
            buttons=1,
            clickCount=1,
        )


def test_a_black_picture_is_called_protected_and_not_checked(used: Used, tab: Tab) -> None:
    panel = used.press_button(tab("black"))
    panel.press("What is on screen")
    panel.see("Draw a rectangle")
    draw(panel, (0.2, 0.2), (0.6, 0.6))
    panel.press("Use this part")
    panel.see("Protected video looks like this")
    assert panel.run("document.querySelector('button[type=submit]').disabled")


def test_a_capture_is_refused_once_the_tab_shows_another_page(used: Used, tab: Tab) -> None:
    page = tab("video")
    panel = used.press_button(page)
    panel.see("1 picture or video")
    page.run("history.pushState(null, '', '/image.html')")
    panel.press("What is on screen")
    panel.see("The tab has changed")


def test_a_feed_lists_what_has_loaded_since(used: Used, tab: Tab) -> None:
    page = tab("feed")
    panel = used.press_button(page)
    panel.see("4 pictures and videos, the largest first")
    page.run("scrollTo(0, 1e6)")
    page.wait("document.querySelectorAll('img').length > 4")
    page.wait("[...document.images].at(-1).complete || scrollTo(0, 1e6)")
    panel.press("Look again")
    panel.wait("document.querySelectorAll('.medium').length > 4")
    panel.run("document.querySelectorAll('.medium')[5].click()", gesture=True)
    panel.see("The file itself")
    assert "No match" in checked(panel) or "Known footage" in panel.text()


def test_a_link_is_for_the_server_to_fetch(used: Used, tab: Tab, elsewhere: str) -> None:
    page = tab("link")
    used.choose_in_menu(page, "a", above_last=1)
    panel = used.panel()
    panel.see("Check this link")
    said = panel.see("The link")
    assert f"{elsewhere}/items/launch-copy.jpg" in said
    assert "sees your server do so" in said
    panel.press("Check")
    panel.see("The server refused")  # to look at its own network for somebody


# ---- what may go wrong


def test_what_goes_along_is_shown_and_only_that_is_sent(used: Used, tab: Tab) -> None:
    panel = prepared(used, tab("strict"), "The file itself")
    panel.run("[...document.querySelectorAll('details')].forEach(d => d.open = true)")
    boxes = "[...document.querySelectorAll('.context input[type=checkbox]')]"
    assert panel.run(f"{boxes}.map(b => b.checked)") == [True, True, False, False]
    panel.run(f"{boxes}[2].click()", gesture=True)
    panel.wait("document.querySelectorAll('.context > div input:not([type])')[2].value")
    account = "document.querySelectorAll('.context > div input:not([type])')[2]"
    assert panel.run(f"{account}.value") == "Harbour Watch"
    panel.run(f"{account}.value = 'H. Watch'; {boxes}[1].click()", gesture=True)
    checked(panel, "2021")
    entry = json.dumps(panel.run("chrome.storage.local.get()"))
    check = newest(panel)
    assert "Harbour" not in entry
    context = panel.run(f"{ASK_SERVICE}('/v1/checks/{check}').then(c => c.context)")
    assert set(context) == {"how", "page_url", "account"}
    assert context["account"] == "H. Watch"
    assert context["how"] == "file_page"
    panel.run("chrome.storage.local.remove('choices')")


ASK_SERVICE = """(async path => {
  const { server, key } = (await chrome.storage.local.get('connection')).connection;
  const answer = await fetch(server + path, { headers: { authorization: `Bearer ${key}` } });
  return answer.json();
})"""


def newest(panel: Page) -> str:
    """The service's id of the check that was started last."""
    return str(
        panel.run(
            "chrome.storage.local.get().then(all => Object.entries(all)"
            ".filter(([k]) => k.startsWith('check:')).map(([, c]) => c)"
            ".sort((a, b) => a.at < b.at ? 1 : -1)[0].check)"
        )
    )


def test_worker_and_panel_may_stop_while_a_check_runs(used: Used, tab: Tab) -> None:
    page = tab("video")
    panel = prepared(used, page, "The file itself")
    panel.fill("#claimed-date", "2020")
    panel.press("Check")
    panel.wait("document.querySelector('.step')")
    used.stop_worker()
    sent = "Object.values(all).every(c => c.state !== 'sending')"
    panel.wait(f"chrome.storage.local.get().then(all => {sent})")
    panel.close()
    wait_for(lambda: not used.panel_is_open(), "the panel to close")
    again = used.press_button(page)
    again.see("On this page")
    again.run("document.querySelector('#history').click()")
    again.wait("document.querySelector('.history .entry')")
    again.run("document.querySelector('.history .entry').click()")
    again.wait("document.querySelector('.verdict')", VERDICT_S)
    assert KNOWN_TOWERS in again.text()


def test_what_was_asked_for_reaches_a_panel_though_the_worker_has_stopped(
    used: Used, tab: Tab
) -> None:
    page = tab("image")
    used.stop_worker()
    panel = used.press_button(page)
    panel.see("A rocket")
    assert panel.run("chrome.storage.session.get().then(all => Object.keys(all))") != []


def test_a_service_that_is_gone_is_said_and_found_again(
    used: Used, tab: Tab, service: Running
) -> None:
    panel = prepared(used, tab("image"), "The file itself")
    service.stop()
    try:
        panel.fill("#claimed-date", "2019-01")
        panel.press("Check")
        said = panel.see("Not sent")
        assert f"No answer from {service.address}" in said
        assert "firstseen serve" in said
    finally:
        service.start()
    panel.press("Send it again")
    panel.wait("document.querySelector('.verdict')", VERDICT_S)


def test_a_service_that_stops_at_work_finishes_once_it_is_back(
    used: Used, tab: Tab, service: Running
) -> None:
    panel = prepared(used, tab("video"), "The file itself")
    panel.fill("#claimed-date", "2018")
    panel.press("Check")
    panel.wait("chrome.storage.local.get().then(all => Object.values(all).some("
               "c => c.check && c.state !== 'done'))")  # fmt: skip
    service.stop()
    try:
        panel.see("No answer from")
    finally:
        service.start()
    panel.wait("document.querySelector('.verdict')", VERDICT_S)
    panel.wait("!document.querySelector('.notice')")


def test_a_wrong_key_a_deaf_port_and_an_old_service_say_what_to_do(
    used: Used, service: Running
) -> None:
    assert "does not know this key" in used.set_up(service.address, "fsk_" + "x" * 43)
    assert "No answer from" in used.set_up(f"http://127.0.0.1:{free_port()}", service.key)
    with old_service() as address:
        assert "The server is too old" in used.set_up(address, service.key)
    assert "Connected to firstseen" in used.set_up(service.address, service.key)


def test_a_decision_stands_under_the_keys_name_and_is_taken_back(used: Used, tab: Tab) -> None:
    panel = prepared(used, tab("strict"), "The file itself")
    checked(panel)
    panel.wait("document.querySelector('input[name=decision]')")
    panel.run("document.querySelector('input[value=same_footage]').click()", gesture=True)
    panel.fill("#decision-note", "The same tower")
    panel.press("Save the decision")
    said = panel.see("Take back")
    assert "The same tower" in said
    assert "desk" in said
    panel.press("Take back")
    panel.see("taken back")


def test_many_checks_at_once_leave_room_for_other_requests(
    used: Used, tab: Tab, service: Running
) -> None:
    """A browser opens six connections to one server; each stream holds one."""
    panel = used.press_button(tab("image"))
    panel.see("A rocket")
    ids = [service.upload("launch-copy.jpg", f"20{year}-05-06") for year in range(10, 17)]
    entries = {
        f"check:many-{number}": {
            "id": f"many-{number}",
            "at": f"2030-01-01T00:00:0{number}Z",
            "name": "many.jpg",
            "how": "file_page",
            "state": "queued",
            "check": check,
        }
        for number, check in enumerate(ids)
    }
    panel.run(f"chrome.storage.local.set({json.dumps(entries)})")
    panel.run("document.querySelector('#history').click()")
    panel.wait("document.querySelectorAll('.history .entry').length >= 7")
    panel.run("document.querySelector('.history .entry').click()")
    panel.wait("document.querySelector('.verdict')", VERDICT_S)
    panel.run("document.querySelector('#history').click()")
    done = "[...document.querySelectorAll('.history .entry')].slice(0, 7)"
    panel.wait(f"{done}.length === 7 && {done}.every(e => e.querySelector('.known'))", VERDICT_S)


def test_the_history_is_wiped(used: Used, tab: Tab) -> None:
    panel = used.press_button(tab("image"))
    panel.see("On this page")
    panel.run("document.querySelector('#history').click()")
    panel.wait("document.querySelector('.history .entry')")
    panel.press("Clear the history")
    panel.run("document.querySelector('dialog button[value=wipe]').click()", gesture=True)
    panel.see("Nothing was checked from here yet")
    left = panel.run("chrome.storage.local.get().then(all => Object.keys(all))")
    assert not [key for key in left if key.startswith("check:")]


# ---- for everybody


def test_no_view_has_faults_that_a_program_can_see(used: Used, tab: Tab, axe: str) -> None:
    panel = used.press_button(tab("image"))
    panel.wait("document.querySelector('.medium')")
    assert faults(panel, axe) == []
    panel.run("document.querySelector('.medium').click()", gesture=True)
    panel.see("The file itself")
    panel.run("[...document.querySelectorAll('details')].forEach(d => d.open = true)")
    assert faults(panel, axe) == []
    checked(panel, "2024-08-02")
    time.sleep(0.5)
    assert faults(panel, axe) == []
    panel.run("document.querySelector('#history').click()")
    panel.wait("document.querySelector('.history .entry')")
    assert faults(panel, axe) == []
    assert faults(used.setup, axe) == []


def faults(page: Page, axe: str) -> list[str]:
    page.run(f"globalThis.axe || {axe}; 0")
    found: list[str] = page.run(
        "axe.run().then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html)))"
    )
    return found


def test_the_keyboard_alone_is_enough(used: Used, tab: Tab) -> None:
    panel = used.press_button(tab("image"))
    panel.wait("document.querySelector('.medium')")
    focus = "document.activeElement.className || document.activeElement.id"
    assert panel.run("document.activeElement.tagName") == "H1"
    key(panel, "Tab")
    assert "medium" in panel.run(focus)
    key(panel, "Enter")
    panel.see("The file itself")
    for _ in range(12):
        key(panel, "Tab")
        if panel.run("document.activeElement.type") == "submit":
            break
    key(panel, "Enter")
    panel.wait("document.querySelector('.step, .verdict')")


def key(page: Page, name: str) -> None:
    text = {"text": "\r"} if name == "Enter" else {}
    page.ask("Input.dispatchKeyEvent", type="keyDown", key=name, code=name,
             windowsVirtualKeyCode={"Tab": 9, "Enter": 13}[name], **text)  # fmt: skip
    page.ask("Input.dispatchKeyEvent", type="keyUp", key=name, code=name)


def test_the_key_stays_out_of_the_reach_of_scripts_in_pages(
    used: Used, tab: Tab, service: Running
) -> None:
    page = tab("image")
    panel = used.press_button(page)
    panel.see("A rocket")
    tried = panel.run(
        "chrome.tabs.query({active: true, currentWindow: true}).then(([tab]) =>"
        " chrome.scripting.executeScript({target: {tabId: tab.id}, func: () =>"
        " chrome.storage.local.get().then(JSON.stringify, e => 'refused: ' + e.message)}))"
        ".then(([r]) => r.result)"
    )
    assert tried.startswith("refused"), tried
    assert service.key not in page.run("document.documentElement.outerHTML + location.href")
