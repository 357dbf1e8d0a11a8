"""The authorisation table: every route by every scope, and by whoever has no key.

A new route needs a line in TABLE: the scopes that its `may(...)` names. The rest is sent to the
service as it is put together, so a route that forgot its dependency fails here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.settings import Settings
from app.store.keys import Scope
from tests.app.api.access_made import bearer, made_key
from tests.app.app_made import made_app

HOST = "http://127.0.0.1:8000"
OPEN: tuple[str, ...] | None = None  # no key is needed
ANY_KEY: tuple[str, ...] = ()

TABLE: dict[str, tuple[str, ...] | None] = {
    "GET /": OPEN,
    "GET /static/{path}": OPEN,
    "GET /.well-known/security.txt": OPEN,
    "GET /v1/health": OPEN,
    "POST /v1/session": OPEN,
    "GET /v1/session": ANY_KEY,
    "DELETE /v1/session": ANY_KEY,
    "GET /v1/compat": ANY_KEY,
    "GET /v1/openapi.json": ANY_KEY,
    "GET /v1/keys": ("admin",),
    "POST /v1/keys": ("admin",),
    "DELETE /v1/keys/{key_id}": ("admin",),
    "POST /v1/keys/{key_id}/rotate": ("admin",),
    "GET /v1/audit": ("admin",),
    "GET /metrics": ("admin",),
    "POST /v1/checks": ("check",),
    "GET /v1/checks": ("check",),
    "GET /v1/checks/{check_id}": ("check",),
    "GET /v1/checks/{check_id}/events": ("check",),
    "POST /v1/checks/{check_id}/cancel": ("check",),
    "GET /v1/checks/{check_id}/report.json": ("check",),
    "GET /v1/checks/{check_id}/bag.zip": ("check",),
    "DELETE /v1/checks/{check_id}": ("check",),
    "GET /v1/checks/{check_id}/report.html": ("check",),
    "POST /v1/links": ("check",),
    "GET /v1/checks/{check_id}/pictures": ("check",),
    "GET /v1/checks/{check_id}/pictures/{clip_id}/{name}": ("check",),
    "POST /v1/checks/{check_id}/reveal": ("check", "reveal"),
    "GET /v1/checks/{check_id}/decisions": ("check",),
    "POST /v1/checks/{check_id}/decisions": ("check",),
    "POST /v1/decisions/{decision_id}/withdraw": ("check",),
    "GET /v1/alerts": ("check",),
    "POST /v1/alerts/{alert_id}/seen": ("check",),
    "GET /v1/library": ("library:read",),
    "PATCH /v1/clips/{clip_id}": ("library:write",),
    "POST /v1/clips/{clip_id}/appearances": ("library:write",),
    "DELETE /v1/clips/{clip_id}/appearances/{n}": ("library:write",),
    "GET /v1/clips/{clip_id}/picture": ("library:read",),
    "GET /v1/clips/{clip_id}/checks": ("library:read", "check"),
    "POST /v1/checks/{check_id}/clip": ("library:write", "check"),
    "POST /v1/clips": ("library:write",),
    "GET /v1/clips": ("library:read",),
    "GET /v1/clips/{clip_id}": ("library:read",),
    "DELETE /v1/clips/{clip_id}": ("library:write",),
}

NOBODY = "nobody"
WRONG = "a wrong key"
REVOKED = "a revoked key"
CALLERS = (NOBODY, WRONG, REVOKED, *Scope, "all scopes")


def routes_of(routes: Any) -> Iterator[str]:
    """ "GET /v1/checks" of every route there is, those of included routers and mounts too."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from routes_of(included.routes)
        else:
            path = re.sub(r":\w+\}", "}", route.path)  # {name:path} is {name}
            for method in (getattr(route, "methods", None) or {"GET"}) - {"HEAD"}:
                yield f"{method} {path}"


