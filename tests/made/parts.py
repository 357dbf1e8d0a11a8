"""Files that show more than their main part: two video tracks, a video behind a photo."""

from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np
from PIL import Image

from tests.made.scenes import Size, scene
from tests.made.stills import make_still
from tests.made.videos import make_video

type MotionPhoto = Literal["google_jpeg", "samsung_jpeg", "heic"]

SAMSUNG_MARK = b"\0\0\x30\x0a\x10\0\0\0MotionPhoto_Data"


def make_two_tracks(
    path: Path, seeds: tuple[int, int] = (1, 2), seconds: float = 2.0, size: Size = (320, 180)
) -> Path:
    """Two video tracks of one file, as dash cameras and action cameras write them."""
    with av.open(str(path), "w") as container:
        streams = []
        for _ in seeds:
            stream = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            stream.options = {"crf": "23", "preset": "ultrafast"}
            streams.append(stream)
        for index in range(round(25 * seconds)):
            for stream, seed in zip(streams, seeds, strict=True):
                frame = av.VideoFrame.from_ndarray(scene(seed, index / 25, size), format="rgb24")
                frame.pts, frame.time_base = index, Fraction(1, 25)
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode())
    return path


def with_unknown_coding(video: Path, path: Path, name: bytes = b"apac", track: int = 0) -> Path:
    """The video with the sample entry of one track named as nobody knows it."""
    data = bytearray(video.read_bytes())
    at = -1
    for _ in range(track + 1):
        at = data.index(b"stsd", at + 1)
    data[at + 16 : at + 20] = name
    path.write_bytes(data.replace(b"esds", b"xsds"))  # which would name AAC all the same
    return path


def make_motion_photo(
    path: Path,
    kind: MotionPhoto,
    seed: int = 1,
    seconds: float = 1.0,
    video_seed: int | None = None,
) -> Path:
    """A photo with a short video in its file, as phones write it."""
    video = make_video(
        path.with_suffix(".mp4"), seed if video_seed is None else video_seed, seconds
    )
    film = video.read_bytes()
    video.unlink()
    make_still(path, "heic" if kind == "heic" else "jpeg", seed, size=(320, 180))
    photo = path.read_bytes()
    if kind == "google_jpeg":
        path.write_bytes(photo + film)
    elif kind == "samsung_jpeg":
        path.write_bytes(photo + SAMSUNG_MARK + film + b"SEFH" + bytes(20) + b"SEFT")
    else:
        path.write_bytes(photo + (8 + len(film)).to_bytes(4, "big") + b"mpvd" + film)
    return path


def make_pages(path: Path, seeds: tuple[int, ...] = (1, 2, 3)) -> Path:
    """A TIFF of several pages."""
    first, *rest = (Image.fromarray(np.asarray(scene(seed, 0.0, (320, 180)))) for seed in seeds)
    first.save(path, save_all=True, append_images=rest)
    return path


def make_covered_sound(path: Path, coder: str, seed: int = 1, size: Size = (320, 240)) -> Path:
    """A second of sound with an attached picture, as music and podcasts have it."""
    muxer = "mp4" if path.suffix == ".m4a" else path.suffix[1:]
    with av.open(str(path), "w", format=muxer) as container:
        audio = container.add_stream(coder, rate=44_100, layout="stereo")
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = *size, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(scene(seed, 0.0, size), format="rgb24")
        frame = frame.reformat(format="yuvj420p")
        frame.pts, frame.time_base = 0, Fraction(1)
        container.mux([*cover.encode(frame), *cover.encode()])
        tone = np.sin(np.arange(44_100) / 20, dtype=np.float32)[np.newaxis].repeat(2, axis=0)
        sound = av.AudioFrame.from_ndarray(tone, format="fltp", layout="stereo")
        sound.sample_rate, sound.pts = 44_100, 0
        resampler = av.AudioResampler(
            audio.codec_context.format, "stereo", 44_100, audio.codec_context.frame_size or 1152
        )
        for piece in (*resampler.resample(sound), *resampler.resample(None)):
            container.mux(audio.encode(piece))
        container.mux(audio.encode())
    return path
