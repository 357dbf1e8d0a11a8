"""The rooms beside the queue, through the real service: pictures, decisions, finds, the library."""

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.api.app import create_app
from app.jobs.recheck_schedule import RecheckSchedule
from app.settings import Settings
from tests.app.api.access_made import bearer
from tests.app.evidence.faces_made import decoded

SAMPLES = Path(__file__).parents[3] / "samples"
KNOWN = SAMPLES / "library" / "skyline.mp4"
ITEM = SAMPLES / "items" / "skyline-mirrored.mp4"
LATE = SAMPLES / "library" / "cup.png"
NEWS = 240.0  # most for what happens in the background of a busy machine, in seconds

pytestmark = pytest.mark.slow  # two sandboxed processes and a worker at work

type Headers = dict[str, str]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("service")
    return Settings(library=folder / "library", workers=1, requests_per_minute=0)


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    temporary = settings.library.parent / "temporary"
    temporary.mkdir()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TMPDIR", str(temporary))  # the workers' too
        patched.setattr(tempfile, "tempdir", str(temporary))
        patched.setattr("app.api.resources.RecheckSchedule", partial(RecheckSchedule, quiet_s=0.0))
        with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
            yield client


@pytest.fixture(scope="module")
def ann(settings: Settings, client: TestClient) -> Headers:
    return bearer(settings)


@pytest.fixture(scope="module")
def bo(settings: Settings, client: TestClient) -> Headers:
    """Another newsroom's key, that sees its own checks alone."""
    return bearer(settings, "check", "library:read")


def upload(client: TestClient, headers: Headers, path: Path, to: str, **fields: str) -> Any:
    with path.open("rb") as file:
        answer = client.post(to, headers=headers, files={"file": (path.name, file)}, data=fields)
    assert answer.status_code in (200, 201, 202), answer.text
    return answer.json()


def until(check: Callable[[], Any], seconds: float = NEWS) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to pass")


def wait_until_complete(client: TestClient, headers: Headers, check: str) -> Any:
    def look() -> Any:
        shown = client.get(f"/v1/checks/{check}", headers=headers).json()
        final = shown["state"] in ("done", "failed") and shown["pictures"] != "pending"
        return shown if final else None

    return until(look)


@pytest.fixture(scope="module")
def clip(client: TestClient, ann: Headers) -> str:
    added = upload(client, ann, KNOWN, "/v1/clips", title="Skyline", published="2019-06-12")
    identifier: str = added["clip"]["id"]
    return identifier


@pytest.fixture(scope="module")
def check(client: TestClient, ann: Headers, clip: str) -> str:
    made = upload(client, ann, ITEM, "/v1/checks", claimed_date="2022-11-27", claimed_place="Oslo")
    shown = wait_until_complete(client, ann, made["id"])
    assert shown["report"]["verdict"]["matched"]
    assert shown["pictures"] == "ready"
    identifier: str = made["id"]
    return identifier


def test_pictures_are_listed_and_each_is_a_jpeg(
    client: TestClient, ann: Headers, check: str, clip: str
) -> None:
    listed = client.get(f"/v1/checks/{check}/pictures", headers=ann).json()
    assert listed["state"] == "ready"
    sheet = listed["matches"][clip]
    assert sheet["faces"] == "redacted"
    assert [frame["index"] for frame in sheet["strip"]] == list(range(len(sheet["strip"])))
    assert len(sheet["strip"]) > len(sheet["pairs"]) > 0
    for row in (sheet["pairs"][0], sheet["strip"][-1]):
        for side in ("query", "reference", "difference", "aligned"):
            answer = client.get(row[side], headers=ann)
            assert answer.headers["content-type"] == "image/jpeg"
            assert decoded(answer.content).shape[2] == 3


def test_pictures_of_anothers_check_are_not_there(
    client: TestClient, ann: Headers, bo: Headers, check: str, clip: str
) -> None:
    sheet = client.get(f"/v1/checks/{check}/pictures", headers=ann).json()["matches"][clip]
    for path in (f"/v1/checks/{check}/pictures", sheet["pairs"][0]["query"]):
        assert client.get(path, headers=bo).status_code == 404
    for name in ("x", "pairs-0-query.png", "..%2f..%2fdesk.db"):
        path = f"/v1/checks/{check}/pictures/{clip}/{name}"
        assert client.get(path, headers=ann).status_code == 404


