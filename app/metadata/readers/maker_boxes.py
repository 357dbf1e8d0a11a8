"""Boxes of camera makers in MP4 and MOV: who made the file, with what, when.

GoPro's GPMF (key, type, size, count; github.com/gopro/gpmf-parser), Sony's XML of professional
cameras (XAVC, "non-real-time metadata"), and the `TAGS`, `PENT`, `PANA`, `LEIC` boxes of compact
cameras, whose layouts are those that ExifTool documents.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from app.metadata.bounds import PARSER_FAULTS, decode, put
from app.metadata.types import Group

MAX_KEYS = 400  # of one GPMF box
MAX_NESTING = 4
NO_TYPE = 0  # of GPMF: what the key holds are keys again
SONY = "urn:schemas-professionalDisc:nonRealTimeMeta"
KODAK = b"EASTMAN KODAK COMPANY"
# of TAGS: where the model stands, for those that do not write it behind 24 bytes
MODEL_AT = {KODAK: 22, b"KONICA MINOLTA DIGITAL CAMERA": 32}
EXIF_MARK = b"Exif\0\0"


def read_maker_box(kind: bytes, body: bytes) -> Group:
    """Make, Model and DateTimeOriginal as far as a box of that kind has them."""
    camera: Group = {}
    if kind == b"GPMF":
        for key, value in gpmf_values(body, 0, [MAX_KEYS]):
            if key == b"MINF":
                put(camera, "Model", value)
                put(camera, "Make", "GoPro")
    elif kind == b"TAGS":
        make = body[:24].split(b"\0")[0]
        at = next((at for mark, at in MODEL_AT.items() if body.startswith(mark)), 24)
        if make.isascii() and make[:1].isalpha():
            put(camera, "Make", make if not body.startswith(KODAK) else KODAK)
            put(camera, "Model", printable(body[at : at + 24]))
    elif kind == b"PENT":
        put(camera, "Make", printable(body[:24]))
        put(camera, "Model", printable(body[26:50]))
    elif kind in (b"PANA", b"LEIC") and body.startswith(b"LEICA"):
        put(camera, "Make", "LEICA")
        put(camera, "Model", printable(body[22:52]))
    return camera


def printable(raw: bytes) -> str | None:
    """A terminated text of one line; None where it is none."""
    text = raw.split(b"\0")[0]
    return decode(text) if len(text) > 1 and all(32 <= byte < 127 for byte in text) else None


def embedded_exif(body: bytes) -> bytes | None:
    """The EXIF block of a JPEG that stands in a maker's box, from its TIFF header on."""
    at = body.find(EXIF_MARK)
    block = body[at + len(EXIF_MARK) :]
    return block if at >= 0 and block[:2] in (b"II", b"MM") else None


def gpmf_values(body: bytes, depth: int, left: list[int]) -> Iterator[tuple[bytes, bytes]]:
    """(key, bytes) of every value, those inside others too."""
    at = 0
    while at + 8 <= len(body) and left[0] > 0 and depth < MAX_NESTING:
        left[0] -= 1
        key, form = body[at : at + 4], body[at + 4]
        size = body[at + 5] * int.from_bytes(body[at + 6 : at + 8], "big")
        value = body[at + 8 : at + 8 + size]
        if form == NO_TYPE:
            yield from gpmf_values(value, depth + 1, left)
        else:
            yield key, value
        at += 8 + size + -size % 4


def read_sony_xml(raw: bytes) -> Group:
    """Maker, model and time of creation, with its zone; empty where the XML is another's."""
    camera: Group = {}
    try:
        root: Element = fromstring(raw.strip(b"\0 \r\n\t"), forbid_dtd=True)
    except PARSER_FAULTS:
        return camera
    for node in list(root)[:64] if root.tag.startswith("{" + SONY) else []:
        name = node.tag.rpartition("}")[2]
        if name == "Device":
            put(camera, "Make", node.get("manufacturer"))
            put(camera, "Model", node.get("modelName"))
        elif name == "CreationDate":
            put(camera, "DateTimeOriginal", node.get("value"))
    return camera
