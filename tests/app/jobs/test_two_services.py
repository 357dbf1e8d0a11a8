"""Two services on one PostgreSQL server, with real processes that do made work."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.settings import Settings
from app.store import audit_log, checks, keys, leases
from app.store.checks import Check, Submission
from app.store.data_folder import Store, open_store, store_place
from app.store.schema import leases as lease_rows
from app.store.schema import reports
from app.store.timestamps import now
from tests.app.jobs.kills import Service
from tests.app.store.store_made import begun_checks, go_on
from tests.postgres_server import PostgresServer

LEASE_S = 8.0
PATIENCE_S = 90.0


@pytest.fixture
def settings(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Settings]:
    with postgres_server.new_database() as address:
        yield Settings.model_validate({"library": address.url, "data": tmp_path / "desk"})


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = open_store(store_place(settings))
    yield store
    store.close()


@pytest.fixture
def services(store: Store, settings: Settings) -> Iterator[tuple[Service, Service]]:
    pair = Service(settings, 2, LEASE_S), Service(settings, 2, LEASE_S)
    pair[0].start()
    pair[0].await_ready()  # so that one of them makes the library
    pair[1].start()
    pair[1].await_ready()
    yield pair
    for service in pair:
        service.stop()


def sent(service: Service, content: str, number: int) -> str:
    answer = service.client.post(
        "/v1/checks", files={"file": (f"{number}.mp4", f"{content}\n" + " " * number)}
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def read(service: Service, identifier: str) -> dict[str, Any]:
    answer: dict[str, Any] = service.client.get(f"/v1/checks/{identifier}").json()
    return answer


def wait_for(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def rows_of(store: Store) -> dict[str, Check]:
    with store.reading() as connection:
        return {check.id: check for check in checks.list_checks(connection, None, limit=1000)}


def test_each_check_is_done_once_also_when_a_service_is_killed(
    services: tuple[Service, Service], store: Store
) -> None:
    first, second = services
    waiting = [sent(services[number % 2], "wait", number) for number in range(4)]
    wait_for(lambda: all(rows_of(store)[each].state == "running" for each in waiting))
    for service in services:  # each knows how far the other's are
        wait_for(lambda: all(read(service, each)["progress"] for each in waiting))  # noqa: B023
    contents = ("x", "sleep 0.1", "pictures", "unreadable")
    others = [sent(services[number % 2], contents[number % 4], number) for number in range(10, 34)]
    stopped = waiting[0]
    outage = sent(second, "outage", 40)
    answer = second.client.post(f"/v1/checks/{stopped}/cancel", headers=first.headers)
    assert answer.status_code == 200, answer.text
    with store.reading() as connection:
        lease = {row.check: row.service for row in connection.execute(sa.select(lease_rows))}
    first.kill()
    killed_at = time.monotonic()
    go_on(store.folder)
    wait_for(lambda: all(check.complete for check in rows_of(store).values()))
    took_s = time.monotonic() - killed_at
    assert took_s > LEASE_S / 2, "the killed service's were taken over before its leases ended"

    rows = rows_of(store)
    assert set(rows) == {*waiting, *others, outage}
    assert (rows[outage].state, rows[outage].interruptions) == ("done", 1)
    assert rows[stopped].state == "cancelled"
    with store.reading() as connection:
        counts = Counter(connection.scalars(sa.select(reports.c.check)))
        assert audit_log.verify(connection).problem is None
    assert counts == {each: 1 for each in rows if each != stopped}
    assert {check.crashes for check in rows.values()} == {0}
    interrupted = {each for each, check in rows.items() if check.interruptions}
    assert interrupted <= lease.keys() | {outage}
    begun = Counter(each["id"] for each in begun_checks(store.folder))
    assert {each for each, times in begun.items() if times > 1} <= interrupted
    assert [each for each in waiting[1:] if rows[each].state != "done"] == []


def test_a_lease_is_one_services_until_it_ends(store: Store, monkeypatch: Any) -> None:
    with store.writing() as connection:
        key = keys.create(connection, "Ana", ["check"], "cli", now())[0].id
        asked = Submission(key, "check", "upload", "a.mp4", 1, "0" * 64, upload="u")
        check = checks.accept(connection, asked, 10)[0].id
        assert checks.claim_next(connection) is not None
        assert leases.take(connection, check, "one")
        assert not leases.take(connection, check, "other")
        assert not leases.release(connection, check, "other")
        assert leases.renew(connection, "one", {check: ("describe", 0.5)}) == {check}
        assert leases.renew(connection, "other", {check: ("describe", 0.1)}) == set()
        assert leases.progress_elsewhere(connection, "other") == {check: ("describe", 0.5)}
        assert not leases.any_abandoned(connection)
        monkeypatch.setattr(leases, "LEASE_S", -1.0)
        leases.renew(connection, "one", {check: ("describe", 0.5)})
        assert leases.take_over(connection) == []
        again = checks.find(connection, check)
        assert (again.state, again.crashes, again.interruptions) == ("queued", 0, 1)
        assert not leases.release(connection, check, "one")
