"""What can go wrong with a link.

    IntakeError
      LinkError        carries the origin: which hosts had been asked by then
        FetchRefused   what the link is, or where it leads, is not fetched; nothing was sent there
        FetchFailed    the host could not be reached, or gave nothing that can be checked
          LinkTooLarge more bytes than allowed                 (an app.intake.item.TooLarge too)

Messages tell what was refused and why, and never what an address that is not public is, or
answered.
"""

from app.intake.item import IntakeError, TooLarge
from app.intake.origin import Origin


class LinkError(IntakeError):
    """No file came of a link."""

    origin: Origin | None = None  # set by app.fetch.fetch


class FetchRefused(LinkError):
    """The link is not fetched; the message says what was expected."""


class FetchFailed(LinkError):
    """The link was fetched in vain; the message says how far it came."""


class LinkTooLarge(FetchFailed, TooLarge):
    """More bytes than the settings allow."""
