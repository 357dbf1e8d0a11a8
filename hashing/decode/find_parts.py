"""A file -> what it shows beside its main part: further tracks and pictures, attached videos.

The video of a motion photo is an MP4 of its own inside the photo's file: behind a JPEG (Google's
MicroVideo and MotionPhoto, Samsung's trailer) or in a box of a HEIC (`mpvd`). All of them are
recognised by the MP4's own first box, whatever announces it.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO

from hashing.decode import containers
from hashing.decode.containers import open_container
from hashing.decode.file_range import FileRange
from hashing.decode.iso_boxes import MAX_BOXES, walk
from hashing.decode.still import FAULTS, Still, open_still
from hashing.decode.video import Damage, decode_frames, media_info
from hashing.errors import DecodeError
from hashing.message import Message, Param
from hashing.types import Limits, MediaInfo, Part

MAX_PARTS = 16  # that are listed
FIRST_PLACE = 64  # bytes from which a further file can stand; before it is the file's own start
SCAN_BYTES = 1 << 20
MP4_START = b"ftyp"
MP4_BOXES = frozenset((b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"moof", b"mfra"))
LONGEST_START = 512  # bytes of the first box
TURNED_PAGES = ("TIFF", "HEIF", "MPO")  # formats of which a viewer shows the first picture
REDUCED = 1  # of TIFF's NewSubfileType: a smaller copy of another page


def find_parts(file: BinaryIO, info: MediaInfo, limits: Limits) -> tuple[Part, ...]:
    """What the file shows beside `info`, in its order; `reason` where it cannot be checked."""
    still = open_still(file, limits.max_pixels)
    parts: list[Part] = []
    if still is not None and info.kind == "still":
        parts += _pages(still)
    if still is None:
        parts += _tracks(file, _main_track(file, limits))
    elif info.kind == "still" and _has_movie(file):
        parts += _tracks(file, None)
    if info.kind == "still":
        parts += _attached_videos(file, limits)
    return tuple(parts[:MAX_PARTS])


def open_part(file: BinaryIO, part: Part) -> BinaryIO:
    """The file to read a part from: the whole one, or the range that the part stands in."""
    if part.start is None or part.end is None:
        return file
    return FileRange(file, part.start, part.end)  # type: ignore[return-value]  # all that is used


def _pages(still: Still) -> Iterator[Part]:
    image = still.image
    if image.format not in TURNED_PAGES:
        return
    try:
        count = int(getattr(image, "n_frames", 1))
        for index in range(1, count):
            if not _is_shown(still, index):
                continue
            image.seek(index)
            label = Message("part-page", {"number": str(index + 1), "count": str(count)})
            yield Part(f"picture-{index + 1}", "still", label, page=index)
    except FAULTS:
        return


def _is_shown(still: Still, index: int) -> bool:
    """Whether a picture is a part of its own, not a smaller copy, a depth map or a gain map."""
    image = still.image
    if image.format == "MPO":
        entries = getattr(image, "mpinfo", {}).get(0xB002) or []
        attribute = entries[index].get("Attribute", {}) if index < len(entries) else {}
        return str(attribute.get("MPType", "")).startswith("Multi-Frame")
    if image.format == "TIFF":
        image.seek(index)
        return bool(getattr(image, "tag_v2", {}).get(254, 0) != REDUCED)
    return True


def _tracks(file: BinaryIO, main: int | None) -> Iterator[Part]:
    """The video tracks beside the main one; of a HEIF's picture, those of its image sequence.

    main: stream index of the main one.
    """
    try:
        with open_container(file) as container:
            tracks = containers.video_tracks(container, file)
            covers = [s.index for s in container.streams.video if containers.is_cover(s)]
    except DecodeError:
        return
    if not tracks:
        covers = covers[1:]  # the first is the item itself
    for track in tracks:
        if track.index == main:
            continue
        named: dict[str, Param] = {"number": str(track.number)}
        label = Message("part-track", named)
        if track.coding:
            label = Message("part-track-coded", {**named, "codec": track.coding})
        reason = None if track.decodable else _unknown(track.coding)
        yield Part(
            f"track-{track.number}",
            "video",
            label,
            duration_s=track.duration_s,
            track=track.index,
            reason=reason,
        )
    for number, index in enumerate(covers, start=1):
        yield Part(f"cover-{number}", "still", Message("part-cover"), track=index)


def _main_track(file: BinaryIO, limits: Limits) -> int | None:
    """The stream index of the track that is checked as the item itself."""
    damage = Damage()
    with suppress(DecodeError):
        next(iter(decode_frames(file, limits, damage)), None)
    return damage.track


def _has_movie(file: BinaryIO) -> bool:
    """Whether a HEIF file has tracks beside its pictures."""
    return any(box.kind == b"moov" for box in walk(file) if not box.parents)


def _unknown(coding: str | None) -> Message:
    if coding is None:
        return Message("problem-unnamed-coding")
    return Message("problem-unknown-coding", {"coding": coding})


def _attached_videos(file: BinaryIO, limits: Limits) -> Iterator[Part]:
    for number, (start, end) in enumerate(_mp4_ranges(file), start=1):
        part = Part(f"video-{number}", "video", Message("part-video"), start=start, end=end)
        try:
            info = media_info(open_part(file, part), limits)
        except DecodeError as error:
            yield Part(part.id, part.kind, part.label, start=start, end=end, reason=error.message)
            continue
        yield Part(part.id, part.kind, part.label, info.duration_s, start=start, end=end)


def _mp4_ranges(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Where whole MP4 files stand inside this one."""
    size = file.seek(0, 2)
    after = FIRST_PLACE
    while (at := _find(file, MP4_START, after, size)) is not None:
        start = at - 4
        boxes = list(_boxes(file, start, size))
        kinds = [kind for kind, _, _ in boxes]
        length = boxes[0][2] - boxes[0][1] if boxes else 0
        if length <= LONGEST_START and b"moov" in kinds:
            yield start, boxes[-1][2]
            after = boxes[-1][2]
        else:
            after = at + 4


def _find(file: BinaryIO, wanted: bytes, start: int, end: int) -> int | None:
    at, carry = start, b""
    file.seek(start)
    while at < end and (chunk := file.read(SCAN_BYTES)):
        offset = (carry + chunk).find(wanted)
        if offset >= 0:
            return at - len(carry) + offset
        carry = chunk[-len(wanted) + 1 :]
        at += len(chunk)
    return None


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start, end) of the MP4 boxes that follow one another from `start`."""
    for number in range(MAX_BOXES):
        file.seek(start)
        head = file.read(16)
        if len(head) < 8:
            return
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        length = int.from_bytes(head[8:16], "big") if length == 1 else length
        known = kind in MP4_BOXES or (kind in (MP4_START, b"meta") and number < 2)
        if length < 8 or not known:
            return
        yield kind, start, min(start + length, end)
        start += length


def part_info(file: BinaryIO, part: Part, limits: Limits) -> MediaInfo:
    """Facts of a part, as `probe` gives those of a file. Raises what `probe` raises."""
    if part.page is not None:
        still = open_still(file, limits.max_pixels, page=part.page)
        if still is None:
            raise DecodeError(Message("error-picture-unread-again"))
        return still.info()
    info = media_info(open_part(file, part), limits, track=part.track)
    if part.track is None:
        return info
    # sound belongs to the file, and is compared with the main part
    return replace(info, kind=part.kind, audio_codec=None)
