"""Keys, sessions and limits over HTTP, from outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from app.api import app as api
from app.api.rate_limits import client_network
from app.library.library import Library
from app.library.records import Stats
from app.settings import Settings
from app.store import audit_log
from app.store.data_folder import open_store
from tests.app.api.access_made import bearer, made_key, sign_in
from tests.app.app_made import made_app

HOST = "http://127.0.0.1:8000"
EXTENSION = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"
ACCEPTED = (202, 200)  # 200: the same file was sent before
FORM: dict[str, Any] = {"files": {"file": ("a.mp4", b"x")}}


@contextmanager
def running(settings: Settings, host: str = HOST) -> Iterator[TestClient]:
    with TestClient(made_app(settings), base_url=host) as client:
        yield client


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(library=tmp_path / "library")


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with running(settings) as client:
        yield client


def log(settings: Settings) -> list[tuple[str, str, str]]:
    store = open_store(settings.desk_folder())
    with store.reading() as connection:
        found = [(e.actor, e.action, e.object) for e in audit_log.entries(connection)]
    store.close()
    return found


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.headers.get("www-authenticate") == "Bearer") == (status == 401)
    assert ("retry-after" in answer.headers) == (status == 429)
    content: dict[str, Any] = answer.json()
    assert content["status"] == status
    return content


# ---- keys


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer fsk_" + "A" * 43,
        "Bearer nonsense",
        "Basic dXNlcjpmc2tf",
        "fsk_" + "A" * 43,
        "Bearer " + "x" * 5000,
        "Bearer fsk_" + "\xe9" * 43,
    ],
)
def test_what_is_no_key_is_refused(header: str, client: TestClient) -> None:
    content = refused(client.get("/v1/compat", headers={"authorization": header.encode()}), 401)
    assert "fsk_" not in content["detail"]


def test_the_schemes_name_may_be_in_any_case(client: TestClient, settings: Settings) -> None:
    secret = made_key(settings, "check")[1]
    for scheme in ("Bearer", "bearer", "BEARER"):
        headers = {"authorization": f"{scheme} {secret}"}
        assert client.get("/v1/compat", headers=headers).status_code == 200


def test_two_keys_at_once_are_none(client: TestClient, settings: Settings) -> None:
    one = bearer(settings)["authorization"]
    headers = httpx.Headers([("authorization", one), ("authorization", one)])
    refused(client.get("/v1/compat", headers=headers), 401)


def test_a_key_in_the_address_is_no_key(client: TestClient, settings: Settings) -> None:
    secret = made_key(settings)[1]
    for name in ("key", "access_token", "token", "authorization"):
        refused(client.get("/v1/compat", params={name: secret}), 401)


def test_an_upload_without_a_key_is_refused_before_it_is_read(
    client: TestClient, settings: Settings
) -> None:
    refused(client.post("/v1/checks", **FORM), 401)
    assert not list((settings.desk_folder() / "uploads").iterdir())


def test_a_key_that_a_command_revokes_is_refused_at_once(
    client: TestClient, settings: Settings
) -> None:
    admin, headers = bearer(settings, "admin"), bearer(settings, "check")
    assert client.get("/v1/compat", headers=headers).status_code == 200
    mine = client.get("/v1/session", headers=headers).json()["key"]["id"]
    assert client.delete(f"/v1/keys/{mine}", headers=admin).status_code == 204
    refused(client.get("/v1/compat", headers=headers), 401)


def test_keys_are_made_listed_and_revoked(client: TestClient, settings: Settings) -> None:
    admin, secret = made_key(settings, "admin")
    client.headers["authorization"] = f"Bearer {secret}"
    wanted = {"name": "Ana", "scopes": ["library:read", "check"]}
    answer = client.post("/v1/keys", json=wanted)
    assert answer.status_code == 201
    made = answer.json()["key"]
    assert (made["name"], made["scopes"]) == ("Ana", ["check", "library:read"])
    hers = {"authorization": f"Bearer {answer.json()['secret']}"}
    assert client.get("/v1/compat", headers=hers).json()["key"] == {
        "name": "Ana",
        "scopes": ["check", "library:read"],
    }
    listed = client.get("/v1/keys")
    assert [key["id"] for key in listed.json()["keys"]] == [admin.id, made["id"]]
    assert "fsk_" not in listed.text
    again = client.post(f"/v1/keys/{made['id']}/rotate", json={"grace_s": 60, "days": 30}).json()
    assert again["key"]["old_secret_until"] < again["key"]["expires_at"]
    new = {"authorization": f"Bearer {again['secret']}"}
    for good in (hers, new):
        told = client.get("/v1/session", headers=good).json()["key"]
        assert told["expires_at"] == again["key"]["expires_at"]
    hers = new
    assert client.delete(f"/v1/keys/{made['id']}").status_code == 204
    assert client.get("/v1/keys").json()["keys"][1]["revoked_at"] is not None
    refused(client.get("/v1/compat", headers=hers), 401)
    refused(client.delete("/v1/keys/unknown"), 404)
    refused(client.post("/v1/keys/unknown/rotate", json={}), 404)
    refused(client.post(f"/v1/keys/{made['id']}/rotate", json={}), 409)
    assert log(settings)[1:] == [
        (admin.id, "key.create", made["id"]),
        (admin.id, "key.rotate", made["id"]),
        (admin.id, "key.revoke", made["id"]),
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"name": "Ana", "scopes": []},
        {"name": "Ana", "scopes": ["everything"]},
        {"name": "", "scopes": ["check"]},
        {"name": "x" * 101, "scopes": ["check"]},
        {"name": "Ana", "scopes": ["check"], "secret": "fsk_mine"},
        {"name": "Ana", "scopes": ["check"], "days": 0},
        [],
    ],
)
def test_a_key_that_cannot_be_is_not_made(
    wanted: Any, client: TestClient, settings: Settings
) -> None:
    headers = bearer(settings, "admin")
    refused(client.post("/v1/keys", json=wanted, headers=headers), 422)
    assert len(client.get("/v1/keys", headers=headers).json()["keys"]) == 1


# ---- sessions


def test_a_page_signs_in_works_and_signs_out(client: TestClient, settings: Settings) -> None:
    key, secret = made_key(settings, "check")
    answer = client.post("/v1/session", json={"key": secret})
    assert answer.status_code == 200
    assert answer.json()["key"] == {
        "id": key.id,
        "name": "tests",
        "scopes": ["check"],
        "expires_at": None,
    }
    cookie = answer.headers["set-cookie"]
    value = cookie.partition("=")[2].partition(";")[0]
    assert set(cookie.split("; ")[1:]) == {"HttpOnly", "Max-Age=43200", "Path=/", "SameSite=strict"}
    assert secret not in answer.text + cookie
    assert client.get("/v1/session").json() == answer.json(), "a page loaded anew is told again"
    token = {"x-firstseen-csrf": answer.json()["csrf"]}
    assert client.post("/v1/checks", **FORM, headers=token).status_code in ACCEPTED
    out = client.delete("/v1/session", headers=token)
    assert out.status_code == 204
    assert 'firstseen_session=""' in out.headers["set-cookie"]
    refused(client.get("/v1/session", headers={"cookie": f"firstseen_session={value}"}), 401)
    assert [action for _, action, _ in log(settings)] == [
        "key.create",
        "session.start",
        "check.start",
        "session.end",
    ]


def test_the_cookie_is_secure_where_the_page_came_over_tls(tmp_path: Path) -> None:
    settings = Settings(library=tmp_path, hosts="desk.example.org")
    secret = made_key(settings)[1]
    for host, origin in (
        ("http://desk.example.org", "https://desk.example.org"),  # a proxy ends TLS
        ("https://127.0.0.1:8000", "https://127.0.0.1:8000"),
    ):
        with running(settings, host) as client:
            headers = {"origin": origin}
            answer = client.post("/v1/session", json={"key": secret}, headers=headers)
            assert "; Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "PUT"])
def test_a_cookie_alone_changes_nothing(
    method: str, client: TestClient, settings: Settings
) -> None:
    sign_in(client, settings)
    token = client.headers.pop("x-firstseen-csrf")
    path = {"POST": "/v1/checks", "DELETE": "/v1/session"}.get(method, "/v1/clips/R000001")
    if method in ("PATCH", "PUT"):
        assert client.request(method, path).status_code in (403, 405)
        return
    for wrong in ({}, {"x-firstseen-csrf": ""}, {"x-firstseen-csrf": token[:-1]}):
        refused(client.request(method, path, headers=wrong), 403)
    twice = httpx.Headers([("x-firstseen-csrf", token), ("x-firstseen-csrf", token)])
    refused(client.request(method, path, headers=twice), 403)
    assert client.get("/v1/session").status_code == 200


def test_another_sessions_token_is_no_token(client: TestClient, settings: Settings) -> None:
    sign_in(client, settings)
    first = client.headers["x-firstseen-csrf"]
    client.cookies.clear()
    sign_in(client, settings)
    refused(client.delete("/v1/session", headers={"x-firstseen-csrf": first}), 403)


def test_a_key_in_the_header_goes_before_the_cookie(client: TestClient, settings: Settings) -> None:
    sign_in(client, settings)
    refused(client.get("/v1/session", headers={"authorization": "Bearer fsk_wrong"}), 401)
    other = client.get("/v1/session", headers=bearer(settings, "check")).json()
    assert (other["key"]["scopes"], other["csrf"], other["expires_at"]) == (["check"], None, None)


def test_a_session_ends_with_its_key_and_with_its_time(tmp_path: Path) -> None:
    settings = Settings(library=tmp_path, session_s=60)
    with running(settings) as client:
        sign_in(client, settings)
        mine = client.get("/v1/session").json()["key"]["id"]
        client.delete(f"/v1/keys/{mine}", headers=bearer(settings, "admin"))
        refused(client.get("/v1/session"), 401)
        sign_in(client, settings)
        store = open_store(settings.desk_folder())
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE sessions SET expires_at = '2026-01-01'")
        refused(client.get("/v1/session"), 401)
        with store.reading() as connection:
            left = connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar_one()
        store.close()
        assert left == 0, "set back, no clock finds it again"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b'{"key": "fsk_wrong"}', 401),
        (b'{"key": ""}', 401),
        (b'{"key": 5}', 422),
        (b'{"key": "\\ud800"}', 422),
        (b"{", 422),
        (b"", 422),
        (b'{"key": "' + b"x" * 300_000 + b'"}', 413),
    ],
)
def test_signing_in_with_no_key_is_refused(content: bytes, status: int, client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    refused(client.post("/v1/session", content=content, headers=headers), status)


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=b"])
def test_what_is_no_upload_is_not_read_without_end(kind: str, client: TestClient) -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b" " * 65536

    answer = client.post("/v1/session", content=pieces(), headers={"content-type": kind})
    refused(answer, 413)


# ---- how often


def test_a_key_that_asks_too_often_waits_and_others_do_not(tmp_path: Path) -> None:
    settings = Settings(library=tmp_path, requests_per_minute=3)
    one, other = bearer(settings), bearer(settings)
    with running(settings) as client:
        statuses = [client.get("/v1/compat", headers=one).status_code for _ in range(3)]
        assert statuses == [200] * 3
        answer = client.get("/v1/compat", headers=one)
        refused(answer, 429)
        assert 1 <= int(answer.headers["retry-after"]) <= 20
        assert client.get("/v1/compat", headers=other).status_code == 200
        assert client.get("/v1/health").status_code == 200


def test_an_address_with_too_many_wrong_keys_waits_and_a_right_key_does_not(
    tmp_path: Path,
) -> None:
    settings = Settings(library=tmp_path, failed_sign_ins_per_minute=3)
    secret = made_key(settings)[1]
    with running(settings) as client:
        wrong = {"authorization": "Bearer fsk_wrong"}
        refused(client.get("/v1/compat", headers=wrong), 401)
        for _ in range(2):
            refused(client.post("/v1/session", json={"key": "fsk_wrong"}), 401)
        answer = client.post("/v1/session", json={"key": "fsk_wrong"})
        refused(answer, 429)
        assert 1 <= int(answer.headers["retry-after"]) <= 20
        refused(client.get("/v1/compat", headers=wrong), 429)
        refused(client.get("/v1/compat"), 401)
        assert client.post("/v1/session", json={"key": secret}).status_code == 200


def test_signing_in_counts_for_its_key(tmp_path: Path) -> None:
    settings = Settings(library=tmp_path, requests_per_minute=2)
    secret = made_key(settings)[1]
    with running(settings) as client:
        for status in (200, 200, 429):
            assert client.post("/v1/session", json={"key": secret}).status_code == status
    assert [action for _, action, _ in log(settings)].count("session.start") == 2


def test_a_client_of_ipv6_is_its_network() -> None:
    assert (
        client_network("2001:db8::1")
        == client_network("2001:db8::ffff:1")
        != client_network("2001:db8:0:1::1")
    )
    assert (
        client_network("::ffff:192.0.2.1")
        == client_network("192.0.2.1")
        == "192.0.2.1"
        != client_network("192.0.2.2")
    )
    assert client_network("testclient") == "testclient"


# ---- who may call


def test_an_extensions_page_may_use_a_key(client: TestClient, settings: Settings) -> None:
    """With permission for the host, Chromium sends Origin on all but GET, and site `none`."""
    headers = bearer(settings)
    for origin in (EXTENSION, "moz-extension://1b2c3d4e-0000-4000-8000-1b2c3d4e5f60"):
        for site in ("none", "cross-site", "same-site"):
            sent = {**headers, "origin": origin, "sec-fetch-site": site}
            assert client.post("/v1/checks", **FORM, headers=sent).status_code in ACCEPTED
            sent.pop("origin")
            assert client.get("/v1/compat", headers=sent).status_code == 200


@pytest.mark.parametrize("origin", [EXTENSION, "https://evil.example", "null"])
def test_no_other_origin_may_use_a_cookie(
    origin: str, client: TestClient, settings: Settings
) -> None:
    sign_in(client, settings)  # even with the token, which it cannot know
    assert client.post("/v1/checks", **FORM, headers={"origin": origin}).status_code == 403
    assert client.get("/v1/session", headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "chrome-extension.evil.example", "file://", "extension://x"],
)
def test_a_web_page_may_not_even_use_a_key(
    origin: str, client: TestClient, settings: Settings
) -> None:
    answer = client.get("/v1/compat", headers={**bearer(settings), "origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_a_cookie_beside_an_extensions_key_is_not_looked_at(
    client: TestClient, settings: Settings
) -> None:
    """Chromium sends our page's cookie along with what an extension asks."""
    sign_in(client, settings)
    del client.headers["x-firstseen-csrf"]
    sent = {**bearer(settings, "check"), "origin": EXTENSION}
    seen = client.get("/v1/session", headers=sent).json()
    assert (seen["key"]["scopes"], seen["csrf"]) == (["check"], None)
    assert client.post("/v1/checks", **FORM, headers=sent).status_code in ACCEPTED
    wrong = {"authorization": "Bearer fsk_wrong", "origin": EXTENSION}
    assert client.get("/v1/session", headers=wrong).status_code == 401


