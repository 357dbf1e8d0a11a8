"""What a file says of itself: EXIF, XMP, IPTC, container tags, credentials. Claims, not facts.

`read_metadata` runs inside the locked child process: it gets one open file and touches nothing
else. Hostile content may cost it a group of fields, never more; each such loss is a line in
`problems`. The reasoning over what was read is in `findings`, which never sees a file.
"""

import io
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from app.intake.media_type import HEAD_BYTES, media_type
from app.metadata.bounds import (
    MAX_BLOCK_BYTES,
    MAX_PROBLEMS,
    PARSER_FAULTS,
    TooMuchError,
    fit,
    plain,
    put,
)
from app.metadata.readers.avchd import read_avchd
from app.metadata.readers.c2pa import read_credentials
from app.metadata.readers.container import DEMUXERS, hidden_footage, read_container
from app.metadata.readers.early_camera_segments import read_early
from app.metadata.readers.edit_lists import edited_tracks
from app.metadata.readers.exif import directory_as_exif, read_exif, tiff_block
from app.metadata.readers.iptc import read_iptc, read_photoshop
from app.metadata.readers.isobmff import read_boxes
from app.metadata.readers.jpeg_segments import read_jpeg
from app.metadata.readers.png_chunks import read_png
from app.metadata.readers.riff_chunks import read_riff
from app.metadata.readers.still_blocks import Blocks, read_gif, scan_packets
from app.metadata.readers.thumbnail import compare_thumbnail, read_thumbnail, small_grey
from app.metadata.readers.xmp import read_xmp
from app.metadata.types import Credentials, Fields, Finding, Group, Metadata
from hashing.message import Message
from hashing.types import MediaInfo

__all__ = ["Credentials", "Fields", "Finding", "Metadata", "read_metadata"]

type Format = Literal[
    "jpeg", "png", "webp", "gif", "tiff", "heif", "isobmff", "matroska", "avi", "mpegts", "mpeg",
    "flv", "asf", "ogg", "mxf", "wav", "jxl", "jp2", "other",
]  # fmt: skip

FORMATS: dict[str, Format] = {
    "image/jpeg": "jpeg",
    "image/png": "png",
    "image/apng": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/tiff": "tiff",
    "image/heic": "heif",
    "image/heif": "heif",
    "image/avif": "heif",
    "image/x-canon-cr3": "isobmff",
    "image/jxl": "jxl",
    "image/jp2": "jp2",
    "video/mp4": "isobmff",
    "video/quicktime": "isobmff",
    "video/3gpp": "isobmff",
    "audio/mp4": "isobmff",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
    "video/x-msvideo": "avi",
    "video/mp2t": "mpegts",
    "video/mpeg": "mpeg",
    "video/x-flv": "flv",
    "video/x-ms-asf": "asf",
    "video/ogg": "ogg",
    "audio/ogg": "ogg",
    "application/mxf": "mxf",
    "audio/wav": "wav",
}
STILL_READERS = {
    "jpeg": read_jpeg,
    "png": read_png,
    "webp": read_riff,
    "avi": read_riff,
    "wav": read_riff,
    "gif": read_gif,
    "other": scan_packets,
}
BOXED = ("heif", "isobmff", "jxl", "jp2")
DAMAGE = {"metadata-exif-damaged": "EXIF", "metadata-xmp-damaged": "XMP"}  # block by problem


def read_metadata(
    file: BinaryIO,
    declared_type: str | None = None,
    info: MediaInfo | None = None,
    trust_anchors: str | None = None,
) -> Metadata:
    """Everything that the file says of itself.

    declared_type: what intake took it for; only a hint for the credentials, the bytes decide here.
    info: what the decoder said, kept beside the claims so that the two can be compared.
    trust_anchors: PEM text of the certificates to trust for credentials; none are built in.
    """
    problems: list[Message] = []
    file.seek(0)
    form = FORMATS.get(media_type(file.read(HEAD_BYTES)), "other")
    fields: Fields = {"file": {"format": form}}
    thumbnail = None
    try:
        blocks = gather(file, form, fields, problems)
        thumbnail = read_blocks(file, form, blocks, fields, problems)
    except TooMuchError as error:
        problems.append(error.message)
    except PARSER_FAULTS:
        problems.append(Message("metadata-unreadable"))
    damaged = [
        block for name, block in DAMAGE.items() if name in {problem.id for problem in problems}
    ]
    put(fields["file"], "damaged", damaged)
    if info is not None:
        fields["decoder"] = decoder_facts(info)
    try:
        credentials = read_credentials(file, declared_type, trust_anchors)
    except PARSER_FAULTS:
        credentials = Credentials("unreadable", reason=Message("credentials-reader-failed"))
    kept = fit(fields, problems)
    return Metadata(kept, credentials, thumbnail, tuple(problems[-MAX_PROBLEMS:]))


def gather(file: BinaryIO, form: Format, fields: Fields, problems: list[Message]) -> Blocks:
    """The blocks of the file, after noting what its container says."""
    if form in BOXED:
        fields["boxes"], blocks = read_boxes(file)
    elif form == "tiff":
        blocks = Blocks()
    else:
        reader = STILL_READERS.get(form)
        blocks = reader(file) if reader else Blocks()
    if form == "mpegts":
        blocks.camera, blocks.gps = read_avchd(file)
    if form in DEMUXERS:
        fields["container"] = read_container(file, DEMUXERS[form], problems)
    for edited in edited_tracks(fields.get("boxes", {})):
        before, after = hidden_footage(file, edited)
        put(fields["container"], f"stream[{edited.stream}] hidden_start_s", round(before, 3))
        put(fields["container"], f"stream[{edited.stream}] hidden_end_s", round(after, 3))
    return blocks


def read_blocks(
    file: BinaryIO, form: Format, blocks: Blocks, fields: Fields, problems: list[Message]
) -> NDArray[np.uint8] | None:
    """Fills the groups from the blocks; returns the embedded thumbnail where there is one."""
    problems.extend(blocks.problems)
    thumbnail: NDArray[np.uint8] | None = None
    source: BinaryIO | None = file if form == "tiff" else None
    if blocks.exif is not None:
        source = io.BytesIO(blocks.exif[:MAX_BLOCK_BYTES])
    if source is not None:
        fields["exif"], fields["gps"], raw = read_exif(source, problems)
        thumbnail = read_thumbnail(raw, problems) if raw else None
    if blocks.exif_directory:
        fields["exif"] = {
            **directory_as_exif(blocks.exif_directory[:MAX_BLOCK_BYTES], problems),
            **fields.get("exif", {}),
        }
    if blocks.gps:
        fields.setdefault("gps", blocks.gps)
    if form == "tiff":
        blocks.xmp.extend(filter(None, [tiff_block(file, 700)]))
        blocks.iptc = tiff_block(file, 33723)
        blocks.photoshop = tiff_block(file, 34377)
    fields["camera"] = {**read_early(blocks.early), **blocks.camera}
    fields["xmp"] = read_xmp(blocks.xmp, problems)
    fields["iptc"] = read_iptc(blocks.iptc or b"") or read_photoshop(blocks.photoshop or b"")
    fields["text"] = blocks.text
    fields[form] = blocks.facts
    if thumbnail is not None and form == "jpeg":
        fields["thumbnail"] = thumbnail_facts(file, thumbnail, problems)
    return thumbnail


def thumbnail_facts(file: BinaryIO, thumbnail: NDArray[np.uint8], problems: list[Message]) -> Group:
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
