"""Timestamps of the store: in UTC with microseconds, so that text sorts as time does."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def format_timestamp(time: datetime) -> str:
    """ "2026-11-25T22:30:00.000000Z"; always the same length.

    Raises ValueError for a time without a zone.
    """
    if time.tzinfo is None:
        raise ValueError("expected a time with a zone")
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
