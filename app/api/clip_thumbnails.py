"""Redacted thumbnails of clips for lists: made when first requested, then stored in the library."""

import threading

from app.library.errors import ClipUnknown
from app.library.library import Library
from app.pipeline.open_sandbox import open_sandbox
from app.settings import Settings
from hashing.message import Message

MAX_AT_ONCE = 2  # further requests wait


class ClipThumbnails:
    """Makes and stores thumbnails. Called from several threads."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library = library
        self._settings = settings
        self._making = threading.Semaphore(MAX_AT_ONCE)

    def thumbnail(self, clip: str) -> bytes:
        """A JPEG with faces blacked out.

        Raises ClipUnknown where there is no such clip or it has no preview frames, DecodeError,
        SandboxError.
        """
        stored = self._library.thumbnail(clip)
        if stored is not None:
            return stored
        with self._making:
            preview_frames = self._library.load(clip).preview
            if preview_frames is None:
                raise ClipUnknown(Message("error-no-preview-frames"))
            with open_sandbox(None, self._settings) as sandbox:
                jpeg = sandbox.thumbnail(preview_frames)
        self._library.store_thumbnail(clip, jpeg)
        return jpeg
