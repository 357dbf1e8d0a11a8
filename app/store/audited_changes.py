"""Acts on the library, in the audit log before and after.

The library and the log are in two files, and no transaction spans both. So the log says that an act
begins, durably, before the library changes, and then what came of it. Whatever happens in between,
the log knows of it: a beginning without an end was cut off, and may have been done or not.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from app.library.errors import AppearanceFixed, ClipUnknown
from app.library.records import Added
from app.settings import Settings
from app.store import audit_log
from app.store.data_folder import FILE_NAME, Store, open_store
from app.store.errors import StoreUnusable

REFUSED = (ClipUnknown, AppearanceFixed)  # by the library, which has changed nothing then


class AuditedChange:
    """One act, by one actor. `begin` it before the library is written, `end` it after."""

    def __init__(self, store: Store | None, actor: str, action: str, object: str = "") -> None:
        """store: None where no service has ever run, and so nothing is noted.

        action: such as clip.remove. object: the id of what it is done to, or of the check that
        asked for it.
        """
        self._store = store
        self._actor = actor
        self._action = action
        self._object = object
        self._begun: int | None = None

    def begin(self) -> None:
        """Returns when the log says so durably. Raises StoreUnusable: then do not act."""
        if self._store is not None:
            with self._store.writing() as connection:
                begin = f"{self._action}.begin"
                self._begun = audit_log.note(connection, self._actor, begin, self._object)

    def end(self, *done: tuple[str, str]) -> None:
        """done: (action, object) of each thing that was done; without any, nothing was.

        Raises StoreUnusable; the beginning stands.
        """
        if self._store is None or self._begun is None:
            return
        entries = done or ((f"{self._action}.none", self._object),)
        with self._store.writing() as connection:
            for action, object in entries:
                audit_log.note(connection, self._actor, action, object, f"begun {self._begun}")


@contextmanager
def record_change(
    store: Store, actor: str, action: str, object: str
) -> Iterator[list[tuple[str, str]]]:
    """Begin and end around a change of the library. Put into the list what was done, as for `end`.

    Where the library refused, nothing was done; after any other error nobody knows.
    """
    act = AuditedChange(store, actor, action, object)
    done: list[tuple[str, str]] = []
    act.begin()
    try:
        yield done
    except REFUSED:
        act.end()
        raise
    act.end(*done)


def addition_entries(added: Added) -> list[tuple[str, str]]:
    """What an addition did, as for `Act.end`."""
    if added.new:
        return [("clip.add", added.clip_id)]
    entered = {"appearance.add": added.appearances, "clip.change": added.filled}
    return [(action, added.clip_id) for action, anything in entered.items() if anything]


@contextmanager
def existing_store(settings: Settings) -> Iterator[Store | None]:
    """For a command that changes the library: the service's store, where there is one.

    Raises StoreUnusable where there is one that this user may not write to: what is done to the
    library of a service is in its log, or is not done.
    """
    folder = settings.desk_folder()
    try:
        found = (folder / FILE_NAME).is_file()
    except OSError as error:
        raise StoreUnusable(
            f"The service store in {folder} cannot be used: {error.strerror}"
        ) from error
    store = open_store(folder, create=False) if found else None
    try:
        yield store
    finally:
        if store is not None:
            store.close()