def test_faces_are_shown_to_the_key_that_revealed_them_and_logged(
    client: TestClient, settings: Settings, ann: Headers, check: str, clip: str
) -> None:
    path = f"/v1/checks/{check}/pictures"
    shown = {"faces": "shown"}
    assert client.get(path, headers=ann, params=shown).status_code == 403
    wanted = {"faces": True, "reason": "compare the badge"}
    granted = client.post(f"/v1/checks/{check}/reveal", headers=ann, json=wanted)
    assert granted.status_code == 200, granted.text
    sheet = client.get(path, headers=ann, params=shown).json()["matches"][clip]
    assert sheet["faces"] == "shown"
    assert sheet["strip"][0]["query"].endswith("?faces=shown")
    answer = client.get(sheet["strip"][0]["query"], headers=ann)
    assert answer.headers["content-type"] == "image/jpeg", answer.text
    page = f"/v1/checks/{check}/report.html"
    revealed = client.get(page, headers=ann, params=shown)
    assert revealed.status_code == 200
    withheld = {"metadata": "shown"}
    for path_of in (f"/v1/checks/{check}", f"/v1/checks/{check}/report.json"):
        assert client.get(path_of, headers=ann, params=withheld).status_code == 403
    other = bearer(settings, "check", "checks:read-all", "reveal")
    assert client.get(page, headers=other, params=shown).status_code == 403
    assert client.get(path, headers=other).status_code == 200
    assert client.get(path, headers=other, params=shown).status_code == 403
    log = client.get("/v1/audit", headers=ann).json()["entries"]
    entry = next(entry for entry in log if entry["action"] == "check.reveal")
    assert (entry["object"], entry["detail"]) == (check, "faces")
    assert "badge" not in str(log)


def test_identifying_metadata_is_shown_under_a_reveal(
    client: TestClient, ann: Headers, check: str
) -> None:
    wanted = {"metadata": True, "reason": "whose camera"}
    client.post(f"/v1/checks/{check}/reveal", headers=ann, json=wanted)
    plain = client.get(f"/v1/checks/{check}", headers=ann).json()["report"]["shown"]
    assert plain == {
        "faces": "redacted",
        "identifying_metadata": "withheld",
        "names": "kept",  # to its own desk
        "item": "withheld",
        "by": None,
    }
    shown = client.get(f"/v1/checks/{check}", headers=ann, params={"metadata": "shown"}).json()
    assert shown["report"]["shown"]["identifying_metadata"] == "shown"
    assert shown["report"]["shown"]["by"] == "tests"
    assert shown["report"]["matches"][0]["appearances"][0]["entered_by"] is not None


def test_a_reveal_wants_something_to_show_a_reason_and_the_scope(
    client: TestClient, ann: Headers, bo: Headers, check: str
) -> None:
    path = f"/v1/checks/{check}/reveal"
    for wanted in ({"reason": "x"}, {"faces": True, "reason": " "}):
        assert client.post(path, headers=ann, json=wanted).status_code == 400
    assert client.post(path, headers=ann, json={"faces": True}).status_code == 422
    refused = client.post(path, headers=bo, json={"faces": True, "reason": "x"})
    assert refused.status_code == 403


def test_decisions_are_appended_shown_on_later_checks_and_taken_back(
    client: TestClient, settings: Settings, ann: Headers, bo: Headers, check: str, clip: str
) -> None:
    path = f"/v1/checks/{check}/decisions"
    said = {"clip": clip, "decision": "same_footage", "note": "the crane is the same"}
    made = client.post(path, headers=ann, json=said)
    assert made.status_code == 201, made.text
    later = upload(client, bo, ITEM, "/v1/checks")["id"]
    wait_until_complete(client, bo, later)
    seen = client.get(f"/v1/checks/{later}/decisions", headers=bo).json()
    assert [
        (decision["decision"], decision["mine"], decision["check"])
        for decision in seen["decisions"]
    ] == [("same_footage", False, None)]
    assert not seen["disagree"]
    assert (seen["decisions"][0]["note"], seen["decisions"][0]["note_withheld"]) == ("", True)
    shared = said | {"note": "for all", "share_note": True}
    assert client.post(path, headers=ann, json=shared).json()["note_shared"]
    seen = client.get(f"/v1/checks/{later}/decisions", headers=bo).json()["decisions"]
    assert [decision["note"] for decision in seen] == ["for all", ""]
    own_view = client.get(path, headers=ann).json()["decisions"]
    assert [decision["note"] for decision in own_view] == ["for all", "the crane is the same"]
    assert client.post(f"/v1/decisions/{seen[0]['id']}/withdraw", headers=ann).status_code == 200
    other = {"clip": clip, "decision": "different"}
    assert client.post(f"/v1/checks/{later}/decisions", headers=bo, json=other).status_code == 201
    both = client.get(path, headers=ann).json()
    assert both["disagree"]
    assert both["disputed"] == [clip]
    assert [decision["decision"] for decision in both["decisions"]] == [
        "different",
        "same_footage",
        "same_footage",
    ]
    shown = client.get(f"/v1/checks/{later}", headers=bo).json()
    assert shown["decisions"]["disagree"]
    assert shown["report"]["verdict"]["matched"]
    own = made.json()["id"]
    assert client.post(f"/v1/decisions/{own}/withdraw", headers=bo).status_code == 404
    back = client.post(f"/v1/decisions/{own}/withdraw", headers=ann)
    assert back.json()["withdrawn_at"] is not None
    assert client.post(f"/v1/decisions/{own}/withdraw", headers=ann).status_code == 409
    after = client.get(path, headers=ann).json()
    assert [decision["withdrawn_at"] is None for decision in after["decisions"]] == [
        True,
        False,
        False,
    ]
    assert not after["disagree"]


