"""As a person goes, in a real browser against the real service: by mouse, and by keyboard alone."""

import json
import re
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Locator, Page, expect

from app.library.library import Library
from app.pipeline.add_clip import add_clip
from tests.made import make_video, write_video
from tests.made.sounds import SAMPLE_RATE
from tests.web.desk import ITEMS, WORK_MS, Desk, running_desk, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SKYLINE = ITEMS / "skyline-mirrored.mp4"
KNOWN = ITEMS.parent / "library"
MEME = ITEMS / "launch-meme.jpg"


def test_a_person_checks_reads_compares_and_decides(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as one:
        page = one.sign_in()

        page.get_by_label("Drop files here").set_input_files(SKYLINE)
        page.get_by_label("Claimed date", exact=False).first.fill("2024-08-02")
        page.get_by_label("Claimed place").first.fill("Harbour City")
        page.get_by_role("button", name="Check", exact=True).click()
        row = page.locator(".rows .row").filter(has_text=SKYLINE.name)
        expect(row.get_by_role("button", name="Cancel")).to_be_visible()
        row.get_by_role("link", name=re.compile("Watch|Read")).first.click()

        headline = page.locator("h1#headline")
        expect(headline).to_have_text(re.compile("Same footage as .*mirrored"), timeout=WORK_MS)
        verdict = page.locator(".verdict")
        expect(verdict).to_contain_text("Earliest copy known to this library")
        expect(verdict).to_contain_text("2019-03-15")
        expect(verdict.locator(".finding")).to_have_text("The claimed date is contradicted")
        expect(verdict).to_contain_text(re.compile(r"For 0:00.0–0:03.\d of the item"))
        expect(verdict.get_by_role("heading", name="What this does not mean")).to_be_visible()

        match = page.locator("article.match")
        expect(match.locator(".stage img").first).to_be_visible(timeout=WORK_MS)
        sees_first_what_matters_most(page)
        steps_and_flips(page, match)
        compare_in_each_way(match)
        jumps_along_the_timeline(match)
        decides_and_takes_back(match)
        expect(page.locator(".contents")).to_contain_text("Same footage – Night desk")

        page.get_by_role("navigation", name="Main").get_by_role("link", name="History").click()
        page.get_by_label("Search", exact=True).fill("skyline")
        found = page.locator(".rows .row")
        expect(found).to_have_count(1)
        expect(found).to_contain_text("claimed date contradicted")
        found.get_by_role("link", name=SKYLINE.name).click()
        expect(headline).to_be_visible()
        takes_it_along(page)


def sees_first_what_matters_most(page: Page) -> None:
    """That the claimed date cannot be right, larger than all else, and the two frames under it."""
    first, headline = page.locator(".against-claim .first"), page.locator("h1#headline")
    expect(first).to_have_text("The claimed date is contradicted")
    expect(page.locator(".against-claim .second")).to_contain_text("A copy existed by 2019-03-15")
    size = "(element) => parseFloat(getComputedStyle(element).fontSize)"
    assert first.evaluate(size) > 1.2 * headline.evaluate(size)
    above, below = first.bounding_box(), headline.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] < below["y"]
    frames = page.locator(".foremost img")
    expect(frames).to_have_count(2)
    for frame in frames.all():
        frame.evaluate("(image) => image.decode()")
        assert frame.evaluate("(image) => image.naturalWidth > 0")
    expect(page.locator(".foremost")).to_contain_text("Earliest copy known2019-03-15")
    contents = page.get_by_role("navigation", name="Sections of this result")
    contents.get_by_role("button", name="Metadata").click()
    expect(page.get_by_role("heading", name="Metadata")).to_be_focused()
    expect(contents).to_be_in_viewport()
    expect(contents).to_contain_text("The claimed date is contradicted")
    contents.get_by_role("button", name="Verdict").click()
    expect(first).to_be_in_viewport()


def steps_and_flips(page: Page, match: Locator) -> None:
    count = match.locator(".when")
    expect(count).to_have_text(re.compile(r"^1 of \d"))
    shown = match.locator(".stage img").first
    before, playhead = shown.get_attribute("src"), match.locator(".playhead").first
    place = playhead.get_attribute("style")
    match.get_by_role("button", name="Next frame").click()
    expect(count).to_have_text(re.compile(r"^2 of \d"))
    assert shown.get_attribute("src") != before
    assert playhead.get_attribute("style") != place, "both timelines step along"
    match.locator(".strip button").nth(2).click()
    expect(count).to_have_text(re.compile(r"^3 of \d"))
    page.keyboard.press("ArrowLeft")
    expect(count).to_have_text(re.compile(r"^2 of \d"))
    page.keyboard.press("f")
    expect(match.locator(".label-a")).to_have_text("A · Item")
    page.keyboard.press("f")
    expect(match.locator(".label-b")).to_have_text("B · Known clip")


