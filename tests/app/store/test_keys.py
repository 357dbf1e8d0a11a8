"""Keys and sessions: made, held out, revoked, ended; and that the file holds no secret."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.api.first_key import announcement, first_key
from app.store import audit_log, keys, sessions
from app.store.data_folder import DeskFile, open_desk
from app.store.errors import KeyNotUnderstood, KeyUnknown
from app.store.keys import Key, Scope
from app.store.timestamps import written

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskFile]:
    file = open_desk(tmp_path)
    yield file
    file.close()


def made(desk: DeskFile, name: str = "Ana", *scopes: str) -> tuple[Key, str]:
    with desk.writing() as connection:
        return keys.create(connection, name, scopes or ("check",), audit_log.CLI, NOW)


def known(desk: DeskFile, secret: str) -> Key | None:
    with desk.reading() as connection:
        return keys.authenticate(connection, secret)


def actions(desk: DeskFile) -> list[tuple[str, str, str]]:
    with desk.reading() as connection:
        return [(e.actor, e.action, e.object) for e in audit_log.entries(connection)]


# ---- keys


def test_a_key_is_known_by_its_secret_alone(desk: DeskFile) -> None:
    key, secret = made(desk, "  Ana  of the\tnight desk ", "reveal", "check")
    assert re.fullmatch(r"fsk_[A-Za-z0-9_-]{43}", secret)
    assert key.name == "Ana of the night desk"
    assert key.scopes == {Scope.CHECK, Scope.REVEAL}
    assert known(desk, secret) == key
    assert actions(desk) == [("cli", "key.create", key.id)]
    with desk.reading() as connection:
        assert keys.listed(connection) == [key]
        assert keys.find(connection, key.id) == key


def test_no_two_keys_are_alike(desk: DeskFile) -> None:
    pairs = [made(desk) for _ in range(5)]
    assert len({key.id for key, _ in pairs}) == len({secret for _, secret in pairs}) == 5


def test_whatever_is_not_the_key_is_nobody(desk: DeskFile) -> None:
    key, secret = made(desk)
    swapped = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    for wrong in (
        "",
        key.id,
        swapped,
        secret[:-1],
        secret + "A",
        secret.upper(),
        f" {secret}",
        secret[4:],
        "fsk_" + "é" * 43,
        "\ud800",
        "x" * 1_000_000,
        secret + "\0" * 300,
    ):
        assert known(desk, wrong) is None, wrong[:60]


def test_the_files_hold_no_secret(desk: DeskFile, tmp_path: Path) -> None:
    key, secret = made(desk)
    with desk.writing() as connection:
        session, value = sessions.create(connection, key, 60, NOW)
    desk.empty_log()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    held = b"".join(path.read_bytes() for path in files)
    assert key.id.encode() in held
    for text in (secret, secret[4:], value, session.csrf):
        assert text.encode() not in held


def test_a_revoked_key_is_nobody_and_stays_listed(desk: DeskFile) -> None:
    key, secret = made(desk)
    other, other_secret = made(desk, "Bo")
    later = NOW + timedelta(hours=1)
    with desk.writing() as connection:
        assert keys.revoke(connection, key.id, audit_log.CLI, later).revoked_at == written(later)
    with desk.writing() as connection:  # again: nothing changes
        keys.revoke(connection, key.id, audit_log.CLI, later + timedelta(hours=1))
    assert known(desk, secret) is None
    assert known(desk, other_secret) == other
    with desk.reading() as connection:
        assert keys.find(connection, key.id).revoked_at == written(later)
    assert actions(desk)[2:] == [("cli", "key.revoke", key.id)]


def test_an_unknown_key_cannot_be_revoked(desk: DeskFile) -> None:
    with pytest.raises(KeyUnknown), desk.writing() as connection:
        keys.revoke(connection, "nothing", audit_log.CLI, NOW)
    assert actions(desk) == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x1b[2Jb", "a\u202eb", "a\ud800"])
def test_a_name_that_cannot_be_shown_is_refused(name: str, desk: DeskFile) -> None:
    with pytest.raises(KeyNotUnderstood, match="name"):
        made(desk, name)


@pytest.mark.parametrize("scopes", [("nonsense",), ("check", ""), ("Check",)])
def test_a_scope_that_is_none_is_refused_with_those_there_are(
    scopes: tuple[str, ...], desk: DeskFile
) -> None:
    with pytest.raises(KeyNotUnderstood, match="library:read"):
        made(desk, "Ana", *scopes)
    with pytest.raises(KeyNotUnderstood, match="needs a scope"):
        keys.scopes_of(())


def test_the_first_start_makes_one_key_that_may_do_everything(desk: DeskFile) -> None:
    secret = first_key(desk)
    assert secret is not None
    key = known(desk, secret)
    assert key is not None
    assert key.scopes == keys.ALL_SCOPES
    text = announcement(secret, "http://127.0.0.1:8000/")
    assert text.count(secret) == 1
    assert "http://127.0.0.1:8000/" in text
    assert first_key(desk) is None
    with desk.writing() as connection:
        keys.revoke(connection, key.id, audit_log.CLI, NOW)
    assert first_key(desk) is None, "a service whose keys were revoked stays shut"


# ---- sessions


def started(desk: DeskFile, key: Key, lifetime_s: float = 3600) -> tuple[sessions.Session, str]:
    with desk.writing() as connection:
        return sessions.create(connection, key, lifetime_s, NOW)


def held(desk: DeskFile, value: str, after_s: float = 0) -> sessions.Session | None:
    with desk.reading() as connection:
        return sessions.find(connection, value, NOW + timedelta(seconds=after_s))


def test_a_session_holds_until_its_end(desk: DeskFile) -> None:
    key, _ = made(desk)
    session, value = started(desk, key)
    assert held(desk, value, 3599) == session
    assert held(desk, value, 3600) is None
    assert session.key == key
    assert session.expires_at == written(NOW + timedelta(hours=1))
    for wrong in ("", value[:-1], session.csrf, "\ud800", "x" * 1_000_000):
        assert held(desk, wrong) is None


def test_a_sessions_token_is_its_own(desk: DeskFile) -> None:
    key, _ = made(desk)
    (one, value), (other, _) = started(desk, key), started(desk, key)
    assert one.csrf != other.csrf
    assert value not in one.csrf
    assert sessions.holds(one, one.csrf)
    for wrong in ("", other.csrf, value, one.csrf[:-1], one.csrf + "=", "é"):
        assert not sessions.holds(one, wrong)


def test_a_session_that_was_ended_is_gone_and_others_stay(desk: DeskFile) -> None:
    key, _ = made(desk)
    (_, value), (_, other) = started(desk, key), started(desk, key)
    for _ in range(2):
        with desk.writing() as connection:
            sessions.end(connection, value)
    assert held(desk, value) is None
    assert held(desk, other) is not None
    assert [action for _, action, _ in actions(desk)].count("session.end") == 1


def test_sessions_end_with_their_key(desk: DeskFile) -> None:
    key, _ = made(desk)
    bo, _ = made(desk, "Bo")
    (_, value), (_, other) = started(desk, key), started(desk, bo)
    with desk.writing() as connection:
        keys.revoke(connection, key.id, audit_log.CLI, NOW)
    assert held(desk, value) is None
    assert held(desk, other) is not None


def test_sessions_that_ended_are_cleared_when_one_starts(desk: DeskFile) -> None:
    key, _ = made(desk)
    started(desk, key, 60)
    with desk.writing() as connection:
        sessions.create(connection, key, 60, NOW + timedelta(seconds=61))
    with desk.reading() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar_one()
    assert count == 1