def test_an_extension_without_a_key_is_a_stranger(client: TestClient) -> None:
    for extra in ({}, {"authorization": "Basic dXNlcjpwYXNz"}):
        sent = {"origin": EXTENSION, **extra}
        assert client.get("/v1/health", headers=sent).status_code == 403
        assert client.post("/v1/session", json={"key": "x"}, headers=sent).status_code == 403
    asked = {"origin": EXTENSION, "access-control-request-method": "POST"}
    assert client.options("/v1/checks", headers=asked).status_code == 403


def test_a_named_origin_gets_cors_for_keys_and_nothing_for_cookies(tmp_path: Path) -> None:
    named = "https://tools.example.org"
    settings = Settings(library=tmp_path, origins=named)
    with running(settings) as client:
        asked = {
            "origin": named,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization",
            "sec-fetch-site": "cross-site",
        }
        preflight = client.options("/v1/checks", headers=asked)
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-origin"] == named
        assert "Authorization" in preflight.headers["access-control-allow-headers"]
        sent = {"origin": named, "sec-fetch-site": "cross-site"}
        answer = client.get("/v1/compat", headers={**bearer(settings), **sent})
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == named
        assert answer.headers["vary"] == "Origin"
        wrong = client.get("/v1/compat", headers={"authorization": "Bearer x", **sent})
        assert wrong.headers["access-control-allow-origin"] == named, "or a page sees no 401"
        for one in (preflight, answer):
            assert "access-control-allow-credentials" not in one.headers
        sign_in(client, settings)
        assert client.get("/v1/session", headers=sent).status_code == 403
        for other in ("https://evil.example", f"{named}.evil.example", "http://tools.example.org"):
            assert (
                client.options("/v1/checks", headers={**asked, "origin": other}).status_code == 403
            )


