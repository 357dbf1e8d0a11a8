"""`firstseen audit …`: verify the audit log of the service, and show its entries."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import AsJson, LibraryPlace
from app.cli.printing import print_json, print_lines
from app.cli.service_store import DataOption, open_service_store
from app.errors import UsageError, cause_of
from app.messages.catalogue import plain, text
from hashing.message import Message, Param

if TYPE_CHECKING:
    from app.store.audit_log import Entry
    from app.store.audit_witness import SentHead


audit_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=plain("help-audit"))


@audit_app.command("verify", help=plain("help-audit-verify"))
def verify_audit(
    library: LibraryPlace = None,
    data: DataOption = None,
    head: Annotated[
        str | None,
        typer.Option(help=plain("help-audit-verify-head")),
    ] = None,
    witness: Annotated[
        Path | None,
        typer.Option(help=plain("help-audit-verify-witness")),
    ] = None,
) -> None:
    """Find any change, gap or reordering; with a head from earlier also a cut-off end."""
    from app.error_codes import EXIT_UNREADABLE
    from app.store import audit_log

    given = [] if head is None else [audit_log.parse_head(head)]
    sent = _sent_heads(witness) if witness is not None else []
    with open_service_store(library, data) as store, store.reading() as connection:
        result = audit_log.verify(connection, [*(entry.head for entry in sent), *given])
    if result.problem is not None:
        broken = text("cli-log-broken", problem=result.problem)
        print_lines([broken, text("cli-log-intact-up-to", head=str(result.head))])
        raise typer.Exit(EXIT_UNREADABLE)
    number = result.head.number
    intact = text("cli-log-intact", count=number)
    print_lines([intact, text("cli-log-head", head=str(result.head))])
    if sent:
        print_lines([_witnessed(sent, number)])
    elif not given:
        print_lines([text("cli-keep-head")])


@audit_app.command("show", help=plain("help-audit-show"))
def show_audit(
    library: LibraryPlace = None, data: DataOption = None, *, as_json: AsJson = False
) -> None:
    """Every entry, oldest first: number, time, who, what, on what."""
    from app.store import audit_log

    with open_service_store(library, data) as store, store.reading() as connection:
        entries = audit_log.entries(connection)
        if as_json:
            print_json([{**asdict(entry), "hash": entry.hash.hex()} for entry in entries])
            return
        for entry in entries:
            print_lines([_entry_line(entry)])


def _sent_heads(witness: Path) -> "list[SentHead]":
    """Raises UsageError where the file cannot be read or has no head."""
    from app.store.audit_witness import read_witness

    try:
        sent = read_witness(witness)
    except OSError as error:
        raise UsageError(
            Message("error-witness-unreadable", {"path": str(witness), "reason": cause_of(error)})
        ) from error
    if not sent:
        raise UsageError(Message("error-witness-no-head", {"path": str(witness)}))
    return sent


def _witnessed(sent: "list[SentHead]", count: int) -> str:
    """How far the heads that others kept vouch for the log, and how old the last of them is."""
    from app.store.timestamps import now

    last = max(sent, key=lambda entry: (entry.head.number, entry.at))
    age_min = max(0, round((now() - last.at).total_seconds() / 60))
    later = count - last.head.number
    params: dict[str, Param] = {"number": str(last.head.number), "minutes": age_min}
    if later > 0:
        return text("cli-witnessed-until", later=later, **params)
    return text("cli-witnessed", **params)


def _entry_line(entry: "Entry") -> str:
    parts = (str(entry.number), entry.at, entry.actor, entry.action, entry.object, entry.detail)
    return "  ".join(part for part in parts if part)