def test_what_cannot_be_decided_is_refused(client: TestClient, ann: Headers, check: str) -> None:
    path = f"/v1/checks/{check}/decisions"
    for said, status in (
        ({"clip": "R000999", "decision": "different"}, 404),
        ({"clip": "R000001", "decision": "fake"}, 422),
        ({"clip": "R000001", "decision": "different", "note": "x" * 5000}, 422),
    ):
        assert client.post(path, headers=ann, json=said).status_code == status
    assert client.post("/v1/decisions/none/withdraw", headers=ann).status_code == 404


def test_a_clip_is_corrected_and_keeps_who_did(client: TestClient, ann: Headers, clip: str) -> None:
    path = f"/v1/clips/{clip}"
    changed = client.patch(path, headers=ann, json={"place": "Hong Kong", "event": "  "}).json()
    assert (changed["place"], changed["event"]) == ("Hong Kong", None)
    assert [(e["field"], e["after"], e["entered_by"]) for e in changed["edits"]] == [
        ("place", "Hong Kong", "tests")
    ]
    seen = {"kind": "archived", "date": "2020-01-01", "source_url": "https://archive.example/1"}
    added = client.post(f"{path}/appearances", headers=ann, json=seen)
    assert added.status_code == 201, added.text
    appearance = next(a for a in added.json()["appearances"] if a["kind"] == "archived")
    assert appearance["entered_by"] == "tests"
    assert client.delete(f"{path}/appearances/{appearance['n']}", headers=ann).status_code == 204
    own = next(a for a in added.json()["appearances"] if a["kind"] == "ingested")
    assert client.delete(f"{path}/appearances/{own['n']}", headers=ann).status_code == 409
    assert client.delete(f"{path}/appearances/999999", headers=ann).status_code == 404
    for body in ({"kind": "ingested", "date": "2010"}, {"kind": "published"}):
        assert client.post(f"{path}/appearances", headers=ann, json=body).status_code == 422
    wrong = {"kind": "published", "date": "soon"}
    assert client.post(f"{path}/appearances", headers=ann, json=wrong).status_code == 400


def test_clips_are_searched_for_and_shown(client: TestClient, ann: Headers, clip: str) -> None:
    for params, found in (
        ({"q": "skyl"}, [clip]),
        ({"q": "no such"}, []),
        ({"year": 2019}, [clip]),
        ({"year": 2018}, []),
    ):
        listed = client.get("/v1/clips", headers=ann, params=params).json()
        assert [clip["id"] for clip in listed["clips"] if clip["title"] == "Skyline"] == found
    first = client.get(f"/v1/clips/{clip}/picture", headers=ann)
    assert first.headers["content-type"] == "image/jpeg"
    assert decoded(first.content).shape[2] == 3
    assert client.get(f"/v1/clips/{clip}/picture", headers=ann).content == first.content
    assert client.get("/v1/clips/R000999/picture", headers=ann).status_code == 404
    held = client.get("/v1/library", headers=ann).json()
    assert held["clips"] >= 1
    assert held["seconds"] > 1


def test_checks_that_matched_a_clip_are_found_from_it(
    client: TestClient, ann: Headers, settings: Settings, check: str, clip: str
) -> None:
    path = f"/v1/clips/{clip}/checks"
    found = client.get(path, headers=ann).json()["checks"]
    assert check in [match["id"] for match in found]
    stranger = bearer(settings, "check", "library:read")
    assert client.get(path, headers=stranger).json() == {"checks": []}


