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
from app.store.data_folder import FILE_NAME, DeskFile, open_desk
from app.store.errors import DeskUnusable

REFUSED = (ClipUnknown, AppearanceFixed)  # by the library, which has changed nothing then


class Act:
    """One act, by one actor. `begin` it before the library is written, `end` it after."""

    def __init__(self, desk: DeskFile | None, actor: str, action: str, object: str = "") -> None:
        """desk: None where no service has ever run, and so nothing is noted.

        action: such as clip.remove. object: the id of what it is done to, or of the check that
        asked for it.
        """
        self._desk = desk
        self._actor = actor
        self._action = action
        self._object = object
        self._begun: int | None = None

    def begin(self) -> None:
        """Returns when the log says so durably. Raises DeskUnusable: then do not act."""
        if self._desk is not None:
            with self._desk.writing() as connection:
                begin = f"{self._action}.begin"
                self._begun = audit_log.note(connection, self._actor, begin, self._object)

    def end(self, *done: tuple[str, str]) -> None:
        """done: (action, object) of each thing that was done; without any, nothing was.

        Raises DeskUnusable; the beginning stands.
        """
        if self._desk is None or self._begun is None:
            return
        entries = done or ((f"{self._action}.none", self._object),)
        with self._desk.writing() as connection:
            for action, object in entries:
                audit_log.note(connection, self._actor, action, object, f"begun {self._begun}")


@contextmanager
def acting(desk: DeskFile, actor: str, action: str, object: str) -> Iterator[list[tuple[str, str]]]:
    """Begin and end around a change of the library. Put into the list what was done, as for `end`.

    Where the library refused, nothing was done; after any other error nobody knows.
    """
    act = Act(desk, actor, action, object)
    done: list[tuple[str, str]] = []
    act.begin()
    try:
        yield done
    except REFUSED:
        act.end()
        raise
    act.end(*done)


def came_in(added: Added) -> list[tuple[str, str]]:
    """What an addition did, as for `Act.end`."""
    if added.new:
        return [("clip.add", added.clip_id)]
    entered = {"appearance.add": added.appearances, "clip.change": added.filled}
    return [(action, added.clip_id) for action, anything in entered.items() if anything]


@contextmanager
def desk_beside(settings: Settings) -> Iterator[DeskFile | None]:
    """For a command that changes the library: the service's desk, where there is one.

    Raises DeskUnusable where there is one that this user may not write to: what is done to the
    library of a desk is in its log, or is not done.
    """
    folder = settings.desk_folder()
    try:
        found = (folder / FILE_NAME).is_file()
    except OSError as error:
        raise DeskUnusable(f"The desk in {folder} cannot be used: {error.strerror}") from error
    desk = open_desk(folder, create=False) if found else None
    try:
        yield desk
    finally:
        if desk is not None:
            desk.close()
