"""What is done over HTTP stands in the audit log, under ids alone."""

import time
from pathlib import Path

from starlette.testclient import TestClient

from app.settings import Settings
from app.store import audit_log
from app.store.data_folder import open_store
from tests.app.api.access_made import made_key
from tests.app.app_made import made_app

NAME, PLACE = "a-name-nobody-may-read.mp4", "A place nobody may read"


def test_checks_exports_and_clips_are_in_the_log_and_their_names_are_not(tmp_path: Path) -> None:
    settings = Settings(library=tmp_path / "library")
    key, secret = made_key(settings, "check", "library:write")
    app = made_app(settings)
    headers = {"authorization": f"Bearer {secret}"}
    form = {"files": {"file": (NAME, b"x")}, "data": {"claimed_place": PLACE}}
    with TestClient(app, base_url="http://127.0.0.1:8000", headers=headers) as client:
        check = client.post("/v1/checks", **form).json()["id"]
        assert client.post("/v1/checks", **form).status_code == 200, "nothing new, nothing noted"
        while client.get(f"/v1/checks/{check}").json()["state"] != "done":
            time.sleep(0.02)
        for path in ("report.html", "report.json"):
            assert client.get(f"/v1/checks/{check}/{path}").status_code == 200
        assert client.get("/v1/checks/unknown/report.html").status_code == 404
        waiting = client.post("/v1/checks", files={"file": ("b.mp4", b"wait")}).json()["id"]
        assert client.post(f"/v1/checks/{waiting}/cancel").status_code == 200
        assert client.post(f"/v1/checks/{waiting}/cancel").status_code == 409
        assert client.delete(f"/v1/checks/{check}").status_code == 204
        clip = client.post("/v1/clips", files={"file": (NAME, b"y")}).json()["clip"]["id"]
        assert client.post("/v1/clips", files={"file": (NAME, b"y")}).status_code == 200
        assert client.delete(f"/v1/clips/{clip}").status_code == 204
        assert client.delete(f"/v1/clips/{clip}").status_code == 404
    store = open_store(settings.desk_folder())
    with store.reading() as connection:
        log = list(audit_log.entries(connection))
        assert audit_log.verify(connection).problem is None
    store.close()
    assert [(e.actor, e.action, e.object, e.detail) for e in log[1:]] == [
        (key.id, "check.start", check, "upload"),
        (key.id, "report.export", check, "page"),
        (key.id, "report.export", check, "json"),
        (key.id, "check.start", waiting, "upload"),
        (key.id, "check.cancel", waiting, ""),
        (key.id, "check.delete", check, ""),
        (key.id, "clip.add.begin", log[7].object, ""),
        (key.id, "clip.add", clip, "begun 8"),
        (key.id, "clip.add.begin", log[9].object, ""),
        (key.id, "clip.add.none", log[9].object, "begun 10"),
        (key.id, "clip.remove.begin", clip, ""),
        (key.id, "clip.remove", clip, "begun 12"),
    ]
    assert not [e for e in log if NAME in str(e) or PLACE in str(e)]
