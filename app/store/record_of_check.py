"""Who had an item checked when, and what people decided about it, as its report shows it.

Works inside a transaction that its caller began.
"""

import sqlalchemy as sa

from app.report.check_record import CheckRecord, RecordedDecision
from app.store import decisions, reports
from app.store.checks import Check


def record_of_check(connection: sa.Connection, check: Check) -> CheckRecord:
    """The record, with the names of people in it; notes that their authors do not share are not.

    Raises RowDamaged.
    """
    stored = reports.load_newest(connection, check.id)
    decided = decisions.find_for_item(connection, check.sha256) if check.sha256 else []
    return CheckRecord(
        checked_at=_to_the_second(stored.made_at if stored else check.created_at),
        id=check.id,
        asked_at=_to_the_second(check.created_at),
        by=check.by,
        claimed_date=check.claimed_date,
        claimed_place=check.claimed_place,
        decisions=tuple(
            RecordedDecision(
                decision.clip,
                decision.decision.value,
                decision.by,
                _to_the_second(decision.made_at),
                decision.withdrawn_at and _to_the_second(decision.withdrawn_at),
                decision.note if decision.note_shared else "",
            )
            for decision in decided
        ),
    )


def _to_the_second(timestamp: str) -> str:
    return f"{timestamp[:19]}Z"
