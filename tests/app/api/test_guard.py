"""What another page in the same browser, or a rebound name, can do to the service: nothing.

The client is signed in as a browser is: its cookie goes along with whatever is sent.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.api.guard import host_name, is_this_machine
from app.settings import Settings
from tests.app.api.access_made import sign_in
from tests.app.app_made import made_app
from tests.app.store.store_made import remaining_uploads

HOST = "http://127.0.0.1:8000"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(library=tmp_path)
    app = made_app(settings)
    with TestClient(app, base_url=HOST) as client:
        sign_in(client, settings)
        yield client


def post(client: TestClient, **headers: str) -> int:
    files = {"file": ("a.mp4", os.urandom(8))}
    status: int = client.post("/v1/checks", files=files, headers=headers).status_code
    return status


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example:8000",
        "localhost.evil.example",
        "127.0.0.2:8000",
        "[::2]:8000",
        "0.0.0.0:8000",
        "localhost@evil.example",
        "",
    ],
)
def test_a_rebound_name_is_refused_even_for_reading(host: str, client: TestClient) -> None:
    for path in ("/", "/v1/health", "/v1/clips"):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST", "[::1]:9", "[::1]"]
)
def test_the_services_own_names_are_answered(host: str, client: TestClient) -> None:
    assert client.get("/v1/health", headers={"host": host}).status_code == 200


def test_a_name_that_the_owner_listens_on_is_answered(tmp_path: Path) -> None:
    app = made_app(Settings(library=tmp_path, host="192.168.1.5"))
    with TestClient(app, base_url="http://192.168.1.5:8000") as client:
        assert client.get("/v1/health").status_code == 200
    app = made_app(Settings(library=tmp_path, host="0.0.0.0"))
    with TestClient(app, base_url="http://0.0.0.0:8000") as client:
        assert client.get("/v1/health").status_code == 403


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://127.0.0.1",  # another port is another origin
        "http://127.0.0.1:3000",
        "https://127.0.0.1:8000",
        "http://localhost:8000",
        "http://127.0.0.1:8000.evil.example",
    ],
)
def test_posts_from_other_origins_never_reach_the_service(
    origin: str, client: TestClient, tmp_path: Path
) -> None:
    assert post(client, origin=origin) == 403
    assert client.delete("/v1/clips/R000001", headers={"origin": origin}).status_code == 403
    assert not remaining_uploads(tmp_path / "desk")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_the_browsers_own_word_on_the_sender_is_enough_to_refuse(
    site: str, client: TestClient, tmp_path: Path
) -> None:
    assert post(client, **{"sec-fetch-site": site}) == 403
    assert client.get("/v1/clips", headers={"sec-fetch-site": site}).status_code == 403
    form = {"sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert post(client, **form) == 403, "a form on another page that is sent by navigating"
    assert not remaining_uploads(tmp_path / "desk")


def test_its_own_page_and_a_command_line_are_let_through(client: TestClient) -> None:
    assert post(client, origin=HOST, **{"sec-fetch-site": "same-origin"}) == 202
    assert post(client) == 202


def test_a_link_to_the_page_may_be_followed_but_not_framed_or_fetched(client: TestClient) -> None:
    visit = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/", headers={**visit, "sec-fetch-dest": "document"}).status_code == 200
    assert client.get("/", headers={**visit, "sec-fetch-dest": "iframe"}).status_code == 403
    script = {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "no-cors",
        "sec-fetch-dest": "script",
    }
    assert client.get("/static/main.js", headers=script).status_code == 403


def test_no_preflight_is_ever_granted(client: TestClient) -> None:
    asked = {"origin": "https://evil.example", "access-control-request-method": "DELETE"}
    answer = client.options("/v1/clips/R000001", headers=asked)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_two_host_headers_are_refused(client: TestClient) -> None:
    headers: Any = [("host", "127.0.0.1:8000"), ("host", "evil.example")]
    assert client.get("/v1/health", headers=headers).status_code == 403


def test_web_sockets_are_refused(client: TestClient) -> None:
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/v1/checks"):
        pass


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("127.0.0.1:8000", "127.0.0.1"),
        ("[::1]:80", "::1"),
        ("[::1]", "::1"),
        ("LocalHost", "localhost"),
        ("xn--9kq.example:65535", "xn--9kq.example"),
    ],
)
def test_host_names_lose_their_port(header: str, name: str) -> None:
    assert host_name(header) == name


@pytest.mark.parametrize(
    "header",
    [
        "127.0.0.1:8101@evil.org",
        "127.0.0.1:8101, evil.org",
        "evil.org@127.0.0.1:8101",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:65536",
        "127.0.0.1:80:80",
        "127.0.0.1 ",
        "127.0.0.1/",
        "[::1]evil",
        "[::1]:8000@evil.org",
        "[::1",
        "::1",
        "local\u017fhost",
        "",
    ],
)
def test_a_malformed_host_is_nobodys_name(client: TestClient, header: str) -> None:
    assert host_name(header) is None
    headers: Any = [("host", header.encode("latin-1", "replace"))]
    assert client.get("/v1/health", headers=headers).status_code == 403


def test_addresses_of_this_machine_are_known() -> None:
    assert [is_this_machine(h) for h in ("127.0.0.1", "localhost", "::1", "127.8.8.8")] == [
        True
    ] * 4
    assert [is_this_machine(h) for h in ("0.0.0.0", "::", "192.168.1.5", "name")] == [False] * 4
