"""What the log holds, and what it must not."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.jobs import service_log
from app.settings import Settings
from tests.app.api.access_made import bearer
from tests.app.app_made import made_app

HOST = "http://127.0.0.1:8000"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the service's log says, with the logging of the tests put back after."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    stream = io.StringIO()
    service_log.set_up(stream)
    yield stream
    root.handlers, root.level = handlers, level
    for name in service_log.INFO_LOGGERS:
        logging.getLogger(name).setLevel(logging.NOTSET)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_an_object_with_known_fields_only(written: io.StringIO) -> None:
    logging.getLogger("app.b").info("begun", extra={"check": "x1", "claim": "Shanghai"})
    (line,) = lines(written)
    assert line.pop("at")
    assert line == {"level": "info", "from": "app.b", "says": "begun", "check": "x1"}


def test_below_the_level_nothing_is_logged(written: io.StringIO) -> None:
    service_log.set_up(written, "warning")
    logging.getLogger("app.b").info("request")
    logging.getLogger("app.b").warning("look")
    service_log.set_up(written, "error")
    logging.getLogger("other").warning("look")
    assert [line["says"] for line in lines(written)] == ["look"]


def test_a_fault_is_logged_by_its_place_and_not_by_its_message(written: io.StringIO) -> None:
    try:
        raise ZeroDivisionError("secret name")
    except ZeroDivisionError as error:
        logging.getLogger("a").error("a fault", exc_info=error)
    (line,) = lines(written)
    assert line["fault"].startswith("ZeroDivisionError at test_service_log.py:")
    assert "secret name" not in written.getvalue()


def test_requests_are_logged_without_what_people_call_things(
    written: io.StringIO, tmp_path: Path
) -> None:
    settings = Settings(library=tmp_path, workers=1)
    headers = bearer(settings)
    with TestClient(made_app(settings), base_url=HOST, headers=headers) as client:
        form = {"claimed_place": "CANARY-place", "context": '{"how": "CANARY-how"}'}
        file = {"file": ("CANARY-name.mp4", b"CANARY-content")}
        check = client.post("/v1/checks", files=file, data=form).json()
        client.get("/v1/checks?q=CANARY-search")
        client.get("/v1/checks/CANARY-id")
        client.get("/CANARY-path")
        client.delete(f"/v1/checks/{check['id']}")
    entries = lines(written)
    requests = {
        (entry["method"], entry["route"], entry["status"]) for entry in entries if "route" in entry
    }
    assert ("POST", "/v1/checks", 202) in requests
    assert ("GET", None, 404) in requests
    assert check["id"] in {entry.get("check") for entry in entries}
    assert "CANARY" not in written.getvalue()
    assert headers["authorization"].split()[1] not in written.getvalue()
