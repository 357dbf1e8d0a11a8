"""What is done to the library is in the audit log, whatever happens between the two files."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.__main__ import run
from app.library.errors import AppearanceFixed
from app.library.library import Library
from app.settings import Settings
from app.store import audit_log, audited_changes
from app.store.audited_changes import record_change
from app.store.data_folder import open_store
from app.store.errors import StoreUnusable
from hashing.message import verbatim
from tests.app.api.access_made import made_key
from tests.app.app_made import made_app
from tests.app.library.library_made import made_facts, made_print

# a process that is killed when the library has changed and the log was not told yet
KILLED = """
import os, sys
from pathlib import Path
from app.store.audited_changes import record_change
from app.store.data_folder import open_store
from app.library.library import Library
from tests.app.library.library_made import made_facts, made_print

library = Library.open(Path(sys.argv[1]))
store = open_store(Path(sys.argv[1]) / "desk", create=False)
with record_change(store, "cli", sys.argv[2], sys.argv[3]):
    if sys.argv[2] == "clip.remove":
        library.remove(sys.argv[3])
    else:
        library.add(made_print(9), made_facts(9))
    os._exit(9)
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a library with a clip and a store."""
    monkeypatch.setenv("FIRSTSEEN_LIBRARY", str(tmp_path / "library"))
    settings = Settings()
    with Library.open(settings.library, create=True) as library:
        library.add(made_print(1), made_facts(1))
    open_store(settings.desk_folder()).close()
    return settings


def log_entries(settings: Settings) -> list[tuple[str, str, str, str]]:
    store = open_store(settings.desk_folder(), create=False)
    try:
        with store.reading() as connection:
            assert audit_log.verify(connection).problem is None
            log = list(audit_log.entries(connection))
            return [(e.actor, e.action, e.object, e.detail) for e in log]
    finally:
        store.close()


def clips(settings: Settings) -> list[str]:
    with Library.open(settings.library, read_only=True) as library:
        return [clip.id for clip in library.clips()]


@pytest.mark.parametrize(
    ("action", "object", "left"), [("clip.remove", "R000001", 0), ("clip.add", "", 2)]
)
def test_a_crash_between_the_two_files_leaves_the_beginning(
    settings: Settings, action: str, object: str, left: int
) -> None:
    command = [sys.executable, "-c", KILLED, str(settings.library), action, object]
    assert subprocess.run(command, check=False).returncode == 9
    assert len(clips(settings)) == left
    assert log_entries(settings) == [("cli", f"{action}.begin", object, "")]


def test_what_the_library_refused_is_said_to_be_not_done(settings: Settings) -> None:
    store = open_store(settings.desk_folder())
    with (
        Library.open(settings.library) as library,
        pytest.raises(AppearanceFixed),
        record_change(store, "cli", "appearance.remove", "R000001"),
    ):
        library.remove_appearance("R000001", 1, "ann")
    with (
        pytest.raises(OSError, match="whatever"),
        record_change(store, "cli", "clip.remove", "R000001"),
    ):
        raise OSError("whatever")
    store.close()
    assert log_entries(settings) == [
        ("cli", "appearance.remove.begin", "R000001", ""),
        ("cli", "appearance.remove.none", "R000001", "begun 1"),
        ("cli", "clip.remove.begin", "R000001", ""),
    ]


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    _, secret = made_key(settings, "library:read", "library:write")
    headers = {"authorization": f"Bearer {secret}"}
    app = made_app(settings)
    with TestClient(app, base_url="http://127.0.0.1:8000", headers=headers) as client:
        yield client


def test_over_http_each_change_of_a_clip_has_its_beginning(
    settings: Settings, client: TestClient
) -> None:
    path = "/v1/clips/R000001"
    for _ in range(2):
        assert client.patch(path, json={"title": "A title"}).status_code == 200
    seen = {"kind": "published", "date": "2019"}
    shown = client.post(f"{path}/appearances", json=seen).json()["appearances"]
    number = next(entry["n"] for entry in shown if entry["kind"] == "published")
    assert client.delete(f"{path}/appearances/{number}").status_code == 204
    assert client.delete(path).status_code == 204
    for gone in (path, f"{path}/appearances/1", "/v1/clips/no%20id"):
        assert client.delete(gone).status_code == 404
    entries = [(action, object, detail) for _, action, object, detail in log_entries(settings)[1:]]
    assert entries == [
        (action, "R000001", detail)
        for action, detail in [
            ("clip.change.begin", ""),
            ("clip.change", "begun 2"),
            ("clip.change.begin", ""),
            ("clip.change.none", "begun 4"),
            ("appearance.add.begin", ""),
            ("appearance.add", "begun 6"),
            ("appearance.remove.begin", ""),
            ("appearance.remove", "begun 8"),
            ("clip.remove.begin", ""),
            ("clip.remove", "begun 10"),
        ]
    ]


def test_what_cannot_be_entered_is_not_done(
    settings: Settings, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise StoreUnusable(verbatim("No space is left"))

    monkeypatch.setattr(audited_changes.audit_log, "append_entry", full)
    assert client.delete("/v1/clips/R000001").status_code == 503
    monkeypatch.undo()
    assert clips(settings) == ["R000001"]


def test_a_removal_on_the_command_line_is_in_the_log_of_the_service(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["firstseen", "library", "remove", "R000001"])
    assert run() == 0
    assert log_entries(settings) == [
        ("cli", "clip.remove.begin", "R000001", ""),
        ("cli", "clip.remove", "R000001", "begun 1"),
    ]


def test_a_library_without_a_store_gets_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "library"
    with Library.open(folder, create=True) as library:
        library.add(made_print(1), made_facts(1))
    command = ["firstseen", "library", "remove", "R000001", "--library", str(folder)]
    monkeypatch.setattr(sys, "argv", command)
    assert run() == 0
    assert not (folder / "desk").exists()


def test_a_store_that_cannot_be_used_keeps_a_clip_from_being_removed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.desk_folder() / "desk.db").write_bytes(b"no database at all" * 100)
    monkeypatch.setattr(sys, "argv", ["firstseen", "library", "remove", "R000001"])
    assert run() == 4
    assert clips(settings) == ["R000001"]


def test_an_addition_on_the_command_line_is_in_the_log_of_the_service(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "still.png"
    Image.effect_noise((320, 200), 60).convert("RGB").save(path)
    monkeypatch.setattr(sys, "argv", ["firstseen", "library", "add", str(path), str(path)])
    assert run() == 0
    assert run() == 0
    assert log_entries(settings) == [
        ("cli", "clip.add.begin", "", ""),
        ("cli", "clip.add", "R000002", "begun 1"),
        ("cli", "clip.add.begin", "", ""),
        ("cli", "clip.add.none", "", "begun 3"),
    ]
