"""Files that are damaged, odd in length, or that point at something else."""

from pathlib import Path
from typing import Literal

import av
import numpy as np

from tests.made.scenes import scene
from tests.made.sounds import sound
from tests.made.videos import make_video, write_video

type PointerKind = Literal["hls", "ffconcat", "dash", "mov_alias", "sdp"]

POINTER_SUFFIXES: dict[PointerKind, str] = {
    "hls": ".m3u8",
    "ffconcat": ".ffconcat",
    "dash": ".mpd",
    "mov_alias": ".mov",
    "sdp": ".sdp",
}


def make_cut_short(path: Path, seed: int = 1, seconds: float = 6.0, keep: float = 0.6) -> Path:
    """An MP4 whose index came first and whose end was lost, as a broken upload leaves it."""
    make_video(path, seed, seconds, container_options={"movflags": "faststart"})
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data))])
    return path


def make_without_index(path: Path, seed: int = 1, seconds: float = 2.0) -> Path:
    """An MP4 cut off before its moov box, as a camera that lost power leaves it."""
    make_video(path, seed, seconds)
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"moov") - 4])
    return path


def make_damaged_middle(path: Path, seed: int = 1, seconds: float = 6.0) -> Path:
    """A video with a tenth of its bytes, from the middle, overwritten by noise."""
    make_video(path, seed, seconds, gop=25, container_options={"movflags": "faststart"})
    data = bytearray(path.read_bytes())
    first, count = len(data) // 2, len(data) // 10
    data[first : first + count] = np.random.default_rng(seed).bytes(count)
    path.write_bytes(data)
    return path


def without_presentation_times(video: Path, path: Path) -> Path:
    """The video with each picture's moment of decoding as that at which it is shown, too.

    As writers do that know nothing of pictures sent out of order.
    """
    with av.open(str(video)) as source, av.open(str(path), "w") as target:
        stream = source.streams.video[0]
        copied = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None:
                continue
            packet.pts = packet.dts
            packet.stream = copied
            target.mux(packet)
    return path


def make_sound_only(path: Path, seed: int = 1, seconds: float = 2.0) -> Path:
    """An MP4 that holds nothing but speech-like sound."""
    return write_video(path, [], samples=sound("speech", seed, seconds))


def make_one_frame(path: Path, seed: int = 1) -> Path:
    """A video of a single picture, silent."""
    return make_video(path, seed, seconds=0.04, sound_kind=None)


def make_no_frames(path: Path) -> Path:
    """An MP4 that declares a video track of 0 s and holds no picture."""
    with av.open(str(path), "w", options={"movflags": "frag_custom+empty_moov"}) as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        container.start_encoding()
    return path


def make_long(path: Path, hours: float = 10.0, every_s: float = 60.0, seed: int = 1) -> Path:
    """A video of many hours in few bytes: one small picture every so often, held until the next."""
    count = int(hours * 3600 / every_s)
    shots = ((i * every_s, scene(seed, float(i % 8), (160, 90))) for i in range(count + 1))
    return write_video(path, shots, 1 / every_s, gop=600)


def make_pointer(path: Path, kind: PointerKind, target: str) -> Path:
    """A file of no pictures that sends a decoder to `target` (a path or an address)."""
    if kind == "mov_alias":
        _write_outside_reference(path, target)
        return path
    path.write_text(
        {
            "hls": "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n"
            f"#EXTINF:10,\n{target}\n#EXT-X-ENDLIST\n",
            "ffconcat": f"ffconcat version 1.0\nfile '{target}'\n",
            "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"'
            ' mediaPresentationDuration="PT3S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011'
            '"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1">'
            f"<BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>\n",
            "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
            "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        }[kind]
    )
    return path


def _write_outside_reference(path: Path, target: str) -> None:
    """A MOV whose samples are said to lie in another file: its data reference is not its own.

    QuickTime File Format, "Data Reference Atoms": flag 1 means "in this file"; we write a `url `
    entry without the flag, naming the other place, and drop the samples.
    """
    make_video(path, 1, 1.0, sound_kind=None, container_options={"movflags": "faststart"})
    data = path.read_bytes()
    own = b"\0\0\0\x0curl \0\0\0\x01"
    location = target.encode() + b"\0"
    outside = (12 + len(location)).to_bytes(4, "big") + b"url \0\0\0\0" + location
    grown = len(outside) - len(own)
    at = data.index(own)
    data = data[:at] + outside + data[at + len(own) :]
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):  # each holds the entry
        size_at = data.index(box) - 4
        size = int.from_bytes(data[size_at : size_at + 4], "big") + grown
        data = data[:size_at] + size.to_bytes(4, "big") + data[size_at + 4 :]
    path.write_bytes(data[: data.index(b"mdat") - 4])
