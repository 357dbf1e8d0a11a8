"""What holds for every test, and which tests need a program that this machine may lack."""

import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings

# a busy machine must not make a property fail
settings.register_profile("firstseen", deadline=None)
settings.load_profile("firstseen")

# marker -> (programs it needs, what installs them)
NEEDS = {
    "browser": (("chromium", "chromedriver"), "make chromium"),
    "extension": (("chromium", "Xvfb", "xdotool"), "make chromium"),
    "firefox": (("firefox-esr", "Xvfb"), "make firefox"),
    "node": (("node",), "Node.js 20 or newer"),
}
_missing = pytest.StashKey[dict[str, int]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what cannot run here, and count it: a skipped test is not a passed one."""
    counts = config.stash.setdefault(_missing, {})
    for item in items:
        for marker, (programs, cure) in NEEDS.items():
            lacking = [p for p in programs if shutil.which(p) is None]
            if lacking and item.get_closest_marker(marker):
                text = f"no {' and no '.join(lacking)} here; {cure} brings it"
                item.add_marker(pytest.mark.skip(reason=text))
                counts[text] = counts.get(text, 0) + 1


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    yield
    for text, count in terminalreporter.config.stash.get(_missing, {}).items():
        terminalreporter.write_line(f"NOT RUN: {count} tests: {text}", red=True, bold=True)