def compare_in_each_way(match: Locator) -> None:
    match.get_by_label("Slider").check(force=True)
    slider = match.get_by_role("slider")
    slider.fill("25")
    assert "75%" in (match.locator(".stack .over").get_attribute("style") or "")
    match.get_by_label("Difference").check(force=True)
    expect(
        match.get_by_alt_text("The difference of the two frames, after alignment")
    ).to_be_visible()
    expect(match.locator(".stage .legend")).to_contain_text("differs by 35 %")
    match.get_by_label("Side by side").check(force=True)
    aligned = match.get_by_alt_text(re.compile("aligned with the item"))
    expect(aligned).to_be_visible()
    expect(match.get_by_alt_text(re.compile("outlined"))).to_be_visible()
    assert aligned.evaluate("(image) => image.complete && image.naturalWidth > 0")


def jumps_along_the_timeline(match: Locator) -> None:
    lane = match.locator('.lane[data-side="query"] button')
    box = lane.bounding_box()
    assert box is not None
    lane.click(position={"x": box["width"] - 4, "y": box["height"] / 2})
    last = match.locator(".strip button").last
    expect(last).to_have_attribute("aria-pressed", "true")
    match.get_by_role("button", name="Show segment 1").click()
    expect(match.locator(".strip button").first).to_have_attribute("aria-pressed", "true")


def decides_and_takes_back(match: Locator) -> None:
    match.get_by_label("Same footage").check()
    match.get_by_role("textbox", name="Note").fill("The lights go on in the same order.")
    match.get_by_role("button", name="Save the decision").click()
    said = match.locator(".said-by li")
    expect(said).to_have_count(1)
    expect(said).to_contain_text("Same footage – Night desk")
    expect(said).to_contain_text("The lights go on in the same order.")
    match.get_by_label("Inconclusive").check()
    match.get_by_role("button", name="Save the decision").click()
    expect(said).to_have_count(2)
    expect(said.nth(1)).to_contain_text("earlier")
    said.first.get_by_role("button", name="Take back").click()
    expect(said.first).to_contain_text("taken back")


def takes_it_along(page: Page) -> None:
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Report as a page").click()
    report = opened.value
    expect(report.locator("h1")).to_contain_text("Same footage as")
    report.close()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Report as JSON").click()
    assert taken.value.suggested_filename.endswith(".json")
    assert json.loads(taken.value.path().read_text())["item"]["name"] == "Item 1"
    page.get_by_label("Keep names").check()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Report as JSON").click()
    assert json.loads(taken.value.path().read_text())["item"]["name"] == SKYLINE.name
    page.context.add_init_script("window.print = () => { window.printed = true; }")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Print").click()
    opened.value.wait_for_function("window.printed === true")
    assert "?names=kept" in opened.value.url  # what is printed is the page for others
    opened.value.close()
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.get_by_role("button", name="Save the decision")).to_be_hidden()
    expect(page.locator(".verdict")).to_be_visible()
    page.emulate_media(media="screen")


def test_the_same_by_keyboard_alone(browser: Browser, desk: Desk) -> None:
    with visit(browser, desk) as one:
        page = one.open()
        page.on("filechooser", lambda chooser: None)  # from here on no dialog of the system opens
        tab_to(page, page.get_by_label("Key", exact=True))
        page.keyboard.insert_text(desk.key)
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="History")).to_be_visible()

        chooser = page.get_by_label("Drop files here")
        tab_to(page, chooser)
        with page.expect_file_chooser() as opened:
            page.keyboard.press("Enter")
        opened.value.set_files(MEME)
        expect(page.get_by_role("button", name="Check", exact=True)).to_be_focused()
        tab_to(page, page.get_by_label("Claimed date", exact=False).first, back=True)
        page.keyboard.insert_text("2026-01-10")
        page.keyboard.press("Enter")

        row = page.locator(".rows .row").filter(has_text=MEME.name)
        read = row.get_by_role("link", name=re.compile("Read the result"))
        expect(read).to_be_visible(timeout=WORK_MS)
        tab_to(page, read)
        page.keyboard.press("Enter")
        expect(page.locator("h1#headline")).to_contain_text("with on-screen text")
        match = page.locator("article.match")
        expect(match.locator(".stage img").first).to_be_visible(timeout=WORK_MS)

        tab_to(page, match.get_by_label("Side by side"))
        page.keyboard.press("f")
        expect(match.locator(".label-a")).to_be_visible()
        page.keyboard.press("f")
        expect(match.locator(".label-b")).to_be_visible()
        page.keyboard.press("w")
        tab_to(page, match.get_by_role("slider"))
        page.keyboard.press("ArrowRight")
        expect(match.get_by_role("slider")).to_have_value("51")

        tab_to(page, match.get_by_label("Same footage"))
        page.keyboard.press("Space")
        tab_to(page, match.get_by_role("button", name="Save the decision"))
        page.keyboard.press("Enter")
        expect(match.locator(".said-by")).to_contain_text("Same footage – Night desk")

        reveals_by_keyboard(page)


