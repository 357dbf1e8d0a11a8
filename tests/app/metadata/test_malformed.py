"""Over a hundred malformed media files through the real service: it answers each and stays well."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.api.app import create_app
from app.settings import Settings
from tests.app.api.access_made import bearer
from tests.app.api.test_resources import ITEM, Headers, upload, wait_until_complete
from tests.made.mutations import mutations

SEED = 20221127
EACH = 9  # of thirteen formats
LEAST_FILES = 100
LEAST_DECODED = 30  # whose pictures a decoder began to read

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("service")
    return Settings(
        library=folder / "library",
        workers=2,
        requests_per_minute=0,
        max_waiting=200,
        memory_bytes=768 * 2**20,
        cpu_s=60,
        wall_s=60.0,
    )


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.fixture(scope="module")
def ann(settings: Settings, client: TestClient) -> Headers:
    return bearer(settings)


@pytest.fixture(scope="module")
def outcomes(
    client: TestClient, ann: Headers, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What became of each file, by name."""
    folder = tmp_path_factory.mktemp("broken")
    started = [upload(client, ann, path, "/v1/checks") for path in mutations(folder, EACH, SEED)]
    return {one["item"]["name"]: wait_until_complete(client, ann, one["id"]) for one in started}


def test_each_file_ends_in_a_report_that_names_it(outcomes: dict[str, Any]) -> None:
    assert len(outcomes) >= LEAST_FILES
    for name, check in outcomes.items():
        assert check["report"]["item"]["name"] == name
        assert (check["report"]["verdict"] is None) == (check["state"] == "failed"), name
        if check["state"] == "failed":
            assert check["report"]["problems"], name


def test_enough_of_them_reach_a_decoder(outcomes: dict[str, Any]) -> None:
    """A size is known only of what a decoder or a parser of pictures has opened."""
    decoded = [name for name, one in outcomes.items() if one["report"]["item"].get("width")]
    assert len(decoded) >= LEAST_DECODED


def test_none_of_them_takes_a_worker_along(outcomes: dict[str, Any]) -> None:
    assert {name: one["attempts"] for name, one in outcomes.items() if one["attempts"] > 1} == {}


def test_the_service_is_well_after_them(
    outcomes: dict[str, Any], client: TestClient, ann: Headers
) -> None:
    assert client.get("/v1/health").status_code == 200
    made = upload(client, ann, ITEM, "/v1/checks")
    assert wait_until_complete(client, ann, made["id"])["report"]["verdict"]["relation"] == "none"
