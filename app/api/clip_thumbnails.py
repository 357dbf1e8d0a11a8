"""A clip's redacted picture for lists: made when first asked for, then kept in the library."""

import threading

from app.library.errors import ClipUnknown
from app.library.library import Library
from app.pipeline.open_sandbox import open_sandbox
from app.settings import Settings

MAKING = 2  # at once; who comes later waits


class ClipThumbnails:
    """Called from several threads."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library = library
        self._settings = settings
        self._making = threading.Semaphore(MAKING)

    def picture(self, clip: str) -> bytes:
        """A JPEG with faces destroyed.

        Raises ClipUnknown where there is no such clip or no picture of it was kept, DecodeError,
        SandboxError.
        """
        known = self._library.thumbnail(clip)
        if known is not None:
            return known
        with self._making:
            kept = self._library.load(clip).pictures
            if kept is None:
                raise ClipUnknown("no picture was kept of this clip")
            with open_sandbox(None, self._settings) as sandbox:
                made = sandbox.thumbnail(kept)
        self._library.keep_thumbnail(clip, made)
        return made
