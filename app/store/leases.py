"""Leases: which of several services on one store works on a check, and until when.

A service renews its leases while it works. One that has ended or lost its connection does not; then
another takes its checks over, which is no fault of theirs. Only stores on a server have leases: a
folder has one service. Every function works inside a transaction that its caller began, and those
that change anything in a writing one. Times are the server's own, so machines' clocks may differ.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import sqlalchemy as sa

from app.store import checks as check_rows
from app.store.checks import Check
from app.store.schema import checks, leases

LEASE_S: Final = 20.0  # without a renewal

type Progress = tuple[str, float]  # step, and its share that is done, 0..1


def take(connection: sa.Connection, check: str, service: str) -> bool:
    """Take the lease of a check. False where another service has it."""
    now_s = _now_s(connection)
    until = connection.scalar(sa.select(leases.c.until).where(leases.c.check == check))
    if until is not None and until > now_s:
        return False
    connection.execute(leases.delete().where(leases.c.check == check))
    connection.execute(
        leases.insert().values(
            check=check, service=service, until=now_s + LEASE_S, step="", share=0.0
        )
    )
    return True


def renew(
    connection: sa.Connection, service: str, progress_by_check: Mapping[str, Progress]
) -> set[str]:
    """Renew a service's leases and enter its progress. Returns the checks that it still has."""
    until = _now_s(connection) + LEASE_S
    kept = set()
    for check, (step, share) in progress_by_check.items():
        changed = connection.execute(
            leases.update()
            .where(leases.c.check == check, leases.c.service == service)
            .values(until=until, step=step, share=share)
        )
        if changed.rowcount:
            kept.add(check)
    return kept


def release(connection: sa.Connection, check: str, service: str) -> bool:
    """Give a lease back. False where the service has lost it, or the check was deleted."""
    gone = connection.execute(
        leases.delete().where(leases.c.check == check, leases.c.service == service)
    )
    return gone.rowcount == 1


def free_among(connection: sa.Connection, candidates: Iterable[Check]) -> list[Check]:
    """Those of the checks that no service has a lease of."""
    taken = set(connection.scalars(sa.select(leases.c.check).where(~_ended(connection))))
    return [check for check in candidates if check.id not in taken]


def any_abandoned(connection: sa.Connection) -> bool:
    """Whether `take_over` has anything to do."""
    return bool(_abandoned(connection))


def take_over(connection: sa.Connection) -> list[Check]:
    """Queue again what services left that have ended, as an interruption and no crash.

    Returns the checks that reached MAX_INTERRUPTIONS; they are still running.
    """
    abandoned = _abandoned(connection)
    connection.execute(leases.delete().where(leases.c.check.in_(abandoned)))
    return check_rows.record_interruptions(connection, abandoned)


def progress_elsewhere(connection: sa.Connection, service: str) -> dict[str, Progress]:
    """How far other services are, by check."""
    query = sa.select(leases.c.check, leases.c.step, leases.c.share)
    rows = connection.execute(query.where(leases.c.service != service, ~_ended(connection)))
    return {row.check: (row.step, row.share) for row in rows}


def cancelled(connection: sa.Connection, service: str) -> list[str]:
    """Checks that a service works on although someone cancelled them, perhaps at another."""
    query = sa.select(leases.c.check).join(checks, checks.c.id == leases.c.check)
    own = leases.c.service == service
    return list(connection.scalars(query.where(own, checks.c.state == "cancelled")))


def _abandoned(connection: sa.Connection) -> list[str]:
    """Checks whose lease has ended, and running ones without any."""
    ended = set(connection.scalars(sa.select(leases.c.check).where(_ended(connection))))
    leased = sa.select(leases.c.check).where(leases.c.check == checks.c.id).exists()
    running = sa.select(checks.c.id).where(checks.c.state == "running", ~leased)
    return sorted(ended.union(connection.scalars(running)))


def _ended(connection: sa.Connection) -> sa.ColumnElement[bool]:
    return leases.c.until <= _now_s(connection)


def _now_s(connection: sa.Connection) -> float:
    """Seconds since the epoch; not since the transaction began, which may have waited."""
    now = sa.extract("epoch", sa.func.clock_timestamp())
    return float(connection.execute(sa.select(now)).scalar_one())
