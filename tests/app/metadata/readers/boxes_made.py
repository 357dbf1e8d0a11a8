"""MP4 boxes by hand, with nothing in them but what a test is about."""

import struct
from datetime import UTC, datetime

from app.metadata.types import Metadata
from hashing.message import Message


def ids(metadata: Metadata) -> list[str]:
    """Of the problems met while reading."""
    return [problem.id for problem in metadata.problems if isinstance(problem, Message)]


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, *parts: bytes, version: int = 0) -> bytes:
    return box(kind, bytes([version, 0, 0, 0]), *parts)


def since_1904(moment: datetime | None) -> int:
    return int((moment - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds()) if moment else 0


def ftyp(brand: bytes = b"isom") -> bytes:
    return box(b"ftyp", brand, struct.pack(">I", 0), brand, b"mp42")


def mvhd(
    created: datetime | None,
    modified: datetime | None = None,
    scale: int = 1000,
    length: int = 5000,
) -> bytes:
    times = struct.pack(">IIII", since_1904(created), since_1904(modified), scale, length)
    return full(b"mvhd", times, bytes(80))


def tkhd(matrix: tuple[int, ...] = (1, 0, 0, 0, 1, 0, 0, 0, 1)) -> bytes:
    values = struct.pack(">9i", *(v * (1 << 30 if i == 8 else 65536) for i, v in enumerate(matrix)))
    size = struct.pack(">II", 640 << 16, 360 << 16)
    return full(b"tkhd", struct.pack(">IIIII", 0, 0, 1, 0, 5000), bytes(16), values, size)


def trak(
    *extra: bytes, created: datetime | None = None, handler: bytes = b"vide",
    name: bytes = b"VideoHandler", scale: int = 1000, length: int = 5000,
) -> bytes:  # fmt: skip
    mdhd = struct.pack(">IIIIHH", since_1904(created), 0, scale, length, 0x55C4, 0)
    hdlr = full(b"hdlr", bytes(4), handler, bytes(12), name + b"\0")
    return box(b"trak", tkhd(), *extra, box(b"mdia", full(b"mdhd", mdhd), hdlr))


def elst(*entries: tuple[int, int]) -> bytes:
    rows = b"".join(struct.pack(">Iihh", duration, start, 1, 0) for duration, start in entries)
    return box(b"edts", full(b"elst", struct.pack(">I", len(entries)), rows))


def quicktime_text(kind: bytes, value: str) -> bytes:
    raw = value.encode()
    return box(b"\xa9" + kind, struct.pack(">HH", len(raw), 0x15C7), raw)


def keys(values: dict[str, str]) -> bytes:
    """QuickTime `meta` with keys and their values."""
    names = b"".join(box(b"mdta", name.encode()) for name in values)
    items = b"".join(
        box(struct.pack(">I", i), box(b"data", struct.pack(">II", 1, 0), value.encode()))
        for i, value in enumerate(values.values(), 1)
    )
    hdlr = full(b"hdlr", bytes(4), b"mdta", bytes(12), b"\0")
    return box(
        b"meta", hdlr, full(b"keys", struct.pack(">I", len(values)), names), box(b"ilst", items)
    )


def loci(latitude: float, longitude: float, name: str = "home") -> bytes:
    place = struct.pack(">iii", int(longitude * 65536), int(latitude * 65536), 12 << 16)
    return full(b"loci", struct.pack(">H", 0x15C7), name.encode() + b"\0\0", place, b"earth\0\0")


def xmp_box(packet: bytes) -> bytes:
    return box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), packet)


def xmp_packet(properties: str, namespaces: str = "") -> bytes:
    """A packet with one description; `properties` are attributes, or elements behind a '>'."""
    attributes, _, elements = properties.partition(">")
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Made 1.0"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:exif="http://ns.adobe.com/exif/1.0/" '
        'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        f"{namespaces} {attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()
