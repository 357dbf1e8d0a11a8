"""What can go wrong with a link.

    IntakeError
      FetchRefused   what the link is, or where it leads, is not fetched; nothing was sent there
      FetchFailed    the host could not be reached, or gave nothing that can be checked

More bytes than allowed is `app.intake.TooLarge`. Messages tell what was refused and why, and
never what an address that is not public is, or answered.
"""

from app.intake import IntakeError


class FetchRefused(IntakeError):
    """The link is not fetched; the message says what was expected."""


class FetchFailed(IntakeError):
    """The link was fetched in vain; the message says how far it came."""
