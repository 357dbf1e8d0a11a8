"""The panel in words of another direction and length, narrow, light and dark."""

import json
import re
import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.extension.chromium import Browser, Page
from tests.extension.running import Running
from tests.extension.used import EXTENSION, Used

pytestmark = [pytest.mark.browser, pytest.mark.extension, pytest.mark.slow]

Tab = Callable[[str], Page]
VERDICT_S = 60
LETTERS = str.maketrans("aeiostnrlcd", "اعوصطنرلكدم")


def foreign(text: str) -> str:
    """The text in other letters and a third longer; what is filled in stays."""
    parts = re.split(r"(\{\w+\})", text)
    other = "".join(p if p.startswith("{") else p.translate(LETTERS) for p in parts)
    return other + " طويل" * (len(text.split()) // 3)


@pytest.fixture(scope="module")
def mirrored(
    browser: Browser, service: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Used]:
    """The same extension with made-up words from right to left, and nothing else changed."""
    folder = tmp_path_factory.mktemp("mirrored") / "extension"
    shutil.copytree(EXTENSION, folder)
    path = folder / "_locales" / "en" / "messages.json"
    words = json.loads(path.read_text())
    for key, entry in words.items():
        if key not in ("name", "menu"):
            entry["message"] = foreign(entry["message"])
    words["direction"]["message"] = "rtl"
    words["language"]["message"] = "ar"
    path.write_text(json.dumps(words))
    made = Used(browser, folder)
    made.set_up(service.address, service.key)
    assert made.setup.run("document.querySelector('.outcome.good') !== null")
    yield made
    made.setup.close()
    browser.ask("Extensions.uninstall", id=made.id)


def fits(page: Page, width: int) -> None:
    """Nothing is wider than the page, and nothing is cut off at its sides."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.ask("Emulation.setDeviceMetricsOverride", **size)
    wide = page.run(
        "[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() &&"
        " e.id !== 'said').map(e => [e, e.getBoundingClientRect()])"
        ".filter(([, b]) => b.width && (b.left < -1 || b.right > innerWidth + 1))"
        ".map(([e]) => e.outerHTML.slice(0, 120))"
    )
    page.ask("Emulation.clearDeviceMetricsOverride")
    assert wide == [], f"at {width} px"


def test_every_view_mirrors_and_fits_at_320_pixels(mirrored: Used, tab: Tab) -> None:
    panel = mirrored.press_button(tab("video"))
    panel.wait("document.querySelector('.medium')")
    assert panel.run("getComputedStyle(document.body).direction") == "rtl"
    assert "matrix(-1" in panel.run(
        "getComputedStyle(document.querySelector('.icon-back')).transform"
    )
    back, history = (
        panel.run(f"document.querySelector('{button}').getBoundingClientRect().left")
        for button in ("#back", "#history")
    )
    assert back > history, "the way back is on the right"
    fits(panel, 320)
    panel.run("document.querySelector('.medium').click()", gesture=True)
    panel.wait("document.querySelector('.preview')")
    panel.run("[...document.querySelectorAll('details')].forEach(d => d.open = true)")
    fits(panel, 320)
    panel.fill("#claimed-date", "2023-05-01")
    panel.run("document.querySelector('button[type=submit]').click()", gesture=True)
    panel.wait("document.querySelector('.verdict')", VERDICT_S)
    panel.run("[...document.querySelectorAll('details')].forEach(d => d.open = true)")
    fits(panel, 320)
    fits(panel, 400)
    assert "\u20682023-05-01\u2069" in panel.text(), "else it would read 01-05-2023"
    assert panel.run("getComputedStyle(document.querySelector('.address')).direction") == "ltr"
    panel.run("document.querySelector('#history').click()")
    panel.wait("document.querySelector('.history .entry')")
    fits(panel, 320)
    fits(mirrored.setup, 360)