def test_a_further_name_is_answered_with_and_without_a_proxys_tls(tmp_path: Path) -> None:
    settings = Settings(library=tmp_path, hosts="Desk.example.org, other.example.org")
    headers = bearer(settings)
    with running(settings, "http://desk.example.org") as client:
        for origin in ("http://desk.example.org", "https://desk.example.org"):
            sent = {**headers, "origin": origin}
            assert client.post("/v1/checks", **FORM, headers=sent).status_code in ACCEPTED
        for origin in ("https://other.example.org", "https://desk.example.org:444"):
            sent = {**headers, "origin": origin}
            assert client.post("/v1/checks", **FORM, headers=sent).status_code == 403
    with running(settings, "http://third.example.org") as client:
        assert client.get("/v1/compat", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "origin", ["*", "tools.example.org", "https://tools.example.org/", "https://a b", "null"]
)
def test_an_origin_that_is_none_is_no_setting(origin: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected an origin"):
        Settings(library=tmp_path, origins=origin)


# ---- the audit log


def test_the_audit_log_is_read_in_pages(client: TestClient, settings: Settings) -> None:
    headers = bearer(settings, "admin")
    for _ in range(4):
        made_key(settings, "check")
    first = client.get("/v1/audit?limit=3", headers=headers).json()
    assert [entry["number"] for entry in first["entries"]] == [1, 2, 3]
    rest = client.get(f"/v1/audit?after={first['next']}", headers=headers).json()
    assert [entry["number"] for entry in rest["entries"]] == [4, 5]
    assert rest["next"] is None
    assert rest["head"] == first["head"] == f"5:{rest['entries'][-1]['hash']}"


def test_compat_names_what_there_is(client: TestClient, settings: Settings) -> None:
    client.headers.update(bearer(settings, "check"))
    content = client.get("/v1/compat").json()
    assert (content["api"], content["key"]) == (1, {"name": "tests", "scopes": ["check"]})
    assert content["features"] == ["links", "events", "pictures", "reveal", "decisions", "alerts"]


def test_compat_names_no_links_where_nothing_is_fetched(tmp_path: Path) -> None:
    settings = Settings(library=tmp_path, fetch=False)
    with running(settings) as client:
        features = client.get("/v1/compat", headers=bearer(settings)).json()["features"]
    assert "links" not in features
    assert "events" in features


def test_a_fault_of_our_own_is_a_problem_and_no_secret(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(library: Library) -> Stats:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(Library, "stats", broken)
    app = made_app(settings)
    with TestClient(app, base_url=HOST, raise_server_exceptions=False) as client:
        answer = client.get("/v1/health")
        refused(answer, 500)
        assert "secret" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_first_key_is_shown_once_with_where_to_sign_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(library=tmp_path, host="0.0.0.0", port=8123)
    api._announce_first_key(settings)
    said = capsys.readouterr()
    assert not said.out
    assert "http://127.0.0.1:8123/" in said.err
    (secret,) = {word for word in said.err.split() if word.startswith("fsk_") and len(word) == 47}
    api._announce_first_key(settings)
    assert capsys.readouterr().err == ""
    with running(settings) as client:
        assert client.post("/v1/session", json={"key": secret}).status_code == 200
