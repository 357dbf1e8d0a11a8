"""The one tag of EXIF that decoding needs, read so that a damaged block costs nothing else."""

import struct

ORIENTATION = 0x0112  # CIPA DC-008
MAX_ENTRIES = 512
HEADER = b"Exif\0\0"


def read(block: bytes) -> int | None:
    """The orientation of an EXIF block, 1 to 8; None where there is none to be read."""
    tiff = block.removeprefix(HEADER)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return None
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    if start + 2 > len(tiff):
        return None
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    for entry in range(min(count, MAX_ENTRIES)):
        at = start + 2 + 12 * entry
        if at + 12 > len(tiff):
            return None
        tag, kind = struct.unpack_from(f"{order}HH", tiff, at)
        if tag == ORIENTATION:
            (value,) = struct.unpack_from(f"{order}{'H' if kind == 3 else 'I'}", tiff, at + 8)
            return int(value) if 1 <= value <= 8 else None
    return None
