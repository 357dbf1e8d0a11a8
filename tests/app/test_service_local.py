"""The service over the real line: made footage goes in, comes out known, and bad files say why."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.api import create_app
from app.settings import Settings
from tests.app.access_made import bearer
from tests.made.videos import make_video

HOST = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(library=tmp_path_factory.mktemp("service") / "library")
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
    address = f"/v1/checks/{started.json()['id']}"
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