def test_a_checked_item_becomes_a_clip_without_its_claim(
    client: TestClient, ann: Headers, check: str
) -> None:
    known = {"title": "From the agency", "published": "2019-06-13"}
    added = client.post(f"/v1/checks/{check}/clip", headers=ann, json=known)
    assert added.status_code == 201, added.text
    made = added.json()["clip"]
    assert made["name"] == ITEM.name
    assert "2022" not in str(made)
    assert "Oslo" not in str(made)
    assert {a["kind"]: a["entered_by"] for a in made["appearances"]}["published"] == "tests"
    again = client.post(f"/v1/checks/{check}/clip", headers=ann, json={})
    assert again.status_code == 200
    assert client.delete(f"/v1/clips/{made['id']}", headers=ann).status_code == 204


def test_when_the_library_grows_an_earlier_check_raises_an_alert(
    client: TestClient, ann: Headers, bo: Headers
) -> None:
    made = upload(client, ann, LATE, "/v1/checks")["id"]
    before = wait_until_complete(client, ann, made)
    assert before["report"]["verdict"]["relation"] == "none"
    added = upload(client, ann, LATE, "/v1/clips", title="A cup", published="2018-03-04")
    copy = added["clip"]["id"]

    def alerts_of_ann() -> Any:
        found = client.get("/v1/alerts", headers=ann, params={"seen": "false"}).json()["alerts"]
        return [alert for alert in found if alert["check"] == made]

    (alert,) = until(alerts_of_ann)
    assert alert["clip"] == copy
    assert alert["headline"] == (
        "The picture you checked today now matches known footage: A cup, published 2018-03-04"
    )
    assert client.get("/v1/alerts", headers=bo).json() == {"alerts": []}
    after = client.get(f"/v1/checks/{made}", headers=ann).json()
    assert after["report"]["verdict"]["relation"] == "exact"
    assert [report["cause"] for report in after["earlier_reports"]] == ["check"]
    assert after["pictures"] == "ready"
    older = {"kind": "published", "date": "2016"}
    client.post(f"/v1/clips/{copy}/appearances", headers=ann, json=older)
    until(lambda: len(alerts_of_ann()) == 2)
    assert alerts_of_ann()[0]["headline"] == (
        "The picture you checked today now has an older copy: A cup, published 2016"
    )
    assert client.post(f"/v1/alerts/{alert['id']}/seen", headers=bo).status_code == 404
    seen = client.post(f"/v1/alerts/{alert['id']}/seen", headers=ann)
    assert seen.json()["seen_at"] is not None
    assert len(alerts_of_ann()) == 1


def test_a_deleted_check_leaves_nothing_in_any_file_and_nothing_in_the_log(
    client: TestClient,
    settings: Settings,
    ann: Headers,
    clip: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    mark = "canary-5be1"
    item = tmp_path / f"{mark}-name.jpg"
    shutil.copy(SAMPLES / "items" / "skyline-screenshot.jpg", item)
    with item.open("ab") as file:
        file.write(f"{mark}-content".encode())
    context = f'{{"text": "{mark}-context", "page_url": "https://{mark}.example/"}}'
    made = upload(client, ann, item, "/v1/checks", claimed_place=f"{mark}-place", context=context)
    wait_until_complete(client, ann, made["id"])
    path = f"/v1/checks/{made['id']}"
    said = {"clip": clip, "decision": "same_event", "note": f"{mark}-note"}
    assert client.post(f"{path}/decisions", headers=ann, json=said).status_code == 201
    wanted = {"faces": True, "reason": f"{mark}-reason"}
    assert client.post(f"{path}/reveal", headers=ann, json=wanted).status_code == 200
    sheet = client.get(f"{path}/pictures", headers=ann).json()["matches"][clip]
    picture = client.get(sheet["pairs"][0]["query"], headers=ann).content
    wanted_bytes = [mark.encode(), picture[len(picture) // 2 :][:48]]
    folder = settings.library.parent
    assert len(holding(folder, wanted_bytes)) >= 2
    assert client.delete(path, headers=ann).status_code == 204
    assert holding(folder, wanted_bytes) == []
    assert mark not in caplog.text
    assert caplog.records


def holding(folder: Path, wanted: list[bytes]) -> list[str]:
    """Files below a folder that hold any of it."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [f.name for f in files if any(canary in f.read_bytes() for canary in wanted)]
