"""The service from outside: what it takes, what it refuses, what it leaves behind."""

import io
import itertools
import json
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from app.api.routes import static_page
from app.library.errors import LibraryUnusable
from app.library.library import Library
from app.library.records import Stats
from app.messages import wire
from app.messages.catalogue import render
from app.settings import Settings
from app.store import alerts
from app.store.data_folder import open_store
from app.store.errors import StoreUnusable
from app.store.timestamps import now
from hashing.message import verbatim
from tests.app.api.access_made import bearer
from tests.app.app_made import made_app
from tests.app.library.library_made import made_facts, made_print
from tests.app.store.store_made import UNREADABLE, UNUSABLE, begun_checks, go_on, remaining_uploads

HOST = "http://127.0.0.1:8000"
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Running:
    """A service at work, and a client with a key of all scopes."""

    client: TestClient
    settings: Settings
    library: Library

    @property
    def folder(self) -> Path:
        return self.settings.desk_folder()

    def post(self, name: str = "clip.mp4", content: str = "x", **fields: str) -> httpx.Response:
        return self.client.post("/v1/checks", **sent(name, content, **fields))

    def accepted(self, name: str = "clip.mp4", content: str = "x", **fields: str) -> str:
        answer = self.post(name, content, again="1", **fields)
        assert answer.status_code == 202, answer.text
        identifier: str = answer.json()["id"]
        return identifier

    def get(self, check_id: str) -> dict[str, Any]:
        check: dict[str, Any] = self.client.get(f"/v1/checks/{check_id}").json()
        return check

    def until(self, check_id: str, *states: str) -> dict[str, Any]:
        wait_for(lambda: self.get(check_id)["state"] in states)
        return self.get(check_id)

    def ended(self, check_id: str) -> dict[str, Any]:
        return self.until(check_id, "done", "failed", "cancelled")