@dataclass(frozen=True)
class Service:
    client: TestClient
    headers: dict[str, dict[str, str]]  # by caller


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = Settings(library=tmp_path_factory.mktemp("table"), failed_sign_ins_per_minute=0)
    headers = {scope.value: bearer(settings, scope) for scope in Scope}
    headers["all but read-all"] = bearer(settings, *(set(Scope) - {Scope.READ_ALL}))
    headers[NOBODY] = {}
    headers[WRONG] = {"authorization": "Bearer fsk_" + "A" * 43}
    headers["all scopes"] = bearer(settings)
    revoked, secret = made_key(settings)
    headers[REVOKED] = {"authorization": f"Bearer {secret}"}
    with TestClient(made_app(settings), base_url=HOST) as client:
        assert client.delete(f"/v1/keys/{revoked.id}", headers=headers["all scopes"]).is_success
        yield Service(client, headers)


def test_every_route_has_a_line_in_the_table_and_every_line_a_route(tmp_path: Path) -> None:
    there = set(routes_of(made_app(Settings(library=tmp_path)).routes))
    assert there == TABLE.keys()


def expected(scopes: tuple[str, ...] | None, caller: str) -> str:
    if scopes is OPEN:
        return "let through"
    if caller in (NOBODY, WRONG, REVOKED):
        return "unknown"
    return "let through" if caller == "all scopes" or set(scopes) <= {caller} else "lacks a scope"


def answered(route: str, caller: str, service: Service) -> str:
    method, _, path = route.partition(" ")
    address = re.sub(r"\{\w+\}", "unknown", path)
    answer = service.client.request(method, address, headers=service.headers[caller])
    status = answer.status_code
    if status == 401 and answer.headers.get("www-authenticate") == "Bearer":
        return "unknown"
    if "lacks the scope" in answer.text and answer.headers["content-type"].endswith("json"):
        return "lacks a scope" if status == 403 else f"lacks a scope, but {status}"
    # what was asked for may be missing or not understood: that comes after the question who asks
    return "let through" if status < 500 and status not in (401, 403) else str(status)


def test_who_may_use_which_route(service: Service) -> None:
    """Every route by every caller, 400 requests; all differences from the table at once."""
    differences = [
        f"{route} by {caller}: {was}, expected {due}"
        for route, scopes in TABLE.items()
        for caller in CALLERS
        if (was := answered(route, caller, service)) != (due := expected(scopes, caller))
    ]
    assert differences == []


@pytest.mark.parametrize("route", [r for r in TABLE if r[:3] != "GET" and TABLE[r] is not None])
def test_a_cookie_without_its_token_changes_nothing_anywhere(route: str, service: Service) -> None:
    _, secret = made_key(Settings(library=service.client.app.state.settings.library))  # type: ignore[attr-defined]
    signed = service.client.post("/v1/session", json={"key": secret})
    cookie = {"cookie": signed.headers["set-cookie"].partition(";")[0]}
    method, _, path = route.partition(" ")
    address = re.sub(r"\{\w+\}", "unknown", path)
    answer = service.client.request(method, address, headers=cookie)
    service.client.cookies.clear()
    assert answer.status_code == 403
    assert "X-Firstseen-CSRF" in answer.text


@pytest.mark.parametrize("route", [r for r in TABLE if "{check_id}" in r])
def test_another_keys_check_is_as_if_it_were_not_there(route: str, service: Service) -> None:
    """Never 403, which would say that there is one; not even to who may read all keys' checks,
    where something would be changed.
    """
    upload = {"file": ("a.mp4", route.encode())}
    made = service.client.post("/v1/checks", files=upload, headers=service.headers["all scopes"])
    method, _, path = route.partition(" ")
    caller = service.headers["all but read-all"]
    answers = []
    for check_id in (made.json()["id"], "unknown"):
        address = re.sub(r"\{\w+\}", "unknown", path.replace("{check_id}", check_id))
        answer = service.client.request(method, address, headers=caller)
        answers.append((answer.status_code, answer.text.replace(check_id, "ID")))
    assert answers[0] == answers[1]
    assert answers[0][0] in (404, 422)
