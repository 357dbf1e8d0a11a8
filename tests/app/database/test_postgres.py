"""A library and a store on a real server: what is particular to it."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from app.database.server_address import ServerAddress
from app.library.errors import LibraryBusy, LibraryReadOnly, LibraryUnusable
from app.library.library import Library
from app.library.schema import clips
from app.settings import Settings
from app.store import audit_log, keys
from app.store.data_folder import ServerStore, Store, open_store, store_exists, store_place
from app.store.errors import StoreUnusable
from app.store.timestamps import now
from tests.app.library.library_made import made_facts, made_print
from tests.postgres_server import PASSWORD, PostgresServer

ROOT = Path(__file__).parents[3]


@pytest.fixture
def address(postgres_server: PostgresServer) -> Iterator[ServerAddress]:
    with postgres_server.new_database() as made:
        yield made


@pytest.fixture
def store(address: ServerAddress, tmp_path: Path) -> Iterator[Store]:
    store = open_store(ServerStore(address, tmp_path / "desk"))
    yield store
    store.close()


def database_of(address: ServerAddress) -> str:
    return str(address).rpartition("/")[2]


def test_an_address_is_shown_without_password_and_options() -> None:
    url = "postgresql://ana:s3cret@db.example.org:5433/footage?sslpassword=s3cret"
    assert str(ServerAddress(url)) == "postgresql://ana@db.example.org:5433/footage"
    assert "s3cret" not in repr(ServerAddress(url))
    both = "postgresql://db1:5432,[2001:db8::2]:5433/footage"
    assert str(ServerAddress(both)) == both
    assert str(ServerAddress("postgres:///footage?host=/run")) == "postgresql:///footage"


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://a:s3@cret@h/d",
        "postgresql://a:s3/cret@h/d",
        "postgresql://a:s3?cret@h/d",
        "postgresql://a:s3cret",
    ],
)
def test_an_ambiguous_address_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="not an address") as caught:
        ServerAddress(text)
    assert "cret" not in str(caught.value)


def test_a_worker_gets_the_whole_address(address: ServerAddress) -> None:
    settings = Settings.model_validate({"library": address.url})
    assert settings.library == address
    assert PASSWORD not in repr(settings)
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


@pytest.mark.parametrize("wrong", ["password", "port", "database", "form"])
def test_no_command_shows_a_password(address: ServerAddress, wrong: str) -> None:
    changed = {
        "password": address.url.replace(PASSWORD, "wrong-7391"),
        "port": address.url.replace("5432", "5999"),
        "database": address.url.replace("/test_", "/absent_"),
        "form": address.url.replace(PASSWORD, "7391/7391"),
    }
    run = subprocess.run(
        [sys.executable, "-m", "app", "library", "list", "--json", "--library", changed[wrong]],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert run.returncode == (2 if wrong == "form" else 4), run.stderr
    assert "7391" not in run.stdout + run.stderr
    assert "Traceback" not in run.stderr


def test_a_library_that_is_not_there_is_not_made_unless_asked_for(address: ServerAddress) -> None:
    with pytest.raises(LibraryUnusable, match="There is no library"):
        Library.open(address)
    assert not store_exists(ServerStore(address, Path("unused")))
    with Library.open(address, create=True) as library:
        assert library.stats().bytes > 0
    with Library.open(address, read_only=True) as library, pytest.raises(LibraryReadOnly):
        library.add(made_print(1), made_facts(1))


def test_a_newer_version_is_refused(
    address: ServerAddress, postgres_server: PostgresServer
) -> None:
    Library.open(address, create=True).close()
    insert = "INSERT INTO firstseen_library.migrations VALUES (999, '')"
    postgres_server.run(database_of(address), insert)
    with pytest.raises(LibraryUnusable, match="newer firstseen"):
        Library.open(address)


def test_a_second_writer_waits_and_then_says_why_it_gave_up(address: ServerAddress) -> None:
    with Library.open(address, create=True, wait_s=0.1) as library:
        file = library._file
        with file.writing(), pytest.raises(LibraryBusy, match=r"gave up after 0\.1 s"):
            library.add(made_print(1), made_facts(1))
        assert library.add(made_print(1), made_facts(1)).new


def test_ids_are_committed_in_their_order(address: ServerAddress) -> None:
    """A reader that saw clip N has seen every clip before it, whoever adds."""
    Library.open(address, create=True).close()
    gaps: list[list[int]] = []
    done = threading.Event()

    def add(first: int) -> None:
        with Library.open(address) as library:
            for seed in range(first, first + 8):
                library.add(made_print(seed, rows=2), made_facts(seed))

    def watch() -> None:
        with Library.open(address, read_only=True) as library:
            while not done.is_set():
                with library._file.reading() as connection:
                    numbers = list(connection.scalars(sa.select(clips.c.id).order_by(clips.c.id)))
                if numbers != list(range(1, len(numbers) + 1)):
                    gaps.append(numbers)

    adding = [threading.Thread(target=add, args=(first,)) for first in (100, 200, 300)]
    watching = threading.Thread(target=watch)
    for thread in (watching, *adding):
        thread.start()
    for thread in adding:
        thread.join()
    done.set()
    watching.join()
    assert gaps == []


def test_another_process_s_clips_are_found(address: ServerAddress) -> None:
    with Library.open(address, create=True) as first, Library.open(address) as second:
        vectors = made_print(1).descriptors.vectors[:1]
        assert first.search(vectors, 1, made_print(1).space).clips == ()
        second.add(made_print(1), made_facts(1))
        assert first.search(vectors, 1, made_print(1).space).clips == ("R000001",)
        second.remove("R000001")
        assert first.search(vectors, 1, made_print(1).space).clips == ()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE firstseen_store.audit SET actor = 'other'",
        "DELETE FROM firstseen_store.audit",
        "TRUNCATE firstseen_store.audit",
        "INSERT INTO firstseen_store.audit SELECT number + 5, at, actor, action, object, detail, "
        "hash FROM firstseen_store.audit",
    ],
)
def test_the_audit_log_only_grows(
    change: str, store: Store, address: ServerAddress, postgres_server: PostgresServer
) -> None:
    with store.writing() as connection:
        keys.create(connection, "Ana", ["check"], "cli", now())
    with pytest.raises(psycopg.errors.RaiseException):
        postgres_server.run(database_of(address), change)
    with pytest.raises(StoreUnusable, match="only grows"), store.writing() as connection:
        connection.exec_driver_sql(change)
    with store.reading() as connection:
        assert audit_log.verify(connection).problem is None


def test_the_roles_of_the_guide_suffice(postgres_server: PostgresServer, tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "guides" / "servers.md").read_text()
    before, after = (block.split(";") for block in re.findall(r"```sql\n(.*?)```", guide, re.S))
    postgres_server.run(
        "postgres",
        *(statement for statement in before if statement.strip()),
        f"ALTER ROLE firstseen_owner PASSWORD '{PASSWORD}'",
        f"ALTER ROLE firstseen_app PASSWORD '{PASSWORD}'",
    )
    owner = postgres_server.address("firstseen", "firstseen_owner")
    with Library.open(owner, create=True) as library:
        library.add(made_print(1), made_facts(1))
    open_store(ServerStore(owner, tmp_path)).close()
    postgres_server.run("firstseen", *(statement for statement in after if statement.strip()))
    address = postgres_server.address("firstseen", "firstseen_app")
    with Library.open(address) as library:
        library.add(made_print(2), made_facts(2))
        assert library.remove("R000001")
    settings = Settings.model_validate({"library": address.url, "data": tmp_path})
    store = open_store(store_place(settings))
    with store.writing() as connection:
        keys.create(connection, "Ana", ["check"], "cli", now())
    with pytest.raises(StoreUnusable), store.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER ALL")
    with pytest.raises(StoreUnusable), store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM audit")
    store.close()
    postgres_server.run("postgres", "DROP DATABASE firstseen WITH (FORCE)")
