"""Keys and sessions: made, held out, revoked, ended; and that the file holds no secret."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.api.first_key import announcement, first_key
from app.store import audit_log, keys, sessions
from app.store.data_folder import Store, StorePlace, open_store
from app.store.errors import KeyEnded, KeyNotUnderstood, KeyUnknown
from app.store.keys import Key, Scope
from app.store.timestamps import format_timestamp, now

NOW = now()  # what the audit log has for the present; time never stands before its newest entry


@pytest.fixture
def store(store_place: StorePlace) -> Iterator[Store]:
    opened = open_store(store_place)
    yield opened
    opened.close()


def made(store: Store, name: str = "Ana", *scopes: str) -> tuple[Key, str]:
    with store.writing() as connection:
        return keys.create(connection, name, scopes or ("check",), audit_log.CLI, NOW)


def known(store: Store, secret: str, after_s: float = 0) -> Key | None:
    with store.reading() as connection:
        return keys.authenticate(connection, secret, NOW + timedelta(seconds=after_s))


def actions(store: Store) -> list[tuple[str, str, str]]:
    with store.reading() as connection:
        return [(e.actor, e.action, e.object) for e in audit_log.entries(connection)]


# ---- keys


def test_a_key_is_known_by_its_secret_alone(store: Store) -> None:
    key, secret = made(store, "  Ana  of the\tnight desk ", "reveal", "check")
    assert re.fullmatch(r"fsk_[A-Za-z0-9_-]{43}", secret)
    assert key.name == "Ana of the night desk"
    assert key.scopes == {Scope.CHECK, Scope.REVEAL}
    assert known(store, secret) == key
    assert actions(store) == [("cli", "key.create", key.id)]
    with store.reading() as connection:
        assert keys.list_keys(connection) == [key]
        assert keys.find(connection, key.id) == key


def test_no_two_keys_are_alike(store: Store) -> None:
    pairs = [made(store) for _ in range(5)]
    assert len({key.id for key, _ in pairs}) == len({secret for _, secret in pairs}) == 5


def test_whatever_is_not_the_key_is_nobody(store: Store) -> None:
    key, secret = made(store)
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
        assert known(store, wrong) is None, wrong[:60]


@pytest.mark.parametrize("store_place", ["sqlite"], indirect=True)  # a server's are its own
def test_the_files_hold_no_secret(store: Store, tmp_path: Path) -> None:
    key, secret = made(store)
    with store.writing() as connection:
        session, value = sessions.create(connection, key, 60, NOW)
    store.empty_log()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    hash_in_file = b"".join(path.read_bytes() for path in files)
    assert key.id.encode() in hash_in_file
    for text in (secret, secret[4:], value, session.csrf):
        assert text.encode() not in hash_in_file


def test_a_revoked_key_is_nobody_and_stays_listed(store: Store) -> None:
    key, secret = made(store)
    other, other_secret = made(store, "Bo")
    later = NOW + timedelta(hours=1)
    with store.writing() as connection:
        assert keys.revoke(connection, key.id, audit_log.CLI, later).revoked_at == format_timestamp(
            later
        )
    with store.writing() as connection:  # again: nothing changes
        keys.revoke(connection, key.id, audit_log.CLI, later + timedelta(hours=1))
    assert known(store, secret) is None
    assert known(store, other_secret) == other
    with store.reading() as connection:
        assert keys.find(connection, key.id).revoked_at == format_timestamp(later)
    assert actions(store)[2:] == [("cli", "key.revoke", key.id)]


def test_an_unknown_key_cannot_be_revoked(store: Store) -> None:
    with pytest.raises(KeyUnknown), store.writing() as connection:
        keys.revoke(connection, "nothing", audit_log.CLI, NOW)
    assert actions(store) == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x1b[2Jb", "a\u202eb", "a\ud800"])
def test_a_name_that_cannot_be_shown_is_refused(name: str, store: Store) -> None:
    with pytest.raises(KeyNotUnderstood, match="name"):
        made(store, name)


@pytest.mark.parametrize("scopes", [("nonsense",), ("check", ""), ("Check",)])
def test_a_scope_that_is_none_is_refused_with_those_there_are(
    scopes: tuple[str, ...], store: Store
) -> None:
    with pytest.raises(KeyNotUnderstood, match="library:read"):
        made(store, "Ana", *scopes)
    with pytest.raises(KeyNotUnderstood, match="needs a scope"):
        keys.parse_scopes(())


def rotated(store: Store, key: Key, after_s: float = 0, **how: int) -> tuple[Key, str]:
    with store.writing() as connection:
        at = NOW + timedelta(seconds=after_s)
        return keys.rotate(connection, key.id, audit_log.CLI, at, **how)


def test_a_key_ends_after_its_days_and_its_sessions_with_it(store: Store) -> None:
    with store.writing() as connection:
        key, secret = keys.create(connection, "Ana", ["check"], audit_log.CLI, NOW, 1)
    _, value = started(store, key, 2 * 86_400)
    assert key.expires_at == format_timestamp(NOW + timedelta(days=1))
    assert known(store, secret, 86_399) == key
    assert known(store, secret, 86_401) is None
    assert hash_in_file(store, value, 86_399) is not None
    assert hash_in_file(store, value, 86_401) is None


def test_a_rotated_secret_ends_at_once_and_its_sessions_too(store: Store) -> None:
    key, old = made(store)
    _, value = started(store, key)
    after, new = rotated(store, key)
    assert known(store, old) is None
    assert known(store, new) == after
    assert (after.id, after.name, after.scopes) == (key.id, key.name, key.scopes)
    assert after.rotated_at == format_timestamp(NOW)
    assert hash_in_file(store, value) is None
    with store.reading() as connection:
        assert [e.detail for e in audit_log.entries(connection)][-1] == "grace:0"


def test_a_rotated_secret_is_good_for_its_grace_and_no_longer(store: Store) -> None:
    key, old = made(store)
    after, new = rotated(store, key, grace_s=3600)
    for secret in (old, new):
        assert known(store, secret, 3599) == after
    assert known(store, old, 3601) is None
    assert known(store, new, 3601) == after
    again, newest = rotated(store, key, grace_s=3600)
    assert known(store, old) is None, "a second rotation ends the first one's grace"
    assert known(store, new) == known(store, newest) == again
    with store.writing() as connection:
        keys.revoke(connection, key.id, audit_log.CLI, NOW)
    assert known(store, new) is known(store, newest) is None


def test_a_key_that_has_ended_gets_no_secret_but_by_new_days(store: Store) -> None:
    with store.writing() as connection:
        key, _ = keys.create(connection, "Ana", ["check"], audit_log.CLI, NOW, 1)
    late = 2 * 86_400
    with pytest.raises(KeyEnded, match="expired"):
        rotated(store, key, late)
    _, secret = rotated(store, key, late, days=1)
    assert known(store, secret, late + 86_000) is not None
    with store.writing() as connection:
        keys.revoke(connection, key.id, audit_log.CLI, NOW)
    with pytest.raises(KeyEnded, match="revoked"):
        rotated(store, key, days=1)
    for how in ({"grace_s": -1}, {"grace_s": keys.MAX_GRACE_S + 1}, {"days": 0}, {"days": 3661}):
        with pytest.raises(KeyNotUnderstood):
            rotated(store, made(store)[0], **how)


def test_the_first_start_makes_one_key_that_may_do_everything(store: Store) -> None:
    secret = first_key(store)
    assert secret is not None
    key = known(store, secret)
    assert key is not None
    assert key.scopes == keys.ALL_SCOPES
    text = announcement(secret, "http://127.0.0.1:8000/", store.folder)
    assert text.count(secret) == 1
    assert "http://127.0.0.1:8000/" in text
    shared = announcement(secret, "http://127.0.0.1:8000/", store.folder, "postgresql://a@db/d")
    assert "--library postgresql://a@db/d --data" in shared
    assert first_key(store) is None
    with store.writing() as connection:
        keys.revoke(connection, key.id, audit_log.CLI, NOW)
    assert first_key(store) is None, "a service whose keys were revoked stays shut"


# ---- sessions


def started(store: Store, key: Key, lifetime_s: float = 3600) -> tuple[sessions.Session, str]:
    with store.writing() as connection:
        return sessions.create(connection, key, lifetime_s, NOW)


def hash_in_file(store: Store, value: str, after_s: float = 0) -> sessions.Session | None:
    with store.reading() as connection:
        return sessions.find(connection, value, NOW + timedelta(seconds=after_s))


def test_a_session_holds_until_its_end(store: Store) -> None:
    key, _ = made(store)
    session, value = started(store, key)
    assert hash_in_file(store, value, 3599) == session
    assert hash_in_file(store, value, 3600) is None
    assert session.key == key
    assert session.expires_at == format_timestamp(NOW + timedelta(hours=1))
    for wrong in ("", value[:-1], session.csrf, "\ud800", "x" * 1_000_000):
        assert hash_in_file(store, wrong) is None


def test_a_sessions_token_is_its_own(store: Store) -> None:
    key, _ = made(store)
    (key_row, value), (other, _) = started(store, key), started(store, key)
    assert key_row.csrf != other.csrf
    assert value not in key_row.csrf
    assert sessions.csrf_matches(key_row, key_row.csrf)
    for wrong in ("", other.csrf, value, key_row.csrf[:-1], key_row.csrf + "=", "é"):
        assert not sessions.csrf_matches(key_row, wrong)


def test_a_session_that_was_ended_is_gone_and_others_stay(store: Store) -> None:
    key, _ = made(store)
    (_, value), (_, other) = started(store, key), started(store, key)
    for _ in range(2):
        with store.writing() as connection:
            sessions.end(connection, value)
    assert hash_in_file(store, value) is None
    assert hash_in_file(store, other) is not None
    assert [action for _, action, _ in actions(store)].count("session.end") == 1


def test_sessions_end_with_their_key(store: Store) -> None:
    key, _ = made(store)
    bo, _ = made(store, "Bo")
    (_, value), (_, other) = started(store, key), started(store, bo)
    with store.writing() as connection:
        keys.revoke(connection, key.id, audit_log.CLI, NOW)
    assert hash_in_file(store, value) is None
    assert hash_in_file(store, other) is not None


def test_sessions_that_ended_are_cleared_when_one_starts(store: Store) -> None:
    key, _ = made(store)
    started(store, key, 60)
    with store.writing() as connection:
        sessions.create(connection, key, 60, NOW + timedelta(seconds=61))
    with store.reading() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar_one()
    assert count == 1


def test_no_clock_makes_a_session_good_again_that_has_ended(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, _ = made(store)
    _, value = started(store, key)
    assert hash_in_file(store, value, -2 * 86_400) is None, "it has not begun yet"
    assert hash_in_file(store, value, -30) is not None, "a clock that was set right"
    with store.writing() as connection:
        assert not sessions.has_ended(connection, value, NOW)
        assert sessions.has_ended(connection, value, NOW + timedelta(hours=2))
        sessions.discard(connection, value)
    assert hash_in_file(store, value) is None
    _, value = started(store, key)
    monkeypatch.setattr(audit_log, "now", lambda: NOW + timedelta(hours=2))
    made(store, "Bo")  # an entry from after its end
    assert hash_in_file(store, value) is None
