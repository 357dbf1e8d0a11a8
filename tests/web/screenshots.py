"""Every view at three widths, in both themes and directions, as pictures to be looked at.

`make screenshots` runs this; the pictures are of the samples, and nothing is asserted of them.
"""

import sys
import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.web.desk import ITEMS, WORK_MS, Desk, Visit, running_browser, running_desk

WIDTHS = (360, 768, 1440)
SCHEMES = ("light", "dark")
DIRECTIONS = ("ltr", "rtl")
HANDED_IN = {
    "skyline-mirrored.mp4": {"claimed_date": "2024-08-02", "claimed_place": "Harbour City"},
    "launch-meme.jpg": {"claimed_date": "2026-01-10"},
    "unknown.jpg": {},
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as library, running_desk(Path(library)) as desk:
        checks = {
            name: str(desk.check(ITEMS / name, **claim)["id"]) for name, claim in HANDED_IN.items()
        }
        with running_browser() as browser:
            for width, scheme, direction in product(WIDTHS, SCHEMES, DIRECTIONS):
                take(browser, desk, checks, folder / f"{width}-{scheme}-{direction}")


def take(browser: Browser, desk: Desk, checks: dict[str, str], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    size = {"width": int(folder.name.split("-")[0]), "height": 900}
    _, scheme, direction = folder.name.split("-")
    one = Visit(browser, desk, viewport=size, color_scheme=scheme)
    page = one.open(f"?dir={direction}")
    expect(page.get_by_label("Key", exact=True)).to_be_visible()
    shot(page, folder / "door.png")
    one.sign_in(f"?dir={direction}")
    expect(page.locator(".rows .row")).to_have_count(len(checks))
    shot(page, folder / "desk.png")
    one.at(f"#/checks/{checks['skyline-mirrored.mp4']}")
    expect(page.locator(".stage img").first).to_be_visible(timeout=WORK_MS)
    shot(page, folder / "check.png")
    for mode in ("Slider", "Flip", "Difference"):
        page.get_by_label(mode).check(force=True)
        shot(page, folder / f"check-{mode.lower()}.png", ".bench")
    one.at(f"#/checks/{checks['unknown.jpg']}")
    expect(page.locator("h1#headline")).to_be_visible()
    shot(page, folder / "nothing-found.png")
    for view in ("history", "library", "alerts"):
        one.at(f"#/{view}")
        shot(page, folder / f"{view}.png")
    one.at("#/library/R000002")
    shot(page, folder / "clip.png")
    one.close()


def shot(page: Page, path: Path, part: str | None = None) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("[...document.images].forEach((image) => (image.loading = 'eager'))")
    # waiting for a function would evaluate text, which the page's policy forbids
    page.evaluate("() => Promise.allSettled([...document.images].map((image) => image.decode()))")
    if part is None:
        page.screenshot(path=path, full_page=True)
    else:
        page.locator(part).first.screenshot(path=path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
