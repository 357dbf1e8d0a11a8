"""What can go wrong with a library. Apart from the library itself, so that the table from errors
to exit codes need not load a database driver.

    FirstseenError
      LibraryUnusable      no library, a damaged one, one of a newer version, no space left
        LibraryBusy        another process was writing for longer than we waited
        LibraryReadOnly    asked to write where only reading is possible
      ClipUnknown          no clip of that id
      AppearanceFixed      asked to take back what firstseen itself wrote
      ContextUnreadable    a context CSV is wrong; names the line and the column
"""

from hashing.errors import FirstseenError


class LibraryUnusable(FirstseenError):
    """The library cannot be used; the message says why and what was left unharmed. Exit code 4."""


class LibraryBusy(LibraryUnusable):
    """Another process was writing all the time that we waited."""


class LibraryReadOnly(LibraryUnusable):
    """The folder, or the way it was opened, allows reading only."""


class ClipUnknown(FirstseenError):
    """The library has no clip of this id."""


class AppearanceFixed(FirstseenError):
    """An appearance that firstseen wrote from its own clock cannot be taken back."""


class ContextUnreadable(FirstseenError):
    """A context CSV cannot be used; the message names the line and the column. Exit code 2."""
