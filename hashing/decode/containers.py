"""Opening a container, choosing among its tracks, and saying what is wrong with it.

Only listed demuxers are opened, and none of them follows a reference to another file or address.
Nothing that a library says of an error leaves this room: `fault` says it in our words.
"""

import errno
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

import av
import av.container
import av.error

from hashing.decode.iso_boxes import TrackCoding, track_codings
from hashing.errors import UnsupportedMedia
from hashing.message import Message
from hashing.types import Seconds

# Every demuxer of FFmpeg that shows frames of the file itself. Not here on purpose: playlists
# and whatever else names other files or addresses (hls, dash, concat, imf, sdp, rtsp, image2, …),
# devices, subtitles, text shown as pictures (tty, bin), and raw frames without any header.
DEMUXERS = ",".join(
    (
        # what phones, cameras, platforms and browsers write
        "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,live_flv,asf,asf_o,ogg,gif,dv",
        "mxf,mxg,nut,rm,ivr,wtv,dhav,ivf,obu,mpjpeg,kux,evc,apv",
        # streams without a container
        "mpegvideo,h261,h263,h264,hevc,vvc,m4v,mjpeg,mjpeg_2000,vc1,vc1test,av1,cavsvideo,avs2",
        "avs3,dirac,dnxhd,yuv4mpegpipe,smjpeg,ingenient,gxf,lxf,nsv,nuv,pva,ty,mlv,r3d,cine,pdv",
        # older recorders, games and discs
        "4xm,anm,apc,avr,bethsoftvid,bfi,bink,c93,cdxl,dcstr,dfa,dsicin,dxa,ea,film_cpk",
        "filmstrip,fits,flic,frm,gdv,hnm,idcin,iff,ifv,ipu,iss,iv8,jv,lmlm4,lvf,mgsts,mm,moflex",
        "msnwctcp,mtv,mv,mvi,paf,pmp,psxstr,rl2,roq,rpl,sdr2,ser,sga,siff,smk,smush,sol,svs,swf",
        "thp,tiertexseq,tmv,txd,usm,vivo,vmd,vqf,wc3movie,wsvqa,xmv,yop,rcwt,simbiosis_imx",
        # stills, where the reader of stills gives up
        "apng,bmp_pipe,cri_pipe,dds_pipe,dpx_pipe,exr_pipe,gem_pipe,gif_pipe,hdr_pipe,ico",
        "j2k_pipe,jpeg_pipe,jpegls_pipe,jpegxl_anim,jpegxl_pipe,jpegxs_pipe,pam_pipe,pbm_pipe",
        "pcx_pipe,pfm_pipe,pgm_pipe,pgmyuv_pipe,pgx_pipe,phm_pipe,photocd_pipe,pictor_pipe",
        "png_pipe,ppm_pipe,psd_pipe,qdraw_pipe,qoi_pipe,sgi_pipe,sunrast_pipe,tiff_pipe,vbn_pipe",
        "webp_anim,webp_pipe,xbm_pipe,xpm_pipe,xwd_pipe",
        # sound alone, so that the answer is "no picture" and not "unknown"
        "wav,w64,mp3,aac,flac,ac3,eac3,amr,aiff,caf,au,tta,wv,ape,dts,truehd",
    )
)
OPEN_OPTIONS = {
    "format_whitelist": DEMUXERS,
    "protocol_whitelist": "file",
    "enable_drefs": "0",  # mov: external data references stay unopened
    "use_absolute_path": "0",
    "probesize": "10000000",
    "analyzeduration": "10000000",
}
NO_TIMESTAMPS = 0x0080  # AVFMT_NOTIMESTAMPS of FFmpeg: the format has no clock, as bare codings
TS_DISCONT = 0x0200  # AVFMT_TS_DISCONT of FFmpeg: the format's clock may break
STATES_DURATIONS = ("mov",)  # demuxers of formats that state how long each frame is shown

PICTURE_STARTS = (  # first bytes, and the demuxer of the single picture that starts so
    (b"\xff\xd8\xff", "jpeg_pipe"),
    (b"\x89PNG", "png_pipe"),
    (b"P7\n", "pam_pipe"),
    (b"BM", "bmp_pipe"),
    (b"RIFF", "webp_pipe"),
    (b"II*\0", "tiff_pipe"),
    (b"MM\0*", "tiff_pipe"),
)

FAULTS = {
    errno.ENOMEM: "fault-memory",
    errno.EINVAL: "fault-layout",
    errno.ENOSYS: "fault-feature",
}
FAULT_NAMES = {
    "InvalidDataError": "fault-damaged",
    "EOFError": "fault-ends",
    "PatchWelcomeError": "fault-feature",
    "DecoderNotFoundError": "fault-coding",
    "DemuxerNotFoundError": "fault-kind",
    "StreamNotFoundError": "fault-track",
}


def fault(error: BaseException) -> Message:
    """What is wrong with a container, in our words: libraries name addresses, files and lines."""
    known = FAULT_NAMES.get(type(error).__name__)
    if known is None and isinstance(error, OSError):
        known = FAULTS.get(error.errno or 0)
    return Message(known or "fault-unreadable")


