"""The wire format of checks. Reports are sent as JSON, with identifying metadata withheld."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from app.api.schemas.decisions import DecisionsOut
from app.api.schemas.wire_record import Wire
from app.messages.catalogue import text
from app.store.checks import Check
from app.store.reports import Cause

type StateOut = Literal["queued", "running", "done", "failed", "cancelled"]
type PicturesOut = Literal["none", "pending", "ready"]


class ProgressOut(Wire):
    """Progress of a check. step: fetch, metadata, describe, search, compare, pictures, or empty."""

    step: str
    share: float = Field(ge=0, le=1)


class ItemOut(Wire):
    """What was submitted. For a link, bytes and SHA-256 are known once it was fetched."""

    name: str
    bytes: int | None
    sha256: str | None
    url: str | None


class ClaimOut(Wire):
    date: str | None
    place: str | None


class EarlierOut(Wire):
    made_at: str
    cause: Literal["check", "library_grew"]


class StatusOut(Wire):
    """A line of the event stream."""

    id: str
    state: StateOut
    position: int | None = Field(description="How many wait before it; null once it has begun.")
    progress: ProgressOut
    pictures: PicturesOut


class SummaryOut(StatusOut):
    """A check in a list."""

    kind: Literal["upload", "link"]
    item: ItemOut
    claim: ClaimOut
    created_at: str
    started_at: str | None
    finished_at: str | None
    by: str = Field(description="The name of the key that started it.")
    attempts: int
    upload_expires_at: str | None
    expires_at: str | None
    problem: dict[str, Any] | None = Field(description="Why it failed, as problem+json has it.")


class ListedOut(SummaryOut):
    headline: str | None
    relation: str | None
    claim_finding: str | None
    first_seen: str | None
    unseen_alerts: int


class ChecksOut(Wire):
    """A page of checks, newest first; `next` is the `after` of the next page."""

    checks: list[ListedOut]
    next: str | None


class CheckOut(SummaryOut):
    """One check. `report` once there is one, with what identifies people withheld."""

    context: dict[str, Any] | None
    notice: str | None = Field(
        description="What the caller should know: that fetching shows this server."
    )
    report: dict[str, Any] | None
    earlier_reports: list[EarlierOut]
    decisions: DecisionsOut = Field(description="What people decided; it changes no verdict.")


class LinkIn(Wire):
    """What is behind a link, to be fetched and checked."""

    url: str = Field(min_length=1, max_length=4096, examples=["https://example.org/clip.mp4"])
    claimed_date: str | None = Field(None, max_length=100, examples=["2022-11-27"])
    claimed_place: str | None = Field(None, max_length=2000, examples=["Shanghai"])
    context: dict[str, Any] | None = Field(
        None, description="How the link was come by: page_url, seen_at, account, text, how."
    )
    again: bool = Field(False, description="Even if this key had the same link and claim checked.")


def status_out(check: Check, position: int | None, progress: tuple[str, float] | None) -> StatusOut:
    """progress: step and share, while it runs."""
    step, share = progress or ("", 1.0 if check.complete else 0.0)
    return StatusOut(
        id=check.id,
        state=check.state,
        position=position,
        progress=ProgressOut(step=step, share=share),
        pictures=check.pictures,
    )


def _summary_out(
    check: Check, position: int | None, progress: tuple[str, float] | None
) -> SummaryOut:
    return SummaryOut(
        **dict(status_out(check, position, progress)),
        kind=check.kind,
        item=ItemOut(name=check.name, bytes=check.bytes, sha256=check.sha256, url=check.url),
        claim=ClaimOut(date=check.claimed_date, place=check.claimed_place),
        created_at=check.created_at,
        started_at=check.started_at,
        finished_at=check.finished_at,
        by=check.by,
        attempts=check.attempts,
        upload_expires_at=check.upload_expires_at,
        expires_at=check.expires_at,
        problem=check.problem,
    )


def listed_out(
    check: Check, position: int | None, progress: tuple[str, float] | None, unseen: int
) -> ListedOut:
    return ListedOut(
        **dict(_summary_out(check, position, progress)),
        headline=check.headline,
        relation=check.relation,
        claim_finding=check.claim_finding,
        first_seen=check.first_seen,
        unseen_alerts=unseen,
    )


def check_out(
    check: Check,
    position: int | None,
    progress: tuple[str, float] | None,
    report: dict[str, Any] | None,
    earlier: Sequence[tuple[str, Cause]],
    decisions: DecisionsOut,
) -> CheckOut:
    """report: with identifying metadata withheld already."""
    return CheckOut(
        **dict(_summary_out(check, position, progress)),
        context=check.context,
        notice=text("fetch-notice") if check.kind == "link" else None,
        report=report,
        earlier_reports=[EarlierOut(made_at=when, cause=why) for when, why in earlier],
        decisions=decisions,
    )
