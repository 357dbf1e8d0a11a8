"""Changes of the library, with an entry in the audit log before and after.

The library and the log are in two files, and no transaction spans both. So the log durably records
that a change begins before the library changes, and then what came of it. Whatever happens in
between leaves a trace: a beginning without an end was cut off, and may have been done or not.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from app.library.errors import AppearanceFixed, ClipUnknown
from app.library.records import Addition
from app.settings import Settings
from app.store import audit_log
from app.store.data_folder import Store, open_store, store_exists, store_place

REFUSED = (ClipUnknown, AppearanceFixed)  # the library raised these before it changed anything


class AuditedChange:
    """One change by one actor: `begin` it before the library is written, `end` it after."""

    def __init__(self, store: Store | None, actor: str, action: str, object: str = "") -> None:
        """store: None where no service has ever run: then nothing is recorded.

        action: such as clip.remove. object: the id of what it is done to, or of the check that
        asked for it.
        """
        self._store = store
        self._actor = actor
        self._action = action
        self._object = object
        self._begin_number: int | None = None

    def begin(self) -> None:
        """Record the beginning durably. Raises StoreUnusable: then do not change anything."""
        if self._store is not None:
            with self._store.writing() as connection:
                begin = f"{self._action}.begin"
                self._begin_number = audit_log.append_entry(
                    connection, self._actor, begin, self._object
                )

    def end(self, *done: tuple[str, str]) -> None:
        """Record what was done: (action, object) of each change; none at all means no change.

        Raises StoreUnusable; the beginning stands.
        """
        if self._store is None or self._begin_number is None:
            return
        entries = done or ((f"{self._action}.none", self._object),)
        with self._store.writing() as connection:
            for action, object in entries:
                audit_log.append_entry(
                    connection, self._actor, action, object, f"begun {self._begin_number}"
                )


@contextmanager
def record_change(
    store: Store, actor: str, action: str, object: str
) -> Iterator[list[tuple[str, str]]]:
    """Begin and end a change of the library. Append what was done to the list, as for `end`.

    Where the library refused, the end says that nothing was done; after any other error there is
    no end, since nobody knows.
    """
    change = AuditedChange(store, actor, action, object)
    done: list[tuple[str, str]] = []
    change.begin()
    try:
        yield done
    except REFUSED:
        change.end()
        raise
    change.end(*done)


def addition_entries(added: Addition) -> list[tuple[str, str]]:
    """The log entries of an addition, as for `AuditedChange.end`."""
    if added.new:
        return [("clip.add", clip) for clip in (added.clip_id, *added.parts)]
    changes = {
        "appearance.add": added.appearances,
        "clip.change": (*added.filled, *added.corrected),
    }
    entries = [(action, added.clip_id) for action, changed in changes.items() if changed]
    return [*entries, *(("clip.add", part) for part in added.parts)]


@contextmanager
def existing_store(settings: Settings) -> Iterator[Store | None]:
    """Open the service's store for a command that changes the library; None where there is none.

    Raises StoreUnusable where there is one that this user may not write to: a change of a service's
    library is in its log, or is not done.
    """
    place = store_place(settings)
    store = open_store(place, create=False) if store_exists(place) else None
    try:
        yield store
    finally:
        if store is not None:
            store.close()
