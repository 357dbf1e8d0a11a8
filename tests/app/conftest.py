"""Where a library and a store may be: tests that ask for one of these run on both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database.format import Place
from app.store.data_folder import ServerStore, StorePlace
from tests.postgres_server import PostgresServer, running_server

ENGINES = ("sqlite", "postgres")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real server, started once; one that cannot start fails every test that needs it."""
    with running_server() as server:
        yield server


@pytest.fixture(params=ENGINES)
def library_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Where a new library can be made, with each engine in turn."""
    if request.param == "sqlite":
        yield tmp_path / "library"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.new_database() as address:
        yield address


@pytest.fixture(params=ENGINES)
def store_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StorePlace]:
    """Where a new store can be made, with each engine in turn; its files are in `desk`."""
    if request.param == "sqlite":
        yield tmp_path / "desk"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.new_database() as address:
        yield ServerStore(address, tmp_path / "desk")