class _Nameless:
    """A file without its name, from which FFmpeg would guess a format before it reads a byte."""

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


@dataclass(frozen=True, slots=True)
class Track:
    """One video track, decodable or not.

    number: counted from 1 among the video tracks. coding: FFmpeg's name, or the file's own.
    """

    number: int
    index: int  # of the stream in its container
    coding: str | None
    decodable: bool
    label: str | None = None
    duration_s: Seconds | None = None


def open_container(file: BinaryIO) -> av.container.InputContainer:
    """The container, opened with the fixed list of demuxers.

    Raises UnsupportedMedia where none of them knows the content.
    """
    try:
        return _open(file, None)
    except _CANNOT_OPEN as error:
        # damage makes FFmpeg guess another format; the first bytes of a picture say which it is
        for start, demuxer in PICTURE_STARTS:
            if _starts_with(file, start):
                with suppress(*_CANNOT_OPEN):
                    return _open(file, demuxer)
        raise UnsupportedMedia(Message("error-no-media", {"reason": fault(error)})) from error


_CANNOT_OPEN = (av.error.FFmpegError, OSError, ValueError)  # OSError: nothing to seek in


def _open(file: BinaryIO, demuxer: str | None) -> av.container.InputContainer:
    file.seek(0)
    container: av.container.InputContainer = av.open(
        _Nameless(file), mode="r", format=demuxer, options=OPEN_OPTIONS
    )
    return container


def _starts_with(file: BinaryIO, start: bytes) -> bool:
    file.seek(0)
    return file.read(len(start)) == start


def is_decodable(stream: av.stream.Stream) -> bool:
    """Whether FFmpeg has a decoder for the stream: without one PyAV gives it no context."""
    return stream.codec_context is not None


def is_cover(stream: av.stream.Stream) -> bool:
    """Whether a stream of the container is a still attached to the file, not footage."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def video_stream(
    container: av.container.InputContainer, file: BinaryIO | None = None
) -> av.VideoStream:
    """The first video track that FFmpeg can decode; of a file without one, its cover art.

    file: the container's, from which the coding of a track that FFmpeg does not know is read.

    Raises UnsupportedMedia where there is none.
    """
    tracks = [stream for stream in container.streams.video if not is_cover(stream)]
    for stream in tracks:
        if is_decodable(stream):
            return stream
    if tracks:
        named = ", ".join(filter(None, unknown_codings(container, file, "vide")))
        if not named:
            raise UnsupportedMedia(Message("error-unnamed-coding"))
        raise UnsupportedMedia(Message("error-unknown-coding", {"coding": named}))
    cover = next(filter(is_decodable, container.streams.video), None)
    if cover is not None:
        return cover
    raise UnsupportedMedia(Message("error-no-video"))


def video_tracks(
    container: av.container.InputContainer, file: BinaryIO | None = None
) -> list[Track]:
    """Every video track of the container, in its order."""
    unknown = iter(unknown_codings(container, file, "vide"))
    tracks: list[Track] = []
    for stream in container.streams.video:
        if is_cover(stream):
            continue
        decodable = is_decodable(stream)
        coding = stream.codec_context.name if decodable else next(unknown, None)
        label = stream.metadata.get("title") or stream.metadata.get("handler_name")
        tracks.append(
            Track(
                len(tracks) + 1,
                stream.index,
                coding,
                decodable,
                label,
                declared_duration(container, stream),
            )
        )
    return tracks


def unknown_codings(
    container: av.container.InputContainer, file: BinaryIO | None, handler: str
) -> list[str | None]:
    """The file's own names for codings that FFmpeg does not know, in the tracks' order."""
    kind = "video" if handler == "vide" else "audio"
    streams = [stream for stream in container.streams if stream.type == kind]
    named: list[TrackCoding] = []
    if file is not None and "mov" in container.format.name.split(","):
        named = [track for track in track_codings(file) if track.handler == handler]
    names = [track.coding or None for track in named]
    if len(names) != len(streams):
        names = [None] * len(streams)
    return [name for stream, name in zip(streams, names, strict=True) if not is_decodable(stream)]


def declared_duration(
    container: av.container.InputContainer, stream: av.stream.Stream
) -> Seconds | None:
    """What the container claims the stream lasts; None where it says nothing."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration is not None else None


def clock_may_break(container: av.container.InputContainer) -> bool:
    """Whether the format's clock may start again or jump, as in transport streams."""
    return bool(container.format.flags & TS_DISCONT)


def has_clock(container: av.container.InputContainer) -> bool:
    """Whether the format states times; without them FFmpeg counts up, each decoder differently."""
    return not container.format.flags & NO_TIMESTAMPS


def states_durations(container: av.container.InputContainer) -> bool:
    """Whether the format states how long each frame is shown."""
    return container.format.name.split(",")[0] in STATES_DURATIONS
