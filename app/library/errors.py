"""Errors of the library, apart from it, so that the table of exit codes loads no database driver.

FirstseenError
  LibraryUnusable      no library, a damaged one, one of a newer version, no space left
    LibraryBusy        another process was writing for longer than we waited
    LibraryReadOnly    asked to write where only reading is possible
  ClipUnknown          no clip of that id
  ClipDamaged          what is stored of one clip is damaged; the others are not touched
  AppearanceFixed      asked to remove an appearance that firstseen wrote itself
  ContextUnreadable    a context CSV is wrong; names the line and the column
"""

from hashing.errors import FirstseenError
from hashing.message import Message


class LibraryUnusable(FirstseenError):
    """The library cannot be used; the message says why and what was left unharmed. Exit code 4."""


class LibraryBusy(LibraryUnusable):
    """Another process was writing for as long as we waited."""


class LibraryReadOnly(LibraryUnusable):
    """The folder, or the way it was opened, allows reading only."""


class ClipUnknown(FirstseenError):
    """The library has no clip of this id."""


class ClipDamaged(FirstseenError):
    """What is stored of one clip is damaged. Exit code 4."""

    def __init__(self, clip: str) -> None:
        """clip: its id."""
        super().__init__(Message("error-clip-damaged", {"clip_id": clip}))
        self.clip = clip


class AppearanceFixed(FirstseenError):
    """The appearance `ingested`, which firstseen writes itself, cannot be removed."""


class ContextUnreadable(FirstseenError):
    """A context CSV cannot be used; the message names the line and the column. Exit code 2."""
