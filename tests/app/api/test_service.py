"""The service over the real line: made footage goes in, comes out known, and bad files say why."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.api.app import create_app
from app.settings import Settings
from tests.app.api.access_made import bearer
from tests.made.videos import make_video

HOST = "http://127.0.0.1:8000"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A web server of this machine, and the folder that it serves."""
    folder = tmp_path_factory.mktemp("site")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}", folder
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def client(
    site: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("service") / "library"
    settings = Settings(library=folder, fetch_allow=site[0])
    headers = bearer(settings)
    with TestClient(create_app(settings), base_url=HOST, headers=headers) as client:
        yield client


@pytest.fixture(scope="module")
def known(client: TestClient, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = make_video(tmp_path_factory.mktemp("media") / "known.mp4", seed=11, seconds=8.0)
    context = {"title": "Harcourt Road", "published": "2019-06-12", "publisher": "News"}
    added = client.post("/v1/clips", files={"file": ("known.mp4", path.read_bytes())}, data=context)
    assert added.status_code == 201
    clip: dict[str, Any] = added.json()["clip"]
    return {**clip, "path": path}


def checked(client: TestClient, name: str, content: bytes, **claim: str) -> dict[str, Any]:
    started = client.post("/v1/checks", files={"file": (name, content)}, data=claim)
    assert started.status_code == 202
    return followed(client, started.json()["id"])


def followed(client: TestClient, identifier: str) -> dict[str, Any]:
    """The check once it has ended, followed as a page does."""
    address = f"/v1/checks/{identifier}"
    with client.stream("GET", f"{address}/events") as lines:
        last = [json.loads(line) for line in lines.iter_lines()][-1]
    check: dict[str, Any] = client.get(address).json()
    assert check["state"] == last["state"]
    return check


def test_known_footage_is_recognised_and_shown(client: TestClient, known: dict[str, Any]) -> None:
    content = known["path"].read_bytes()
    check = checked(client, "upload.mp4", content, claimed_date="2022-11-27")
    report = check["report"]
    assert report["item"]["name"] == "upload.mp4"
    assert report["verdict"]["relation"] == "exact"
    assert report["claim"]["date"]["finding"] == "contradicted"
    assert report["first_seen"]["date"] == "2019-06-12"
    assert check["pictures"] == "ready"
    page = client.get(f"/v1/checks/{check['id']}/report.html").text
    assert "Harcourt Road" in page
    assert page.count("data:image/jpeg;base64,") >= 6


def test_other_footage_is_not(client: TestClient, known: dict[str, Any], tmp_path: Path) -> None:
    other = make_video(tmp_path / "other.mp4", seed=12, seconds=4.0)
    report = checked(client, "other.mp4", other.read_bytes())["report"]
    assert not report["verdict"]["matched"]
    assert report["searched"]["clips"] == 1


def test_a_link_is_fetched_and_checked(
    client: TestClient, known: dict[str, Any], site: tuple[str, Path]
) -> None:
    host, folder = site
    (folder / "seen.mp4").write_bytes(known["path"].read_bytes())
    link = {"url": f"http://{host}/seen.mp4", "claimed_date": "2022-11-27"}
    started = client.post("/v1/links", json=link)
    assert started.status_code == 202
    assert "shows this server" in started.json()["notice"]
    check = followed(client, started.json()["id"])
    assert (check["state"], check["kind"]) == ("done", "link")
    assert check["item"]["url"] == link["url"]
    assert check["item"]["name"] == "seen.mp4"
    assert check["item"]["sha256"] == known["sha256"]
    assert check["item"]["bytes"] == known["path"].stat().st_size
    assert check["report"]["verdict"]["relation"] == "exact"
    assert any("127.0.0.1" in limit for limit in check["report"]["verdict"]["limits"])
    again = client.post("/v1/links", json=link)
    assert (again.status_code, again.json()["id"]) == (200, check["id"])


def test_a_link_that_gives_nothing_has_a_report_that_says_so(
    client: TestClient, site: tuple[str, Path]
) -> None:
    started = client.post("/v1/links", json={"url": f"http://{site[0]}/absent.mp4"})
    check = followed(client, started.json()["id"])
    assert check["state"] == "failed"
    assert check["problem"]["status"] == 422
    assert check["report"]["verdict"] is None
    assert "404" in check["report"]["problems"][0]
    uploads = client.app.state.store.uploads  # type: ignore[attr-defined]
    assert not list(uploads.glob("fetching-*"))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/a.mp4", "http://169.254.169.254/", "file:///etc/passwd", "a.mp4"]
)
def test_a_link_that_may_not_be_fetched_is_refused_at_the_door(
    client: TestClient, url: str
) -> None:
    before = client.get("/v1/checks").json()["checks"]
    assert client.post("/v1/links", json={"url": url}).status_code == 422
    assert client.get("/v1/checks").json()["checks"] == before


@pytest.mark.parametrize("content", [b"just a text", b"", b"\x00\x00\x00\x18ftypmp42broken"])
def test_a_file_that_cannot_be_read_gets_a_report(client: TestClient, content: bytes) -> None:
    check = checked(client, "bad.mp4", content)
    assert check["state"] == "failed"
    assert check["problem"]["status"] == 422
    assert check["report"]["verdict"] is None
    assert check["report"]["item"]["name"] == "bad.mp4"
    assert check["report"]["problems"]
    page = client.get(f"/v1/checks/{check['id']}/report.html")
    assert "could not be read" in page.text


def test_the_same_bytes_again_are_no_second_clip(client: TestClient, known: dict[str, Any]) -> None:
    again = client.post(
        "/v1/clips",
        files={"file": ("renamed.mp4", known["path"].read_bytes())},
        data={"place": "Hong Kong"},
    )
    assert again.status_code == 200
    assert again.json()["new"] is False
    assert again.json()["clip"]["id"] == known["id"]
    assert again.json()["clip"]["place"] == "Hong Kong"


def test_a_date_that_is_none_is_refused(client: TestClient, known: dict[str, Any]) -> None:
    content = known["path"].read_bytes()
    answer = client.post(
        "/v1/clips", files={"file": ("a.mp4", content)}, data={"published": "last week"}
    )
    assert answer.status_code == 400
    assert "published" in answer.json()["detail"]


def test_clips_are_listed_by_id_and_gone_when_removed(
    client: TestClient, known: dict[str, Any], tmp_path: Path
) -> None:
    second = make_video(tmp_path / "second.mp4", seed=13, seconds=2.0)
    added = client.post("/v1/clips", files={"file": ("second.mp4", second.read_bytes())})
    identifier = added.json()["clip"]["id"]
    listed = client.get(f"/v1/clips?after={known['id']}").json()
    assert [clip["id"] for clip in listed["clips"]] == [identifier]
    assert client.get("/v1/health").json()["clips"] == 2
    assert client.delete(f"/v1/clips/{identifier}").status_code == 204
    assert client.delete(f"/v1/clips/{identifier}").status_code == 404
    assert client.get("/v1/clips/nonsense").status_code == 404
