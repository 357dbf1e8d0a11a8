"""Figures of the queue for whoever watches the service.

Works inside a transaction that its caller began.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

import sqlalchemy as sa

from app.store.checks import State
from app.store.schema import checks


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """by_state: checks that are kept, every state named. waiting_s, running_s: of the check that
    waits or runs longest; 0 where none does. crashes, interruptions: of workers and of the service
    on checks that are kept.
    """

    by_state: Mapping[str, int]
    waiting_s: float
    running_s: float
    crashes: int
    interruptions: int


def read_figures(connection: sa.Connection, now: datetime) -> QueueFigures:
    """The figures at this time."""
    counted = connection.execute(
        sa.select(checks.c.state, sa.func.count()).group_by(checks.c.state)
    ).all()
    by_state = dict.fromkeys(get_args(State.__value__), 0) | dict(map(tuple, counted))
    waiting, running = (
        connection.scalar(sa.select(sa.func.min(column)).where(checks.c.state == state))
        for column, state in ((checks.c.created_at, "queued"), (checks.c.started_at, "running"))
    )
    crashes, interruptions = connection.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(checks.c.crashes), 0),
            sa.func.coalesce(sa.func.sum(checks.c.interruptions), 0),
        )
    ).one()
    return QueueFigures(
        by_state, _age_s(waiting, now), _age_s(running, now), int(crashes), int(interruptions)
    )


def _age_s(since: str | None, now: datetime) -> float:
    """Seconds since a timestamp; 0 without one, or where the clock was set back since."""
    return max(0.0, (now - datetime.fromisoformat(since)).total_seconds()) if since else 0.0
