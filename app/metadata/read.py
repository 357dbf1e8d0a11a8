"""What a file says of itself: EXIF, XMP, IPTC, container tags, credentials. Claims, not facts.

`read_metadata` runs inside the locked child process: it gets one open file and touches nothing
else. Hostile content may cost it a group of fields, never more; each such loss is a line in
`problems`. The reasoning over what was read is in `metadata_findings`, which never sees a file.
"""

import io
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from app.metadata.bounds import MAX_BLOCK_BYTES, MAX_PROBLEMS, PARSER_FAULTS, fit, plain, said, text
from app.metadata.readers import still_blocks as stills
from app.metadata.readers.c2pa import read_credentials
from app.metadata.readers.container import DEMUXERS, read_container
from app.metadata.readers.exif import read_exif, tiff_block
from app.metadata.readers.iptc import read_iptc, read_photoshop
from app.metadata.readers.isobmff import read_boxes
from app.metadata.readers.legacy_segments import read_early
from app.metadata.readers.thumbnail import compare_thumbnail, read_thumbnail, small_grey
from app.metadata.readers.xmp import read_xmp
from app.metadata.types import Credentials, Fields, Finding, Group, Metadata
from hashing.types import MediaInfo

__all__ = ["Credentials", "Fields", "Finding", "Metadata", "read_metadata"]

type Format = Literal[
    "jpeg", "png", "webp", "gif", "tiff", "heif", "isobmff", "matroska", "avi", "mpegts", "mpeg",
    "flv", "asf", "ogg", "mxf", "wav", "other",
]  # fmt: skip

STILL_READERS = {
    "jpeg": stills.read_jpeg,
    "png": stills.read_png,
    "webp": stills.read_riff,
    "avi": stills.read_riff,
    "wav": stills.read_riff,
    "gif": stills.read_gif,
    "other": stills.scan_packets,
}
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"hevc")


def read_metadata(
    file: BinaryIO,
    media_type: str | None = None,
    info: MediaInfo | None = None,
    trust_anchors: str | None = None,
) -> Metadata:
    """Everything that the file says of itself.

    media_type: what intake took it for; only a hint for the credentials, the bytes decide here.
    info: what the decoder said, kept beside the claims so that the two can be compared.
    trust_anchors: PEM text of the certificates to trust for credentials; none are built in.
    """
    problems: list[str] = []
    form = sniff(file)
    fields: Fields = {"file": {"format": form}}
    thumbnail = None
    try:
        blocks = gather(file, form, fields, problems)
        thumbnail = read_blocks(file, form, blocks, fields, problems)
    except PARSER_FAULTS as error:
        problems.append(f"the metadata could not be read: {said(error)}")
    if info is not None:
        fields["decoder"] = decoder_facts(info)
    try:
        credentials = read_credentials(file, media_type, trust_anchors)
    except PARSER_FAULTS as error:
        credentials = Credentials("unreadable", reason=text(said(error)))
    kept = fit(fields, problems)
    return Metadata(kept, credentials, thumbnail, tuple(map(text, problems[-MAX_PROBLEMS:])))


def gather(file: BinaryIO, form: Format, fields: Fields, problems: list[str]) -> stills.Blocks:
    """The blocks of the file, after noting what its container says."""
    if form in ("heif", "isobmff"):
        fields["boxes"], blocks = read_boxes(file)
    elif form == "tiff":
        blocks = stills.Blocks()
    else:
        reader = STILL_READERS.get(form)
        blocks = reader(file) if reader else stills.Blocks()
    if form in DEMUXERS:
        fields["container"] = read_container(file, DEMUXERS[form], problems)
    return blocks


def read_blocks(
    file: BinaryIO, form: Format, blocks: stills.Blocks, fields: Fields, problems: list[str]
) -> NDArray[np.uint8] | None:
    """Fills the groups from the blocks; returns the embedded thumbnail where there is one."""
    problems.extend(blocks.problems)
    thumbnail: NDArray[np.uint8] | None = None
    source: BinaryIO | None = file if form == "tiff" else None
    if blocks.exif:
        source = io.BytesIO(blocks.exif[:MAX_BLOCK_BYTES])
    if source is not None:
        fields["exif"], fields["gps"], raw = read_exif(source, problems)
        thumbnail = read_thumbnail(raw, problems) if raw else None
    if form == "tiff":
        blocks.xmp.extend(filter(None, [tiff_block(file, 700)]))
        blocks.iptc = tiff_block(file, 33723)
        blocks.photoshop = tiff_block(file, 34377)
    fields["camera"] = read_early(blocks.early)
    fields["xmp"] = read_xmp(blocks.xmp, problems)
    fields["iptc"] = read_iptc(blocks.iptc or b"") or read_photoshop(blocks.photoshop or b"")
    fields["text"] = blocks.text
    fields[form] = blocks.facts
    if thumbnail is not None and form == "jpeg":
        fields["thumbnail"] = thumbnail_facts(file, thumbnail, problems)
    return thumbnail


def thumbnail_facts(file: BinaryIO, thumbnail: NDArray[np.uint8], problems: list[str]) -> Group:
    picture = small_grey(file, "picture", problems)
    return {} if picture is None else compare_thumbnail(thumbnail, picture)


def decoder_facts(info: MediaInfo) -> Group:
    """What was decoded, not claimed: for comparison with the claims."""
    facts = {
        "width": info.width,
        "height": info.height,
        "duration_s": info.duration_s,
        "frame_rate": info.frame_rate,
        "rotation_deg": info.rotation_deg,
    }
    return {name: plain(value) for name, value in facts.items() if value is not None}


def sniff(file: BinaryIO) -> Format:
    """The container by its first bytes; names and declared types are not believed."""
    file.seek(0)
    head = file.read(400)
    simple: tuple[tuple[bytes, Format], ...] = (
        (b"\xff\xd8\xff", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"GIF8", "gif"),
        (b"II*\0", "tiff"),
        (b"MM\0*", "tiff"),
        (b"\x1aE\xdf\xa3", "matroska"),
        (b"FLV\x01", "flv"),
        (b"OggS", "ogg"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
        (b"\x06\x0e\x2b\x34\x02\x05\x01\x01", "mxf"),
        (b"\0\0\x01\xba", "mpeg"),
    )
    for magic, form in simple:
        if head.startswith(magic):
            return form
    if head[:4] == b"RIFF":
        riff: dict[bytes, Format] = {b"WEBP": "webp", b"AVI ": "avi", b"WAVE": "wav"}
        return riff.get(head[8:12], "other")
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        still = head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS
        return "heif" if still else "isobmff"
    if any(head[at : at + 1] == b"G" == head[at + size : at + size + 1] for at, size in TS_SYNC):
        return "mpegts"
    return "other"


TS_SYNC = ((0, 188), (4, 192))  # transport stream, and with the four-byte clock of M2TS
