"""file -> MediaInfo: what the decoder says of it, before anything is matched."""

from typing import BinaryIO

from hashing.decode.video import media_info
from hashing.types import Limits, MediaInfo


def probe(file: BinaryIO, limits: Limits | None = None) -> MediaInfo:
    """Kind, upright size, declared duration, rate and codecs.

    Raises UnsupportedMedia, LimitExceeded, or DecodeError where nothing decodes. A file longer than
    the limits is none of these: it is read as far as they allow.
    """
    return media_info(file, limits or Limits())
