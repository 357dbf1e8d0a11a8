"""What the OpenAPI document promises, held against made requests of every route.

Requests are made from the document by schemathesis, good ones and bad ones, the same at each run.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks
from starlette.testclient import TestClient

from app.settings import Settings
from tests.app.api.access_made import bearer
from tests.app.app_made import made_app

HOST = "http://127.0.0.1:8000"
EXAMPLES = 6  # of each route, good and bad ones each
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


def settings_in(folder: Any) -> Settings:
    return Settings(library=folder, requests_per_minute=0, failed_sign_ins_per_minute=0)


# The document does not depend on a folder, which is why tests can be named after its routes.
DOCUMENT: dict[str, Any] = made_app(settings_in("nowhere")).openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {one.ok().label: one.ok() for one in SCHEMA.get_all_operations()}


@dataclass(frozen=True)
class Running:
    client: TestClient
    known: dict[str, list[str]]  # path parameter -> what it may be, to be found


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = settings_in(tmp_path_factory.mktemp("document"))
    app = made_app(made)  # made workers, a real library
    with TestClient(app, base_url=HOST, headers=bearer(made), follow_redirects=False) as client:
        check = client.post("/v1/checks", files={"file": ("a.mp4", b"x")}).json()["id"]
        while client.get(f"/v1/checks/{check}").json()["state"] != "done":
            time.sleep(0.02)
        clip = client.post("/v1/clips", files={"file": ("a.mp4", b"y")}).json()["clip"]["id"]
        yield Running(client, {"check_id": [check], "clip_id": [clip]})


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("label", OPERATIONS)
def test_answers_are_as_the_document_says(
    label: str, mode: GenerationMode, running: Running
) -> None:
    operation = OPERATIONS[label]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def hold(data: st.DataObject) -> None:
        known = {
            name: data.draw(st.sampled_from(values))
            for name, values in running.known.items()
            if f"{{{name}}}" in label and data.draw(st.booleans())
        }
        case = data.draw(operation.as_strategy(mode, path_parameters=known or None))
        case.validate_response(sent(case, running.client), checks=CHECKS)

    try:
        hold()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing in this route can be wrong


def sent(case: schemathesis.Case, client: TestClient) -> Any:
    """The answer to a made request, with our key where it brings none of its own."""
    wanted = case.as_transport_kwargs(base_url=HOST)
    for unused in ("cookies", "auth"):
        wanted.pop(unused, None)
    request = requests.Request(**wanted).prepare()
    headers = {name: value for name, value in request.headers.items() if name != "Cookie"}
    return client.request(request.method, request.url, content=request.body, headers=headers)
