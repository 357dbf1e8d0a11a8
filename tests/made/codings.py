"""Short videos in any coding that PyAV's FFmpeg writes."""

from pathlib import Path

import av

from tests.made.scenes import Size, scene


def make_coded(
    path: Path, codec: str, pixel_format: str = "yuv420p", frames: int = 4, size: Size = (176, 144)
) -> Path:
    """`frames` frames of scene 1 at 25 fps, in the container that the path names."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(scene(1, index / 25, size), format="rgb24")
            frame = frame.reformat(format=pixel_format)
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
