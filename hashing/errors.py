"""What can go wrong.

    ExplainedError           any error with a sentence for people
      FirstseenError
        DecodeError          says where: "video stream ends at 12.4 s of 60.0 s"
          UnsupportedMedia   no frame that we know how to read
          LimitExceeded      more bytes, pixels, seconds or frames than the settings allow
        MethodMismatch       stored in one descriptor space, asked in another

The rest of the tree belongs to `app.errors`.
"""

from hashing.message import Message


class ExplainedError(Exception):
    """An error that a person reads: it carries a message, and is its text in English."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class FirstseenError(ExplainedError):
    """Root of everything that firstseen raises on purpose."""


class DecodeError(FirstseenError):
    """A file's frames or audio could not be read; the message says where."""


class UnsupportedMedia(DecodeError):
    """The content is no video or frame that firstseen reads."""


class LimitExceeded(DecodeError):
    """A named limit was passed; the message names the setting, the limit and what came."""


class MethodMismatch(FirstseenError):
    """Two fingerprints of different descriptor spaces were asked to be compared."""
