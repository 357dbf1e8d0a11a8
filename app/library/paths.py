"""What stands where in a library's folder; apart, so that settings need no database driver."""

from typing import Final

FILE: Final = "library.db"
INDEX: Final = "index"
DESK: Final = "desk"  # what a service keeps, where its setting does not say otherwise
