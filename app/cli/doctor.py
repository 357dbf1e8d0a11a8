"""`firstseen doctor`: what this system offers; with --no-egress, that a check needs no network."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import LibraryPlace, settings_of, start_decoding
from app.cli.printing import print_lines
from app.cli.service_store import DataOption
from app.errors import cause_of
from app.messages.catalogue import plain, text
from hashing.errors import FirstseenError
from hashing.message import Message

if TYPE_CHECKING:
    from app.pipeline.system_report import Fact
    from app.settings import Settings


class NotSealed(FirstseenError):
    """A check tried to reach the network, or could have."""


def doctor(
    library: LibraryPlace = None,
    data: DataOption = None,
    *,
    no_egress: Annotated[
        bool,
        typer.Option("--no-egress", help=plain("help-doctor-no-egress")),
    ] = False,
) -> None:
    """Print what this system offers: sandbox, model, face detectors, folders, disk."""
    settings = settings_of(library=library, data=data)
    if no_egress:
        _check_sealed(settings)
    else:
        _print_report(settings)


def _print_report(settings: "Settings") -> None:
    from app.error_codes import EXIT_LIBRARY
    from app.pipeline.system_report import system_report

    usable = True
    for fact in system_report(settings):
        print_lines([_line(fact)])
        usable = usable and (fact.good or not fact.needed)
    if not usable:
        raise typer.Exit(EXIT_LIBRARY)


def _line(fact: "Fact") -> str:
    """Two columns: whether it is as it should be, and what was looked at."""
    state = text("cli-doctor-good" if fact.good else "cli-doctor-look")
    return text("cli-doctor-line", state=f"{state:<4}", subject=fact.subject, fact=fact.message)


def _check_sealed(settings: "Settings") -> None:
    """Raises SandboxUnavailable where the system has no sealed network, NotSealed."""
    from app.sandbox.errors import SandboxUnavailable

    sealed = False
    if sys.platform == "linux":
        from app.sandbox.walls import sealed_network

        sealed = sealed_network.seal()  # before anything starts a thread
    if not sealed:
        raise SandboxUnavailable(Message("error-doctor-no-network"))
    before = sealed_network.observe()
    interfaces = ", ".join(before.interfaces)
    _require(Message("error-doctor-network", {"interfaces": interfaces}), fact=before.sealed)
    print_lines([text("cli-doctor-alone")])
    _check_made_still(settings)
    print_lines([text("cli-doctor-checked")])
    after = sealed_network.observe()
    _require(Message("error-doctor-sent", {"bytes": after.bytes_sent}), fact=after.sealed)
    tried = after.attempts - before.attempts
    _require(Message("error-doctor-attempts", {"count": tried}), fact=tried == 0)
    print_lines([text("cli-doctor-quiet")])
    refusal = sealed_network.try_to_leave()
    if refusal is None:
        raise NotSealed(Message("error-doctor-open"))
    counted = sealed_network.observe().attempts > after.attempts
    _require(Message("error-doctor-not-counted"), fact=counted)
    print_lines(
        [text("cli-doctor-refused", reason=cause_of(refusal)), text("cli-doctor-nothing-left")]
    )


def _require(otherwise: Message, *, fact: bool) -> None:
    if not fact:
        raise NotSealed(otherwise)


def _check_made_still(settings: "Settings") -> None:
    """Check a copy of a photo against a library of it. Raises NotSealed where it is not matched."""
    with TemporaryDirectory(prefix="firstseen-") as folder:
        here = settings.model_copy(update={"library": Path(folder) / "library", "data": None})
        start_decoding(here)
        from app import verify
        from app.library.library import Library
        from app.pipeline.add_clip import add_clip
        from app.pipeline.sample_still import make_still

        known, copy = make_still(Path(folder))
        with Library.open(here.library, create=True) as library:
            add_clip(known, library, here)
            library.load_index()
            report = verify.check(copy, None, library, here).report
    if report.verdict is None or not report.verdict.matched:
        raise NotSealed(Message("error-doctor-no-copy"))
