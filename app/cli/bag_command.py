"""`firstseen bag`: a check of the service, sealed and signed, for others to keep."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import LibraryPlace
from app.cli.printing import print_lines
from app.cli.report_command import CheckId
from app.cli.service_store import DataOption, open_service_store
from app.cli.written_pages import KeepNames, PageNotWrittenError
from app.errors import cause_of
from app.messages.catalogue import plain, text
from hashing.message import Message

OutputFile = Annotated[Path | None, typer.Option("--output", help=plain("help-bag-output"))]
WithItem = Annotated[bool, typer.Option("--with-item", help=plain("help-bag-with-item"))]


def bag(
    check: CheckId,
    output: OutputFile = None,
    library: LibraryPlace = None,
    data: DataOption = None,
    *,
    with_item: WithItem = False,
    keep_names: KeepNames = False,
) -> None:
    """Write the bag of a check as a zip, and name the key that signed it."""
    from app.bag.bag_of_check import seal_check
    from app.bag.seal import write_zip
    from app.report.report import Shown
    from app.store.audit_log import CLI

    shown = Shown(
        names="kept" if keep_names else "withheld",
        item="included" if with_item else "withheld",
    )
    with open_service_store(library, data) as store:
        sealed = seal_check(store, check, CLI, shown)
        path = output or Path(f"{sealed.name}.zip")
        try:
            with path.open("wb") as file:
                write_zip(sealed, file)
        except OSError as error:
            raise PageNotWrittenError(
                Message("error-cannot-write", {"path": str(path), "reason": cause_of(error)})
            ) from error
    print_lines(
        [
            text("cli-bag-written", path=str(path)),
            text("cli-bag-signer", fingerprint=sealed.fingerprint),
            text("cli-bag-verify", path=str(path), fingerprint=sealed.fingerprint),
        ]
    )