def wait_for(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def sent(name: str = "clip.mp4", content: str | bytes = b"x", **fields: str) -> dict[str, Any]:
    return {"files": {"file": (name, content)}, "data": fields}


@contextmanager
def running(folder: Path, **changed: Any) -> Iterator[Running]:
    settings = Settings(library=folder / "library", **{"workers": 1, **changed})
    library = Library.open(settings.library, create=True)
    headers = bearer(settings)
    with TestClient(made_app(settings, library), base_url=HOST, headers=headers) as client:
        yield Running(client, settings, library)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for all tests that leave it as they found it."""
    with running(tmp_path_factory.mktemp("shared")) as service:
        yield service


# ---- a check's way


def test_an_upload_becomes_a_report(shared: Running) -> None:
    context = {"page_url": "https://example.org/1", "how": "sent by a reader"}
    answer = shared.post(
        claimed_date="2022-11-27", claimed_place="Shanghai", context=json.dumps(context)
    )
    assert answer.status_code == 202
    accepted = answer.json()
    assert accepted["state"] in ("queued", "running")
    assert answer.headers["location"] == f"/v1/checks/{accepted['id']}"
    check = shared.ended(accepted["id"])
    assert check["state"] == "done"
    assert check["item"]["name"] == "clip.mp4"
    assert check["item"]["bytes"] == 1
    assert check["claim"] == {"date": "2022-11-27", "place": "Shanghai"}
    assert check["context"] == context
    assert check["by"] == "tests"
    assert (check["attempts"], check["position"], check["earlier_reports"]) == (1, None, [])
    assert check["report"]["item"]["name"] == "clip.mp4"
    begun = [begun for begun in begun_checks(shared.folder) if begun["id"] == check["id"]]
    assert begun[0]["claim"] == ["2022-11-27", "Shanghai"]
    page = shared.client.get(f"/v1/checks/{check['id']}/report.html")
    assert page.headers["content-type"].startswith("text/html")
    assert "No match among 3 clips" in page.text


def test_reports_are_withheld_and_say_so(shared: Running) -> None:
    check = shared.ended(shared.accepted())
    assert check["report"]["shown"] == {
        "faces": "redacted",
        "identifying_metadata": "withheld",
        "names": "kept",  # to its own desk
        "by": None,
        "item": "withheld",
    }
    file = shared.client.get(f"/v1/checks/{check['id']}/report.json")
    assert file.json()["shown"] == check["report"]["shown"] | {"names": "withheld"}
    assert file.headers["content-disposition"].startswith("attachment; filename=")


@pytest.mark.parametrize("form", ["html", "json"])
def test_an_export_has_no_name_unless_a_person_keeps_it(shared: Running, form: str) -> None:
    identifier = shared.accepted(name="CANARY ahmed 21.05.mp4", content=form)
    assert "CANARY" in json.dumps(shared.ended(identifier)["report"])
    path = f"/v1/checks/{identifier}/report.{form}"
    assert "CANARY" not in shared.client.get(path).text
    kept = shared.client.get(f"{path}?names=kept").text
    assert "CANARY ahmed" in kept
    if form == "html":  # and says which check it is, and for whom
        assert f"<bdi>{identifier}</bdi>" in kept
        assert "<bdi>tests</bdi>" in kept
    entries = shared.client.get("/v1/audit", params={"limit": 200}).json()["entries"]
    details = [entry["detail"] for entry in entries if entry["object"] == identifier]
    kind = "page" if form == "html" else form
    assert details == ["upload", kind, f"{kind} names"]


def test_a_check_is_followed_as_lines_that_end_with_it(shared: Running) -> None:
    identifier = shared.accepted(content="sleep 1")
    with shared.client.stream("GET", f"/v1/checks/{identifier}/events") as answer:
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        lines = [json.loads(line) for line in answer.iter_lines()]
    assert {line["id"] for line in lines} == {identifier}
    assert lines[-1]["state"] == "done"
    steps = [line["progress"]["step"] for line in lines]
    assert "describe" in steps
    shares = [ln["progress"]["share"] for ln in lines if ln["progress"]["step"] == "describe"]
    assert shares == sorted(shares)
    assert all(line != other for line, other in itertools.pairwise(lines))


def test_the_lines_go_on_until_the_pictures_are_there(shared: Running) -> None:
    identifier = shared.accepted(content="pictures")
    with shared.client.stream("GET", f"/v1/checks/{identifier}/events") as answer:
        lines = [json.loads(line) for line in answer.iter_lines()]
    assert (lines[-1]["state"], lines[-1]["pictures"]) == ("done", "ready")
    page = shared.client.get(f"/v1/checks/{identifier}/report.html")
    assert page.status_code == 200


def test_a_line_comes_now_and_then_where_nothing_happens(
    shared: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.routes.checks.HEARTBEAT_S", 0.05)
    identifier = shared.accepted(content="wait")
    shared.until(identifier, "running")
    lines = []
    with shared.client.stream("GET", f"/v1/checks/{identifier}/events") as answer:
        for line in answer.iter_lines():
            lines.append(json.loads(line))
            if len(lines) == 4:
                shared.client.delete(f"/v1/checks/{identifier}")
    assert len(lines) >= 4
    assert lines[2] == lines[3]


def test_checks_wait_in_order_and_say_their_place(tmp_path: Path) -> None:
    with running(tmp_path, max_waiting=2) as service:
        answers = [service.post(f"{i}.mp4", f"wait {i}") for i in range(4)]
        assert [a.status_code for a in answers] == [202, 202, 202, 503]
        assert answers[3].headers["retry-after"]
        assert answers[3].headers["content-type"] == "application/problem+json"
        assert len(remaining_uploads(service.folder)) == 3
        ids = [answer.json()["id"] for answer in answers[:3]]
        service.until(ids[0], "running")
        assert [service.get(check_id)["position"] for check_id in ids] == [None, 0, 1]
        go_on(service.folder)
        names = [service.ended(check_id)["report"]["item"]["name"] for check_id in ids]
        assert names == ["0.mp4", "1.mp4", "2.mp4"]
        assert service.post(content="more").status_code == 202


@pytest.mark.parametrize(
    ("content", "status", "detail"),
    [("unusable", 503, UNUSABLE), ("unreadable", 422, UNREADABLE)],
)
def test_a_failed_check_says_why_in_a_report(
    content: str, status: int, detail: str, shared: Running
) -> None:
    check = shared.ended(shared.accepted(content=content))
    assert check["state"] == "failed"
    assert (check["problem"]["status"], check["problem"]["detail"]) == (status, detail)
    assert check["report"]["verdict"] is None
    assert check["report"]["problems"] == [detail]
    assert "could not be read" in shared.client.get(f"/v1/checks/{check['id']}/report.html").text


def test_an_item_that_kills_its_worker_is_put_aside_and_the_service_stays_well(
    shared: Running,
) -> None:
    bad, good = shared.accepted(content="crash"), shared.accepted()
    assert shared.ended(good)["state"] == "done"
    check = shared.get(bad)
    assert (check["state"], check["attempts"]) == ("failed", 3)
    assert check["report"]["problems"]
    assert shared.client.get("/v1/health").status_code == 200


def test_what_was_accepted_survives_the_service(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        ids = [service.accepted(content=f"wait {i}") for i in range(3)]
        service.until(ids[0], "running")
    with running(tmp_path) as service:
        assert [service.get(check_id)["state"] for check_id in ids][1:] == ["queued", "queued"]
        go_on(service.folder)
        assert [service.ended(check_id)["state"] for check_id in ids] == ["done"] * 3


def test_two_services_cannot_share_their_data(tmp_path: Path) -> None:
    settings = Settings(library=tmp_path / "library")
    from app.store.errors import StoreInUse

    with (
        TestClient(made_app(settings), base_url=HOST),
        pytest.raises(StoreInUse, match="Another service"),
        TestClient(made_app(settings), base_url=HOST),
    ):
        pass


# ---- the same again


def test_the_same_bytes_and_claim_are_the_same_check(shared: Running) -> None:
    upload = {"name": "a.mp4", "content": "same bytes", "claimed_date": "2022-11-27"}
    first = shared.post(**upload)
    again = shared.post(**upload)
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["location"] == first.headers["location"]
    assert shared.post(**{**upload, "claimed_date": "2022"}).status_code == 202
    more = shared.post(**upload, again="1")
    assert more.status_code == 202
    assert shared.ended(more.json()["id"])["state"] == "done"
    for seed in range(4):  # the made work says that it searched up to clip 3
        shared.library.add(made_print(seed), made_facts(seed))
    assert shared.post(**upload).status_code == 202


def test_what_is_sent_twice_is_kept_once(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        service.post()
        service.post()
        assert len(remaining_uploads(service.folder)) == 1


def test_an_idempotency_key_is_for_one_request(shared: Running) -> None:
    headers = {"Idempotency-Key": "c0ffee"}
    form = sent("a.mp4", "with a key", again="1")
    first = shared.client.post("/v1/checks", headers=headers, **form)
    again = shared.client.post("/v1/checks", headers=headers, **form)
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json()["id"] == first.json()["id"]
    other = shared.client.post("/v1/checks", headers=headers, **sent("a.mp4", "other bytes"))
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    empty = shared.client.post("/v1/checks", headers={"Idempotency-Key": "k" * 201}, **form)
    assert empty.status_code == 422


# ---- lists, and whose checks they are


def test_checks_are_listed_newest_first(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        ids = [service.accepted(f"{i}.mp4", claimed_place=f"place {i}") for i in range(3)]
        for check_id in ids:
            service.ended(check_id)
        first = service.client.get("/v1/checks?limit=2").json()
        assert [check["id"] for check in first["checks"]] == [ids[2], ids[1]]
        rest = service.client.get(f"/v1/checks?limit=2&after={first['next']}").json()
        assert [check["id"] for check in rest["checks"]] == [ids[0]]
        assert rest["next"] is None
        assert rest["checks"][0]["headline"] == "No match among 3 clips"
        assert rest["checks"][0]["unseen_alerts"] == 0
        matching = service.client.get("/v1/checks?q=PLACE 1&state=done&relation=none").json()
        assert [check["id"] for check in matching["checks"]] == [ids[1]]
        assert service.client.get("/v1/checks?after=unknown").status_code == 404
        assert service.client.get("/v1/checks?limit=0").status_code == 422


def test_a_key_sees_its_own_checks_unless_it_may_see_all(shared: Running) -> None:
    mine = shared.ended(shared.accepted())["id"]
    other, reader = (
        bearer(shared.settings, "check"),
        bearer(shared.settings, "check", "checks:read-all"),
    )
    for path in ("", "/events", "/report.html", "/report.json"):
        address = f"/v1/checks/{mine}{path}"
        assert shared.client.get(address, headers=other).status_code == 404
        assert shared.client.get(address, headers=reader).status_code == 200
    for key in (other, reader):
        assert shared.client.delete(f"/v1/checks/{mine}", headers=key).status_code == 404
        assert shared.client.post(f"/v1/checks/{mine}/cancel", headers=key).status_code == 404
        assert shared.client.get("/v1/checks", headers=key).json()["checks"] == []
    assert shared.client.get("/v1/checks?all=true", headers=other).status_code == 403
    all_of_them = shared.client.get("/v1/checks?all=true", headers=reader).json()["checks"]
    assert mine in [check["id"] for check in all_of_them]


# ---- ending


def test_a_cancelled_check_stops_and_stays_so(shared: Running) -> None:
    running_one, waiting = shared.accepted(content="wait"), shared.accepted()
    shared.until(running_one, "running")
    files = len(remaining_uploads(shared.folder))
    for check_id in (waiting, running_one):
        answer = shared.client.post(f"/v1/checks/{check_id}/cancel")
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
        assert shared.client.post(f"/v1/checks/{check_id}/cancel").status_code == 409
        assert shared.client.get(f"/v1/checks/{check_id}/report.html").status_code == 409
        assert shared.get(check_id)["report"] is None
    assert len(remaining_uploads(shared.folder)) == files - 2
    assert shared.ended(shared.accepted())["state"] == "done"


def test_a_deleted_check_is_gone_and_its_work_stops(shared: Running) -> None:
    files = len(remaining_uploads(shared.folder))
    identifier = shared.accepted(content="wait")
    shared.until(identifier, "running")
    assert shared.client.delete(f"/v1/checks/{identifier}").status_code == 204
    assert shared.client.get(f"/v1/checks/{identifier}").status_code == 404
    assert shared.client.get(f"/v1/checks/{identifier}/events").status_code == 404
    assert shared.client.delete(f"/v1/checks/{identifier}").status_code == 404
    assert len(remaining_uploads(shared.folder)) == files
    assert shared.ended(shared.accepted())["state"] == "done"


def test_nothing_of_a_deleted_check_stays_in_the_data(tmp_path: Path) -> None:
    canaries = [f"CANARY-{i}-5f2c" for i in range(4)]
    name, place, how, content = canaries
    with running(tmp_path) as service:
        identifier = service.accepted(
            f"{name}.mp4", content, claimed_place=place, context=json.dumps({"how": how})
        )
        service.ended(identifier)
        (service.folder / "seen.jsonl").unlink()  # the made work's own
        assert all(is_stored(service.folder, canary) for canary in canaries)
        assert service.client.delete(f"/v1/checks/{identifier}").status_code == 204
        assert [canary for canary in canaries if is_stored(service.folder, canary)] == []


def is_stored(folder: Path, canary: str) -> bool:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return any(canary.encode() in path.read_bytes() for path in files)


# ---- what is refused


def test_a_file_longer_than_the_limit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path, max_bytes=1000) as service:
        answer = service.post(content="x" * 1001)
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert "FIRSTSEEN_MAX_BYTES" in answer.json()["detail"]
        assert not remaining_uploads(service.folder)
        headers = {"content-length": "9" * 12, "content-type": "multipart/form-data; boundary=b"}
        announced = service.client.post("/v1/checks", headers=headers, content=b"")
        assert announced.status_code == 413
        assert "announced" in announced.json()["detail"]
        assert service.post(content="x" * 1000).status_code == 202


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"file": "x"}},
        {"content": b"", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"nonsense", "headers": {"content-type": "multipart/form-data; boundary=b"}},
        {"files": {"other": ("a.mp4", b"x")}},
        {"files": [("file", ("a.mp4", b"x")), ("file", ("b.mp4", b"x"))]},
        sent(claimed_date="next Tuesday"),
        sent(claimed_place="x" * 20_000),
        sent(claimed_data="2022"),
        sent(again="yes"),
        sent(context="no JSON"),
        sent(context='["a list"]'),
        sent(context='{"unknown": "x"}'),
        sent(context='{"how": 5}'),
        sent(context=json.dumps({"text": "x" * 5000})),
        {"files": {"file": ("a.mp4", b"x")}, "data": {f"f{i}": "x" for i in range(40)}},
        {
            "content": b"--b\r\n"
            b'content-disposition: form-data; name="file"; filename="a"\r\n\r\nab',
            "headers": {"content-type": "multipart/form-data; boundary=b"},
        },
        {  # a header without end must not fill memory
            "content": b"--b\r\n"
            b'content-disposition: form-data; name="file"; filename="a"\r\nx-a: '
            + b"a" * 100_000
            + b"\r\n\r\nab\r\n--b--\r\n",
            "headers": {"content-type": "multipart/form-data; boundary=b"},
        },
    ],
)
def test_a_form_that_is_not_ours_is_refused_and_leaves_nothing(
    request_: dict[str, Any], shared: Running
) -> None:
    files = len(remaining_uploads(shared.folder))
    answer = shared.client.post("/v1/checks", **request_)
    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert len(remaining_uploads(shared.folder)) == files


@pytest.mark.parametrize(
    ("sent_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/absolute/clip.mp4", "clip.mp4"),
        ("..", "upload"),
        ("a b 'c' é 日本.mp4", "a b 'c' é 日本.mp4"),
        ("x" * 400, "x" * 255),
    ],
)
def test_the_sent_name_never_reaches_the_disk(sent_name: str, kept: str, shared: Running) -> None:
    check = shared.ended(shared.accepted(sent_name))
    assert check["item"]["name"] == kept
    assert not [path for path in remaining_uploads(shared.folder) if kept in path.name]


# ---- clips


@pytest.fixture
def clips(tmp_path: Path) -> Iterator[TestClient]:
    """With a real library, whose clips have made fingerprints."""
    settings = Settings(library=tmp_path / "library", workers=1)
    with TestClient(made_app(settings), base_url=HOST, headers=bearer(settings)) as client:
        yield client
        assert not remaining_uploads(settings.desk_folder())
        assert client.get("/v1/checks").json()["checks"] == []


def test_clips_are_added_listed_shown_and_removed(clips: TestClient) -> None:
    form = sent("a.mp4", b"one", title="Harcourt Road", published="2019", entered_by="somebody")
    added = clips.post("/v1/clips", **form)
    assert added.status_code == 201
    assert added.json()["clip"]["title"] == "Harcourt Road"
    by = {dated["kind"]: dated["entered_by"] for dated in added.json()["clip"]["appearances"]}
    assert by["published"] == "tests"
    assert clips.post("/v1/clips", **sent("a.mp4", b"one")).status_code == 200
    clips.post("/v1/clips", **sent("b.mp4", b"two"))
    first = clips.get("/v1/clips?limit=1").json()
    assert [c["name"] for c in first["clips"]] == ["a.mp4"]
    rest = clips.get(f"/v1/clips?limit=1&after={first['next']}").json()
    assert [c["name"] for c in rest["clips"]] == ["b.mp4"]
    assert rest["next"] is None
    assert clips.get("/v1/clips/R000001").json()["name"] == "a.mp4"
    assert clips.delete("/v1/clips/R000001").status_code == 204
    missing = clips.get("/v1/clips/R000001")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    assert missing.json()["detail"] == "The library has no clip R000001"
    assert missing.json()["id"] == "error-no-such-clip"
    assert missing.json()["params"] == {"id": "R000001"}


@pytest.mark.parametrize(
    ("path", "status", "id", "params"),
    [
        ("/v1/nothing", 404, "error-http", {"phrase": "Not Found"}),
        ("/v1/checks?limit=0", 422, "error-invalid-field", None),
    ],
)
def test_what_is_refused_before_a_route_names_its_message_too(
    clips: TestClient, path: str, status: int, id: str, params: dict[str, str] | None
) -> None:
    answer = clips.get(path)
    assert (answer.status_code, answer.json()["id"]) == (status, id)
    assert answer.json()["detail"] == render(wire.from_json(answer.json()))
    assert params is None or answer.json()["params"] == params


def test_a_clip_that_cannot_be_added_says_why(clips: TestClient) -> None:
    unknown = clips.post("/v1/clips", **sent(publishd="2019"))
    assert unknown.status_code == 400
    assert "publishd" in unknown.json()["detail"]
    undated = clips.post("/v1/clips", **sent(published="last week"))
    assert undated.status_code == 400
    assert "published" in undated.json()["detail"]
    unreadable = clips.post("/v1/clips", **sent(content=b"unreadable"))
    assert (unreadable.status_code, unreadable.json()["detail"]) == (422, UNREADABLE)
    crashed = clips.post("/v1/clips", **sent(content=b"crash"))
    assert crashed.status_code == 422
    assert "2 times" in crashed.json()["detail"]


# ---- the rest


def test_health_counts_damaged_rows_of_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(_: object) -> tuple[int, int]:
        raise StoreUnusable(verbatim("no answer"))

    with running(tmp_path) as service:
        for counted in ((0, 0), (2, 1)):
            monkeypatch.setattr(static_page, "count_damage", lambda _, counted=counted: counted)
            answer = service.client.get("/v1/health").json()
            assert (answer["damaged_rows"], answer["set_aside_rows"]) == counted
        monkeypatch.setattr(static_page, "count_damage", unreadable)
        answer = service.client.get("/v1/health").json()
        assert (answer["status"], answer["damaged_rows"]) == ("ok", None)


def test_health_names_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(tmp_path) as service:
        assert service.client.get("/v1/health").json()["status"] == "ok"

        def broken(library: Library) -> Stats:
            raise LibraryUnusable(verbatim("written by a newer version"))

        monkeypatch.setattr(Library, "stats", broken)
        answer = service.client.get("/v1/health")
        assert answer.status_code == 503
        assert answer.json()["detail"] == "written by a newer version"


def test_the_library_is_closed_with_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Library] = []
    close = Library.close

    def recorded(library: Library) -> None:
        closed.append(library)
        close(library)

    monkeypatch.setattr(Library, "close", recorded)
    with running(tmp_path) as service:
        assert not closed
    assert closed == [service.library]


def test_every_answer_carries_the_security_headers(shared: Running) -> None:
    answers: list[httpx.Response] = [
        shared.client.get("/"),
        shared.client.get("/v1/health"),
        shared.client.get("/nowhere"),
        shared.client.get("/", headers={"host": "evil.example"}),
        shared.post(),
    ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        # the page's own files may be kept, and are asked about each time
        kept = answer.url.path == "/" and answer.status_code == 200
        assert answer.headers["cache-control"] == ("no-cache" if kept else "no-store")
        assert "access-control-allow-origin" not in answer.headers
        assert "unsafe-inline" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/checks", "GET, POST"),
        ("/v1/checks/some-check", "DELETE, GET"),
        ("/v1/clips/R000001", "DELETE, GET, PATCH"),
        ("/v1/session", "DELETE, GET, POST"),
        ("/v1/alerts", "GET"),
    ],
)
@pytest.mark.parametrize("method", ["OPTIONS", "PUT"])
def test_a_method_that_a_path_has_not_is_answered_with_all_that_it_has(
    path: str, allowed: str, method: str, shared: Running
) -> None:
    answer = shared.client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_alert_says_what_it_changed_for_the_claim(shared: Running) -> None:
    check = shared.accepted()
    shared.ended(check)
    store = open_store(shared.folder)
    with store.writing() as connection:
        claim = ("not_contradicted", "contradicted")
        alerts.raise_alert(connection, check, "R000001", "told", now(), claim)
    store.close()
    (alert,) = shared.client.get("/v1/alerts").json()["alerts"]
    assert (alert["claim_before"], alert["claim_after"]) == claim
    assert shared.client.post(f"/v1/alerts/{alert['id']}/seen").json()["claim_after"] == claim[1]
    assert shared.client.delete(f"/v1/checks/{check}").status_code == 204
    assert shared.client.get("/v1/alerts").json() == {"alerts": []}


def test_a_check_is_downloaded_as_a_sealed_bag(shared: Running) -> None:
    identifier = shared.accepted(content="for a bag")
    shared.ended(identifier)
    answer = shared.client.get(f"/v1/checks/{identifier}/bag.zip")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert len(answer.headers["firstseen-signer"]) == 64
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bag:
        names = {name.partition("/")[2] for name in bag.namelist()}
        report = json.loads(bag.read(f"firstseen-{identifier}/data/report.json"))
    assert {"bagit.txt", "signature.ed25519", "data/report.html", "data/audit.jsonl"} <= names
    assert report["record"]["check"] == identifier
    whole = shared.client.get(f"/v1/checks/{identifier}/bag.zip?item=included")
    assert whole.status_code == 403


def test_figures_are_in_the_text_format_of_prometheus(shared: Running) -> None:
    shared.ended(shared.accepted(content="for figures"))
    answer = shared.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain;version=0.0.4")
    figures = dict(line.rsplit(" ", 1) for line in answer.text.splitlines())
    assert int(figures['firstseen_checks{state="done"}']) >= 1
    assert figures['firstseen_checks{state="queued"}'] == "0"
    assert figures["firstseen_longest_wait_seconds"] == "0"
    assert figures["firstseen_library_usable"] == "1"
    for name, value in figures.items():
        assert re.fullmatch(r'[a-z_]+(\{[a-z]+="[a-z0-9_.]+"\})?', name)
        assert float(value) >= 0
