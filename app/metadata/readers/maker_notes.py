"""Maker notes that hold what the tags of EXIF lack: the only date of Reconyx trail cameras.

The layout is that which ExifTool documents. The clock runs in local time and names no zone.
"""

import struct

from app.metadata.readers.early_camera_segments import exif_notation

RECONYX_MARK = b"\x01\xf1"


def reconyx_date(note: bytes) -> str | None:
    """The date of a Reconyx HyperFire's maker note: six numbers from byte 22, seconds first."""
    if not note.startswith(RECONYX_MARK) or len(note) < 34:
        return None
    second, minute, hour, month, day, year = struct.unpack_from("<6H", note, 22)
    return exif_notation(year, month, day, hour, minute, second)
