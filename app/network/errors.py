"""Errors of links.

    IntakeError
      LinkError        carries the origin: which hosts had been asked by then
        FetchRefused   the link, or what it leads to, is not fetched; nothing was sent there
        FetchFailed    the host could not be reached, or gave nothing that can be checked
          LinkTooLarge more bytes than allowed                 (an app.intake.item.TooLarge too)

Messages say what was refused and why. They never name an address that is not public, nor what it
answered.
"""

from app.intake.item import IntakeError, TooLarge
from app.intake.origin import Origin


class LinkError(IntakeError):
    """A link gave no file."""

    origin: Origin | None = None  # set by app.fetch.fetch


class FetchRefused(LinkError):
    """The link is not fetched; the message says what was expected."""


class FetchFailed(LinkError):
    """Fetching failed; the message says how far it got."""


class LinkTooLarge(FetchFailed, TooLarge):
    """More bytes than the settings allow."""
