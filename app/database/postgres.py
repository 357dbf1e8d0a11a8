"""PostgreSQL: a schema for each kind of database, its version, and transactions.

One writer at a time, as with SQLite: each writing transaction first takes an advisory lock, which
ends with it. So ids are committed in the order in which they are given, on whatever machine, and
readers may go by the highest one. Readers take no lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Self

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError

from app.database.format import FileFormat
from app.database.server_address import ServerAddress
from hashing.errors import FirstseenError

CONNECT_TIMEOUT_S: Final = 10
POOL_SIZE: Final = 16  # connections of one process that stay open; more are closed after use
# SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
BUSY: Final = ("55P03", "40001", "40P01")  # lock timeout, serialization, deadlock
FULL: Final = ("53100",)
READ_ONLY: Final = ("25006", "42501")  # a standby, or a role without the privilege
ONLY_GROWS: Final = ("P0001",)  # raised by our triggers, which are those of the audit log
OUT_OF_REACH: Final = ("08", "57P")  # connection lost, server stopping: classes


@dataclass(frozen=True)
class PostgresDatabase:
    """The tables of one format on a server. wait_s: for another process that writes."""

    address: ServerAddress
    engine: sa.Engine
    writable: bool
    wait_s: float
    format: FileFormat

    @classmethod
    def open(
        cls,
        address: ServerAddress,
        format: FileFormat,
        *,
        create: bool,
        read_only: bool,
        wait_s: float,
    ) -> Self:
        """Connect, and make the tables where they are absent and `create` is set.

        Raises format.unusable: out of reach, no tables there, or those of a newer version.
        """
        engine = _engine(address, format)
        database = cls(address, engine, not read_only, wait_s, format)
        try:
            database._check_or_create(create=create and not read_only)
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        with self._connection() as connection:
            reader = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            with reader.begin():
                yield reader

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        if not self.writable:
            raise self.format.read_only(
                self.format.message("error-database-read-only", self.address)
            )
        with self._connection() as connection, connection.begin():
            # each statement sees what was committed before it, so all that earlier writers did
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(self.wait_s * 1000)}")
            connection.exec_driver_sql(
                f"SELECT pg_advisory_xact_lock({self.format.application_id})"
            )
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            yield connection

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        with (
            _translate_errors(self.format, self.address, self.wait_s),
            self.engine.connect() as connection,
        ):
            yield connection

    def empty_log(self) -> bool:
        """Free the pages of deleted rows. Tables of another role are left to its autovacuum."""
        with self._connection() as connection:
            outside = connection.execution_options(isolation_level="AUTOCOMMIT")
            names = sa.inspect(outside).get_table_names(self.format.schema_name)
            outside.exec_driver_sql("SET client_min_messages = error")
            outside.exec_driver_sql(f"VACUUM {', '.join(map(_quoted, names))}")
            outside.exec_driver_sql("RESET client_min_messages")
        return True

    def is_sound(self) -> bool:
        return True

    def size_bytes(self) -> int:
        with self.reading() as connection:
            size = connection.scalar(
                sa.text(
                    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class "
                    "WHERE relkind = 'r' AND relnamespace = to_regnamespace(:schema)"
                ),
                {"schema": self.format.schema_name},
            )
        return int(size or 0)

    def close(self) -> None:
        self.engine.dispose()

    def _check_or_create(self, *, create: bool) -> None:
        format = self.format
        with self.reading() as connection:
            version = _version(connection, format)
        if version is None and create:
            with self.writing() as connection:
                version = _version(connection, format)
                if version is None:  # otherwise another process was first
                    version = _create(connection, format)
        if version is None:
            raise format.unusable(format.message("error-database-none", self.address))
        if version > format.schema_version:
            raise format.unusable(
                format.message(
                    "error-database-newer",
                    self.address,
                    version=str(version),
                    known=str(format.schema_version),
                )
            )
        if version < format.schema_version:
            self._migrate()

    def _migrate(self) -> None:
        with self.writing() as connection:  # all steps or none
            version = _version(connection, self.format) or 0
            for step in range(version + 1, self.format.schema_version + 1):
                self.format.steps[step](connection)
                self.format.record_version(connection, step)


def exists_on_server(address: ServerAddress, format: FileFormat) -> bool:
    """Whether the tables are there. Raises format.unusable where the server is out of reach."""
    engine = _engine(address, format)
    try:
        with _translate_errors(format, address, 0.0), engine.connect() as connection:
            return _version(connection, format) is not None
    finally:
        engine.dispose()


def _engine(address: ServerAddress, format: FileFormat) -> sa.Engine:
    try:
        driver: Any = import_module("psycopg")  # an extra: a library in a folder needs none
    except ImportError as error:
        raise format.unusable(format.message("error-database-no-driver", address)) from error

    def connect() -> Any:
        return driver.connect(
            address.url,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="firstseen",
            options=f"-c search_path={format.schema_name} -c client_encoding=UTF8",
        )

    return sa.create_engine(
        "postgresql+psycopg://",
        creator=connect,
        pool_size=POOL_SIZE,
        max_overflow=-1,
        pool_pre_ping=True,  # a server that was restarted has ended all connections
        hide_parameters=True,
    )


def _version(connection: sa.Connection, format: FileFormat) -> int | None:
    """The version of the tables; None where there are none."""
    table = f"{format.schema_name}.{format.migrations.name}"
    if connection.scalar(sa.text("SELECT to_regclass(:table)"), {"table": table}) is None:
        return None
    newest: int | None = connection.scalar(sa.select(sa.func.max(format.migrations.c.version)))
    return newest


def _create(connection: sa.Connection, format: FileFormat) -> int:
    """Make the tables, in a schema that an administrator may have made before."""
    schema = format.schema_name
    there = connection.scalar(sa.text("SELECT to_regnamespace(:schema)"), {"schema": schema})
    if there is None:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    format.metadata.create_all(connection)
    if format.shared_metadata is not None:
        format.shared_metadata.create_all(connection)
    format.fill(connection)
    format.record_version(connection, format.schema_version)
    return format.schema_version


def _quoted(name: str) -> str:
    return f'"{name}"'


@contextmanager
def _translate_errors(format: FileFormat, address: ServerAddress, wait_s: float) -> Iterator[None]:
    """Raise errors of the driver as the format's own; none of their texts, which name parameters.

    Their cause is dropped as well: an error of connecting may quote the address.
    """
    try:
        yield
    except DBAPIError as error:
        raise _error_of(error, format, address, wait_s) from None
    except MemoryError as error:
        raise format.unusable(format.message("error-database-memory", address)) from error


def _error_of(
    error: DBAPIError, format: FileFormat, address: ServerAddress, wait_s: float
) -> FirstseenError:
    code = str(getattr(error.orig, "sqlstate", None) or "")
    if code in BUSY:
        return format.busy(format.message("error-database-busy", address, seconds=wait_s))
    if code in FULL:
        return format.unusable(format.message("error-database-full", address))
    if code in READ_ONLY:
        return format.read_only(format.message("error-database-read-only", address))
    if code in ONLY_GROWS:
        return format.unusable(format.message("error-database-only-grows", address))
    if code.startswith(OUT_OF_REACH) or (not code and isinstance(error, OperationalError)):
        return format.unusable(format.message("error-database-unreachable", address))
    return format.unusable(format.message("error-database-refuses", address, code=code))