def reveals_by_keyboard(page: Page) -> None:
    button = page.get_by_role("button", name="Show unredacted")
    tab_to(page, button, back=True)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("audit log")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).not_to_have_attribute("aria-busy", "true")
    page.keyboard.press("Enter")
    tab_to(page, dialog.get_by_label("Positions, serial numbers", exact=False))
    page.keyboard.press("Space")
    tab_to(page, dialog.get_by_label("Why"))
    page.keyboard.insert_text("Compare the caption's maker")
    tab_to(page, dialog.get_by_role("button", name="Show", exact=True))
    page.keyboard.press("Enter")
    bar = page.locator(".reveal-on")
    expect(bar).to_contain_text("You are being shown identifying metadata")
    expect(page.get_by_text("Positions, serial numbers and names are shown.")).to_be_visible()
    tab_to(page, bar.get_by_role("button", name="Hide again"))
    page.keyboard.press("Enter")
    expect(bar).to_be_hidden()


def tab_to(page: Page, wanted: Locator, back: bool = False) -> None:
    """Presses Tab until the focus is there; on the way it must be seen each time."""
    for _ in range(80):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if wanted.evaluate("(element) => element === document.activeElement"):
            assert page.evaluate(FOCUS_IS_SEEN), "the focus is drawn"
            return
    raise AssertionError(f"the Tab key never came to {wanted}")


FOCUS_IS_SEEN = """() => {
  const at = document.activeElement;
  const drawn = [at, at.nextElementSibling, at.closest(".drop")].filter(Boolean);
  return drawn.some((one) => getComputedStyle(one).outlineStyle !== "none");
}"""


def test_the_page_names_the_clip_that_added_sound_is_from(browser: Browser, tmp_path: Path) -> None:
    """The skyline, which has no sound, with that of the animation; then that sound alone."""
    samples = sound_of(KNOWN / "bunny.mp4")
    with av.open(str(KNOWN / "skyline.mp4")) as container:
        shots = [(float(f.time), f.to_ndarray(format="rgb24")) for f in container.decode(video=0)]
    dubbed = write_video(tmp_path / "dubbed.mp4", shots, 25, samples=samples)
    laid = make_video(tmp_path / "laid.mp4", 77, 5.3, fps=10, samples=samples)
    with running_desk(tmp_path) as desk:
        with Library.open(desk.settings.library) as library:
            add_clip(KNOWN / "bunny.mp4", library, desk.settings, name="bunny.mp4")
        named, alone = (desk.check(path) for path in (dubbed, laid))
        with visit(browser, desk) as one:
            one.sign_in()
            page = one.at(f"#/checks/{named['id']}")
            match = page.locator("article.match")
            expect(match).to_contain_text("the known clip is silent there")
            expect(match).to_contain_text("it is the sound of 'bunny.mp4' (R000003) from 0:00")
            expect(match).to_contain_text(
                re.compile("Sound, where the known clip has none, that of R000003")
            )
            page = one.at(f"#/checks/{alone['id']}")
            expect(page.locator("h1#headline")).to_contain_text("the sound is known")
            near = page.locator("details.near summary").first
            expect(near).to_contain_text("sound alone, score")


def sound_of(path: Path) -> NDArray[np.float32]:
    """Mono, at the rate of made sounds."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
    with av.open(str(path)) as container:
        pieces = [p for f in container.decode(audio=0) for p in resampler.resample(f)]
    return np.concatenate([piece.to_ndarray().reshape(-1) for piece in pieces])
