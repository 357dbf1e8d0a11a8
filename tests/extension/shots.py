"""The pictures in the extension's guide, anew: `python -m tests.extension.shots`.

Both browsers, the packed extension and a running service with samples; nothing is painted.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageGrab

from tests.extension.chromium import Browser, display
from tests.extension.firefox import Firefox
from tests.extension.running import ROOT, Running, free_port
from tests.extension.sites import Site, sites
from tests.extension.test_firefox import HOSTNAME, set_up
from tests.extension.used import EXTENSION, Used

GUIDE = ROOT / "docs" / "guides" / "extension"
VERDICT_S = 120
SETTLED_S = 1.5  # for what is still being painted


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sites(b"") as (site, _):
        service = Running(Path(folder))
        service.start()
        try:
            chromium(Path(folder) / "chromium", service, site)
            firefox(Path(folder), service, site)
        finally:
            service.stop()


def save(screen: str, name: str, box: tuple[int, int, int, int]) -> None:
    time.sleep(SETTLED_S)
    whole = ImageGrab.grab(xdisplay=screen).crop(box)
    small = whole.resize((whole.width * 3 // 4, whole.height * 3 // 4), Image.Resampling.LANCZOS)
    small.save(GUIDE / name, quality=82, optimize=True)


def chromium(profile: Path, service: Running, site: Site) -> None:
    with display() as screen:
        browser = Browser(screen, profile)
        used = Used(browser, EXTENSION)
        used.set_up(service.address, service.key)
        save(screen, "setup.jpg", (0, 0, 1280, 720))
        panel = used.press_button(browser.open(f"{site.address}/video.html"))
        panel.wait("document.querySelector('.medium')")
        panel.run("document.querySelector('.medium').click()", gesture=True)
        panel.see("The file itself")
        panel.fill("#claimed-date", "2024-08-02")
        panel.press("Check")
        panel.see("redacted automatically", VERDICT_S)
        save(screen, "chromium.jpg", (0, 0, 1280, 900))
        browser.close()


def firefox(folder: Path, service: Running, site: Site) -> None:
    subprocess.run([sys.executable, str(ROOT / ".ci" / "extension"), str(folder)], check=True)
    packed = (folder / "firstseen-firefox.zip").rename(folder / "firstseen.xpi")
    with display() as screen:
        browser = Firefox(screen, folder / "firefox", free_port())
        extension = browser.install(packed)
        root = f"moz-extension://{browser.in_window(HOSTNAME, extension)}/"
        set_up(browser, root, service)
        browser.go(f"{site.address}/image.html")
        browser.press_toolbar_button(extension)
        browser.see_in_sidebar("A rocket")
        browser.in_sidebar("document.querySelector('.medium').click()")
        browser.see_in_sidebar("Use 2024-08-02")
        browser.in_sidebar("document.querySelector('.offer').click()")
        browser.in_sidebar("document.querySelector('button[type=submit]').click()")
        browser.see_in_sidebar("redacted automatically", VERDICT_S)
        save(screen, "firefox.jpg", (0, 0, 1280, 900))
        browser.close()


if __name__ == "__main__":
    main()
