"""`firstseen keys …` and `firstseen audit …`, as they are typed."""

import json
import shlex
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.__main__ import run
from app.api.first_key import announcement
from app.store import keys
from app.store.data_folder import open_store
from app.store.timestamps import now

type Firstseen = Callable[..., int]


@pytest.fixture
def firstseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Firstseen:
    """Runs a command with a library of its own; gives the exit code."""
    monkeypatch.setenv("FIRSTSEEN_LIBRARY", str(tmp_path / "library"))

    def command(*words: object) -> int:
        monkeypatch.setattr(sys, "argv", ["firstseen", *map(str, words)])
        return run()

    return command


def made(firstseen: Firstseen, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The key that a command prints."""
    assert firstseen("keys", "create", *words) == 0
    return capsys.readouterr().out.strip()


def known(folder: Path, secret: str) -> keys.Key | None:
    store = open_store(folder, create=False)
    try:
        with store.reading() as connection:
            return keys.authenticate(connection, secret, now())
    finally:
        store.close()


def test_a_key_is_printed_once_and_opens_the_store(
    firstseen: Firstseen, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    secret = made(firstseen, capsys, "Ana", "--scope", "check", "--scope", "library:read")
    key = known(tmp_path / "library" / "desk", secret)
    assert key is not None
    assert (key.name, key.scopes) == ("Ana", {"check", "library:read"})
    assert firstseen("keys", "list") == 0
    shown = capsys.readouterr().out
    assert key.id in shown
    assert "Ana" in shown
    assert secret not in shown


def test_the_folder_that_a_key_is_for_is_named_beside_it(
    firstseen: Firstseen, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert firstseen("keys", "create", "Ana", "--scope", "check") == 0
    out, err = capsys.readouterr()
    assert len(out.split()) == 1, "stdout is the key alone, for scripts"
    assert str(tmp_path / "library" / "desk") in err


def test_the_command_that_a_first_start_prints_makes_a_key_of_that_service(
    firstseen: Firstseen, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = tmp_path / "another folder" / "desk"
    open_store(data).close()
    said = announcement("fsk_" + "A" * 43, "http://127.0.0.1:8000/", data)
    (command,) = (line for line in said.splitlines() if "firstseen keys create" in line)
    assert firstseen(*shlex.split(command)[1:]) == 0
    key = known(data, capsys.readouterr().out.strip())
    assert key is not None
    assert key.scopes == {"check", "library:read"}


def test_the_data_may_be_elsewhere(
    firstseen: Firstseen, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    there = tmp_path / "there"
    secret = made(firstseen, capsys, "Ana", "--scope", "check", "--data", str(there))
    assert known(there, secret) is not None
    assert not (tmp_path / "library").exists()


def test_a_revoked_key_opens_nothing_and_is_listed_so(
    firstseen: Firstseen, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert firstseen("keys", "create", "Ana", "--scope", "admin", "--json") == 0
    keys = json.loads(capsys.readouterr().out)
    assert keys["key"]["scopes"] == ["admin"]
    assert firstseen("keys", "revoke", keys["key"]["id"]) == 0
    assert "is revoked" in capsys.readouterr().out
    assert known(tmp_path / "library" / "desk", keys["secret"]) is None
    assert firstseen("keys", "list", "--json") == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert listed["revoked_at"] is not None
    assert "secret" not in listed


def test_a_key_is_rotated_and_ends_after_its_days(
    firstseen: Firstseen, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert firstseen("keys", "create", "Ana", "--scope", "check", "--days", "90", "--json") == 0
    before = json.loads(capsys.readouterr().out)
    assert before["key"]["expires_at"] > before["key"]["created_at"]
    assert firstseen("keys", "rotate", before["key"]["id"]) == 0
    secret = capsys.readouterr().out.strip()
    folder = tmp_path / "library" / "desk"
    assert known(folder, before["secret"]) is None
    rotated = known(folder, secret)
    assert rotated is not None
    assert (rotated.id, rotated.expires_at) == (before["key"]["id"], before["key"]["expires_at"])
    assert firstseen("keys", "list") == 0
    assert f"(check; until {rotated.expires_at[:16]}Z)" in capsys.readouterr().out
    assert firstseen("audit", "show") == 0
    shown = capsys.readouterr().out
    assert "check days:90" in shown
    assert f"key.rotate  {rotated.id}  grace:0" in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["keys", "create", "Ana", "--scope", "check", "--days", "0"], 2, "1 to 3,660 days"),
        (["keys", "create", "Ana", "--scope", "all"], 2, "known are check"),
        (["keys", "create", "", "--scope", "check"], 2, "name"),
        (["keys", "create", "Ana"], 2, "--scope"),
        (["keys", "list"], 4, "no service store"),
        (["keys", "revoke", "nothing"], 4, "no service store"),
        (["audit", "verify"], 4, "no service store"),
        (["audit", "show"], 4, "no service store"),
        (["audit", "verify", "--head", "12"], 2, "expected a head"),
    ],
)
def test_what_cannot_be_done_is_said(
    words: list[str],
    code: int,
    said: str,
    firstseen: Firstseen,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert firstseen(*words) == code
    printed = capsys.readouterr()
    assert said in printed.err
    assert not printed.out


def test_an_unknown_key_cannot_be_revoked(
    firstseen: Firstseen, capsys: pytest.CaptureFixture[str]
) -> None:
    made(firstseen, capsys, "Ana", "--scope", "check")
    assert firstseen("keys", "revoke", "nothing") == 2
    assert "no key of this id" in capsys.readouterr().err


def test_the_audit_log_is_shown_and_verified_and_its_head_found_again(
    firstseen: Firstseen, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    made(firstseen, capsys, "Ana", "--scope", "check")
    assert firstseen("audit", "verify") == 0
    said = capsys.readouterr().out
    assert "Log intact: 1 entry\n" in said
    head = said.split("Head: ")[1].split()[0]
    made(firstseen, capsys, "Bo", "--scope", "check")
    assert firstseen("audit", "verify", "--head", head) == 0
    assert "Log intact: 2 entries" in capsys.readouterr().out
    assert firstseen("audit", "show") == 0
    assert capsys.readouterr().out.count("key.create") == 2
    assert firstseen("audit", "show", "--json") == 0
    assert [e["number"] for e in json.loads(capsys.readouterr().out)] == [1, 2]
    with sqlite3.connect(tmp_path / "library" / "desk" / "desk.db") as file:
        file.execute("DROP TRIGGER audit_loses_none")
        file.execute("DELETE FROM audit")
    file.close()
    assert firstseen("audit", "verify") == 0, "an empty log is intact by itself"
    capsys.readouterr()
    assert firstseen("audit", "verify", "--head", head) == 3
    assert "cut off: entries 1 to 1" in capsys.readouterr().out


def test_a_changed_entry_is_named(
    firstseen: Firstseen, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("Ana", "Bo", "Cem"):
        made(firstseen, capsys, name, "--scope", "check")
    with sqlite3.connect(tmp_path / "library" / "desk" / "desk.db") as file:
        file.execute("DROP TRIGGER audit_keeps_entries")
        file.execute("UPDATE audit SET actor = 'service' WHERE number = 2")
    file.close()
    assert firstseen("audit", "verify") == 3
    assert "Log broken: entry 2 " in capsys.readouterr().out
