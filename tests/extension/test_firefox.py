"""The extension as it is packed for Firefox: from its toolbar button to a verdict."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.extension.chromium import display
from tests.extension.firefox import Firefox
from tests.extension.running import ROOT, Running, free_port
from tests.extension.sites import Site

pytestmark = [pytest.mark.firefox, pytest.mark.slow]

ALLOW = "#addon-webext-permissions-notification .popup-notification-primary-button"
HOSTNAME = (
    "arguments[arguments.length - 1](WebExtensionPolicy.getByID(arguments[0]).mozExtensionHostname)"
)


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    words = [sys.executable, str(ROOT / ".ci" / "extension"), str(tmp_path)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return (tmp_path / "firstseen-firefox.zip").rename(tmp_path / "firstseen.xpi")


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    with display() as screen:
        made = Firefox(screen, tmp_path / "profile", free_port())
        try:
            yield made
        finally:
            made.close()


def test_a_picture_is_checked_in_firefox(
    firefox: Firefox, packed: Path, service: Running, site: Site
) -> None:
    extension = firefox.install(packed)
    root = f"moz-extension://{firefox.in_window(HOSTNAME, extension)}/"
    set_up(firefox, root, service)
    firefox.go(f"{site.address}/image.html")
    firefox.press_toolbar_button(extension)
    assert "A rocket" in firefox.see_in_sidebar("1 picture or video")
    firefox.in_sidebar("document.querySelector('.medium').click()")
    firefox.see_in_sidebar("Use 2024-08-02")
    assert "as this page received them" in firefox.see_in_sidebar("The file itself")
    firefox.in_sidebar("document.querySelector('#claimed-date').value = '2024-08'")
    firefox.in_sidebar("document.querySelector('button[type=submit]').click()")
    said = firefox.see_in_sidebar("Known footage", 60)
    assert "The claimed date is contradicted" in said
    granted = firefox.in_sidebar(
        "chrome.permissions.getAll().then(all => { window.granted = all.origins.join(' '); }), ''"
    )
    assert granted == ""
    assert firefox.see_in_sidebar("Earliest copy known to this library")
    assert firefox.in_sidebar("window.granted") == "http://127.0.0.1/*", "no ports, one host"


def set_up(firefox: Firefox, root: str, service: Running) -> None:
    firefox.to_tab(root + "setup/setup.html")
    firefox.wait("document.querySelector('#server').value")
    firefox.run(
        f"(document.querySelector('#server').value = {service.address!r},"
        f" document.querySelector('#key').value = {service.key!r})"
    )
    firefox.press("#connection button[type=submit]")
    firefox.press_in_window(ALLOW)
    firefox.wait("document.querySelector('.outcome.good')")
