"""What can go wrong with a desk: the files that the service keeps beside the library.

FirstseenError
  DeskUnusable         a damaged one, one of a newer version, no space left
    DeskBusy           another process was writing for longer than we waited
    DeskInUse          another service runs on the same folder
"""

from hashing.errors import FirstseenError


class DeskUnusable(FirstseenError):
    """The desk cannot be used; the message says why and what was left unharmed. Exit code 4."""


class DeskBusy(DeskUnusable):
    """Another process was writing all the time that we waited."""


class DeskInUse(DeskUnusable):
    """Another service holds this data folder."""
