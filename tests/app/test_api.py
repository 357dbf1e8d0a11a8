"""The service from outside: what it takes, what it refuses, what it leaves behind."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from app.api import create_app
from app.library_errors import LibraryUnusable
from app.settings import Settings
from hashing.errors import DecodeError
from tests.app.access_made import bearer
from tests.app.service_made import MadeService

HOST = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where uploads go in these tests."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@contextmanager
def running(service: MadeService, tmp_path: Path, **changed: Any) -> Iterator[TestClient]:
    settings = Settings(library=tmp_path / "library", **changed)
    headers = bearer(settings)
    with TestClient(create_app(settings, service), base_url=HOST, headers=headers) as client:
        yield client


def sent(name: str = "clip.mp4", content: bytes = b"bytes", **fields: str) -> dict[str, Any]:
    return {"files": {"file": (name, content)}, "data": fields}


def finished(client: TestClient, check_id: str) -> dict[str, Any]:
    for _ in range(500):
        check: dict[str, Any] = client.get(f"/v1/checks/{check_id}").json()
        if check["state"] in ("done", "failed"):
            return check
        time.sleep(0.01)
    raise AssertionError("the check did not end")


def left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_upload_becomes_a_report_and_is_deleted(tmp_path: Path, uploads: Path) -> None:
    service = MadeService()
    with running(service, tmp_path) as client:
        answer = client.post(
            "/v1/checks", **sent(claimed_date="2022-11-27", claimed_place="Shanghai")
        )
        assert answer.status_code == 202
        check = finished(client, answer.json()["id"])
        assert answer.headers["location"] == f"/v1/checks/{check['id']}"
        assert check["state"] == "done"
        assert check["report"]["item"]["name"] == "clip.mp4"
        name, content, claim = service.seen[0]
        assert (name, content) == ("clip.mp4", b"bytes")
        assert claim is not None
        assert claim.place == "Shanghai"
        assert not left(uploads)
        page = client.get(f"/v1/checks/{check['id']}/report.html")
        assert page.headers["content-type"].startswith("text/html")
        assert "No match among 3 clips" in page.text


def test_the_folder_of_uploads_goes_with_the_service(tmp_path: Path, uploads: Path) -> None:
    service = MadeService()
    with running(service, tmp_path):
        assert len(list(uploads.iterdir())) == 1
    assert not list(uploads.iterdir())
    assert service.closed


def test_an_upload_is_deleted_when_the_service_stops_in_the_middle(
    tmp_path: Path, uploads: Path
) -> None:
    service = MadeService(wait=True)
    with running(service, tmp_path) as client:
        client.post("/v1/checks", **sent())
        assert service.started.acquire(timeout=5)
        assert left(uploads)
    assert not list(uploads.iterdir())


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (LibraryUnusable("written by a newer version"), 503),
        (DecodeError("video stream ends at 12.4 s"), 422),
    ],
)
def test_a_failed_check_says_why_and_leaves_nothing(
    error: Exception, status: int, tmp_path: Path, uploads: Path
) -> None:
    with running(MadeService(error), tmp_path) as client:
        check = finished(client, client.post("/v1/checks", **sent()).json()["id"])
        assert check["state"] == "failed"
        assert check["problem"]["status"] == status
        assert check["problem"]["detail"] == str(error)
        assert check["report"] is None
        assert not left(uploads)
        assert client.get(f"/v1/checks/{check['id']}/report.html").status_code == 409


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_our_own_is_no_secret_and_no_trace(
    tmp_path: Path, uploads: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with running(MadeService(ZeroDivisionError("secret path")), tmp_path) as client:
        check = finished(client, client.post("/v1/checks", **sent()).json()["id"])
        assert check["problem"]["status"] == 500
        assert "secret path" not in str(check)
        assert "secret path" in caplog.text
        assert not left(uploads)


def test_a_file_longer_than_the_limit_is_refused_and_leaves_nothing(
    tmp_path: Path, uploads: Path
) -> None:
    service = MadeService()
    with running(service, tmp_path, max_bytes=1000) as client:
        answer = client.post("/v1/checks", **sent(content=b"x" * 1001))
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert "FIRSTSEEN_MAX_BYTES" in answer.json()["detail"]
        assert client.post("/v1/checks", **sent(content=b"x" * 1000)).status_code == 202
    assert not left(uploads)
    assert len(service.seen) == 1


def test_an_announced_length_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    with running(MadeService(), tmp_path, max_bytes=1000) as client:
        headers = {"content-length": "9" * 12, "content-type": "multipart/form-data; boundary=b"}
        answer = client.post("/v1/checks", headers=headers, content=b"")
        assert answer.status_code == 413
        assert "announced" in answer.json()["detail"]


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"file": "x"}},
        {"content": b"", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"nonsense", "headers": {"content-type": "multipart/form-data; boundary=b"}},
        {"files": {"other": ("a.mp4", b"x")}},
        {"files": [("file", ("a.mp4", b"x")), ("file", ("b.mp4", b"x"))]},
        {"files": {"file": ("a.mp4", b"x")}, "data": {"claimed_date": "next Tuesday"}},
        {"files": {"file": ("a.mp4", b"x")}, "data": {"claimed_place": "x" * 20_000}},
        {"files": {"file": ("a.mp4", b"x")}, "data": {f"f{i}": "x" for i in range(40)}},
        {
            "content": b"--b\r\n"
            b'content-disposition: form-data; name="file"; filename="a"\r\n\r\nab',
            "headers": {"content-type": "multipart/form-data; boundary=b"},
        },
    ],
)
def test_a_form_that_is_not_ours_is_refused_and_leaves_nothing(
    request_: dict[str, Any], tmp_path: Path, uploads: Path
) -> None:
    service = MadeService()
    with running(service, tmp_path) as client:
        answer = client.post("/v1/checks", **request_)
        assert answer.status_code == 400
        assert answer.json()["detail"]
        assert not left(uploads)
    assert not service.seen


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
def test_the_sent_name_never_reaches_the_disk(
    sent_name: str, kept: str, tmp_path: Path, uploads: Path
) -> None:
    service = MadeService()
    with running(service, tmp_path) as client:
        finished(client, client.post("/v1/checks", **sent(sent_name)).json()["id"])
    assert service.seen[0][0] == kept
    assert service.paths[0].parent.parent == uploads
    assert kept not in service.paths[0].name


def test_a_deleted_check_is_gone_and_its_work_stops(tmp_path: Path, uploads: Path) -> None:
    service = MadeService(wait=True)
    with running(service, tmp_path) as client:
        check_id = client.post("/v1/checks", **sent()).json()["id"]
        assert service.started.acquire(timeout=5)
        assert client.get(f"/v1/checks/{check_id}").json()["state"] == "running"
        assert client.delete(f"/v1/checks/{check_id}").status_code == 204
        assert client.get(f"/v1/checks/{check_id}").status_code == 404
        assert client.delete(f"/v1/checks/{check_id}").status_code == 404
        for _ in range(200):
            if not left(uploads):
                break
            time.sleep(0.01)
        assert not left(uploads)


def test_checks_wait_in_a_queue_that_has_an_end(tmp_path: Path, uploads: Path) -> None:
    service = MadeService(wait=True)
    with running(service, tmp_path, max_waiting=1) as client:
        answers = [client.post("/v1/checks", **sent(f"{i}.mp4")) for i in range(4)]
        assert [a.status_code for a in answers] == [202, 202, 202, 503]
        assert answers[3].headers["retry-after"]
        assert answers[3].headers["content-type"] == "application/problem+json"
        assert len(left(uploads)) == 3
        states = [client.get(f"/v1/checks/{a.json()['id']}").json()["state"] for a in answers[:3]]
        assert states[2] == "queued"
        service.go_on.set()
        names = [finished(client, a.json()["id"])["report"]["item"]["name"] for a in answers[:3]]
        assert names == ["0.mp4", "1.mp4", "2.mp4"]
        assert client.post("/v1/checks", **sent()).status_code == 202


def test_old_reports_are_forgotten(tmp_path: Path) -> None:
    with running(MadeService(), tmp_path, keep_reports_s=0.05) as client:
        check_id = client.post("/v1/checks", **sent()).json()["id"]
        time.sleep(0.3)
        assert client.get(f"/v1/checks/{check_id}").status_code == 404


def test_clips_are_added_listed_shown_and_removed(tmp_path: Path, uploads: Path) -> None:
    with running(MadeService(), tmp_path) as client:
        added = client.post("/v1/clips", **sent("a.mp4", title="Harcourt Road"))
        assert added.status_code == 201
        assert added.json()["clip"]["title"] == "Harcourt Road"
        assert not left(uploads)
        assert client.post("/v1/clips", **sent("a.mp4")).status_code == 200
        client.post("/v1/clips", **sent("b.mp4"))
        first = client.get("/v1/clips?limit=1").json()
        assert [c["name"] for c in first["clips"]] == ["a.mp4"]
        rest = client.get(f"/v1/clips?limit=1&after={first['next']}").json()
        assert [c["name"] for c in rest["clips"]] == ["b.mp4"]
        assert rest["next"] is None
        assert client.get("/v1/clips/R000001").json()["name"] == "a.mp4"
        assert client.delete("/v1/clips/R000001").status_code == 204
        missing = client.get("/v1/clips/R000001")
        assert missing.status_code == 404
        assert missing.headers["content-type"] == "application/problem+json"


def test_a_clip_with_an_unknown_column_is_refused(tmp_path: Path, uploads: Path) -> None:
    with running(MadeService(), tmp_path) as client:
        answer = client.post("/v1/clips", **sent(publishd="2019"))
        assert answer.status_code == 400
        assert "publishd" in answer.json()["detail"]
        assert not left(uploads)


def test_a_clip_that_cannot_be_read_says_why(tmp_path: Path, uploads: Path) -> None:
    with running(MadeService(DecodeError("no picture in it")), tmp_path) as client:
        answer = client.post("/v1/clips", **sent())
        assert (answer.status_code, answer.json()["detail"]) == (422, "no picture in it")
        assert not left(uploads)


def test_health_names_the_library(tmp_path: Path) -> None:
    service = MadeService()
    with running(service, tmp_path) as client:
        assert client.get("/v1/health").json()["status"] == "ok"

        def broken() -> int:
            raise LibraryUnusable("written by a newer version")

        service.library_size = broken  # type: ignore[method-assign]
        answer = client.get("/v1/health")
        assert answer.status_code == 503
        assert answer.json()["detail"] == "written by a newer version"


def test_the_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    with running(MadeService(), tmp_path) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert "https://" not in page.text
        assert "http://" not in page.text
        for name, kind in (("service.js", "text/javascript"), ("service.css", "text/css")):
            assert f"/static/{name}" in page.text
            answer = client.get(f"/static/{name}")
            assert answer.headers["content-type"].startswith(kind)
            assert "http" not in answer.text
        assert "innerHTML" not in client.get("/static/service.js").text
        assert client.get("/static/report.css").status_code == 404
        assert client.get("/static/..%2fapi.py").status_code == 404


def test_every_answer_carries_the_security_headers(tmp_path: Path) -> None:
    with running(MadeService(), tmp_path) as client:
        answers: list[httpx.Response] = [
            client.get("/"),
            client.get("/v1/health"),
            client.get("/nowhere"),
            client.get("/", headers={"host": "evil.example"}),
            client.post("/v1/checks", **sent()),
        ]
        for answer in answers:
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            assert answer.headers["cache-control"] == "no-store"
            assert "access-control-allow-origin" not in answer.headers
            assert "unsafe-inline" not in answer.headers["content-security-policy"]
