"""The store of the service, as the commands on keys and the audit log open it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import settings_of
from app.messages.catalogue import plain

if TYPE_CHECKING:
    from app.store.data_folder import Store


DataOption = Annotated[
    Path | None,
    typer.Option("--data", help=plain("help-option-data-option")),
]


@contextmanager
def open_service_store(
    library: str | None, data: Path | None, *, create: bool = False
) -> "Iterator[Store]":
    from app.store.data_folder import open_store, store_place

    settings = settings_of(library=library, data=data)
    store = open_store(store_place(settings), create=create)
    try:
        yield store
    finally:
        store.close()
