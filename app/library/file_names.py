"""Names in a library's folder, apart from the library so that settings load no database driver."""

from typing import Final

FILE: Final = "library.db"
INDEX: Final = "index"
DESK: Final = "desk"  # what a service keeps, where its setting does not say otherwise
