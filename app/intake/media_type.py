"""First bytes of a file -> what it holds. Pure; names and declared types are never asked.

Signatures from the formats' own documents, as collected in the WHATWG MIME Sniffing Standard and
in file(1)'s magic. A type is a guess for people and for readers that ask for one: what a file
really holds is the decoder's to say.
"""

import re
from collections.abc import Callable

from hashing.message import Message

HEAD_BYTES = 4096  # of the file, all that is ever looked at
UNKNOWN = "application/octet-stream"

# offset, bytes there, media type
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBPVP8", "image/webp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"II+\0", "image/tiff"),
    (0, b"MM\0+", "image/tiff"),
    (0, b"\xff\x0a", "image/jxl"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
    (0, b"\xff\x4f\xff\x51", "image/jp2"),
    (8, b"AVI ", "video/x-msvideo"),
    (8, b"WAVE", "audio/wav"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01", "application/mxf"),
    (0, b"\0\0\x01\xba", "video/mpeg"),  # program stream
    (0, b"\0\0\x01\xb3", "video/mpeg"),  # elementary stream
    (0, b"DKIF", "video/x-ivf"),
    (0, b"nut/multimedia container", "video/x-nut"),
    (0, b".RMF", "application/vnd.rn-realmedia"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (257, b"ustar", "application/x-tar"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
)
BRANDS = {  # of ISO base media files, ISO/IEC 14496-12 and mp4ra.org
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic",
    b"hevx": "image/heic",
    b"qt  ": "video/quicktime",
    b"crx ": "image/x-canon-cr3",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
}
GENERIC_STILL_BRANDS = (b"mif1", b"msf1", b"miaf")  # the next brand says which
BOXES_AT_START = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # QuickTime without ftyp
PACKETS = ((0, 188), (4, 192), (0, 204))  # transport streams: first sync byte, packet size
SYNC_BYTE = 0x47

# what is nothing to check; the values are selectors of the entry `content-kind` of the catalogue
REFUSED = {
    "text/plain": "text",
    "text/html": "web-page",
    "image/svg+xml": "drawing",
    "application/vnd.apple.mpegurl": "playlist",
    "application/zip": "archive-or-office",
    "application/vnd.rar": "archive",
    "application/x-7z-compressed": "archive",
    "application/gzip": "archive",
    "application/x-xz": "archive",
    "application/x-tar": "archive",
    "application/pdf": "pdf",
    "application/x-msdownload": "program",
    "application/x-executable": "program",
    "application/vnd.sqlite3": "database",
}
# atomic, so that a text made of many half comments costs no time
PROLOG = rb"\s*+(?><\?xml[^>]*+>\s*+)?+(?:(?><!--.*?-->|<!DOCTYPE[^>]*+>)\s*+)*+"
PLAYLIST = re.compile(
    rb"\s*+(?:#EXTM3U|ffconcat|\[playlist\]|RTSPtext|SMILtext|v=0\r?\no=|file\s+['\"]?\S)|"
    + PROLOG
    + rb"<(?:MPD|SMIL|ASX|SmoothStreamingMedia)\b",
    re.IGNORECASE | re.DOTALL,
)
SVG = re.compile(PROLOG + rb"<svg[\s>]", re.IGNORECASE | re.DOTALL)
HTML = re.compile(rb"\s*(<!doctype html|<html|<head|<body)", re.IGNORECASE)
NETPBM = re.compile(rb"P[1-6]\s")
# tabs, line ends, form feed and everything from the space up, without DEL
TEXT_BYTES = bytes([9, 10, 12, 13, 27, *range(32, 127), *range(128, 256)])


def media_type(head: bytes) -> str:
    """The media type of a file that starts with `head`, its first HEAD_BYTES or fewer."""
    for check in SIGNATURE_CHECKS:
        if kind := check(head):
            return kind
    return UNKNOWN


def refusal(media_type: str) -> Message | None:
    """What such a file is, where it is nothing to check; else None."""
    kind = REFUSED.get(media_type)
    return None if kind is None else Message("content-kind", {"kind": kind})


def _signature(head: bytes) -> str | None:
    return next((kind for at, magic, kind in SIGNATURES if head.startswith(magic, at)), None)


def _png(head: bytes) -> str | None:
    if not head.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    before_pixels = head.partition(b"IDAT")[0]
    return "image/apng" if b"acTL" in before_pixels else "image/png"


def _iso_media(head: bytes) -> str | None:
    """MP4 and its many relatives."""
    if head[4:8] in BOXES_AT_START:
        return "video/quicktime"
    if head[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(head[:4]), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    if brands[0] in GENERIC_STILL_BRANDS:
        return next((BRANDS[brand] for brand in brands if brand in BRANDS), "image/heif")
    if brands[0].startswith(b"3g"):
        return "video/3gpp"
    return BRANDS.get(brands[0], "video/mp4")


def _matroska(head: bytes) -> str | None:
    if not head.startswith(b"\x1aE\xdf\xa3"):
        return None
    return "video/webm" if b"webm" in head[:64] else "video/x-matroska"


def _ogg(head: bytes) -> str | None:
    if not head.startswith(b"OggS"):
        return None
    return "video/ogg" if b"theora" in head or b"OVP80" in head else "audio/ogg"


def _transport_stream(head: bytes) -> str | None:
    for first, size in PACKETS:
        sync = head[first::size]
        if len(sync) > 2 and sync.count(SYNC_BYTE) == len(sync):
            return "video/mp2t"
    return None


def _bitmap(head: bytes) -> str | None:
    """ "BM" alone is too little: the sizes of its headers must make sense too."""
    if not head.startswith(b"BM") or len(head) < 18:
        return None
    return "image/bmp" if int.from_bytes(head[14:18], "little") in (12, 40, 64, 108, 124) else None


def _netpbm(head: bytes) -> str | None:
    return "image/x-portable-anymap" if NETPBM.match(head) else None


def _pdf(head: bytes) -> str | None:
    return "application/pdf" if b"%PDF-" in head[:1024] else None


def _text(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16
        head = head.replace(b"\0", b"")[2:]
    head = head.removeprefix(b"\xef\xbb\xbf")
    if head.translate(None, delete=TEXT_BYTES):
        return None
    if PLAYLIST.match(head):
        return "application/vnd.apple.mpegurl"
    if SVG.match(head):
        return "image/svg+xml"
    return "text/html" if HTML.match(head) else "text/plain"


SIGNATURE_CHECKS: tuple[Callable[[bytes], str | None], ...] = (
    _png,
    _iso_media,
    _matroska,
    _ogg,
    _bitmap,
    _netpbm,
    _signature,
    _transport_stream,
    _pdf,
    _text,
)
