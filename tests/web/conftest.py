"""One service for all tests of the page, and a browser for each module of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.web.desk import Desk


@pytest.fixture(scope="package")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Desk"]:
    from tests.web.desk import running_desk

    with running_desk(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from tests.web.desk import running_browser

    with running_browser() as browser:
        yield browser
