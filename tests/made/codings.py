"""Short videos in any coding that PyAV's FFmpeg writes."""

from pathlib import Path

import av

from tests.made.scenes import Size, scene


def make_coded(
    path: Path,
    codec: str,
    pixel_format: str = "yuv420p",
    frames: int = 4,
    size: Size = (176, 144),
    fps: int = 25,
) -> Path:
    """`frames` frames of scene 1 at `fps`, in the container that the path names."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        stream.bit_rate = 100_000 * fps  # of which VC-2 needs much
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(scene(1, index / fps, size), format="rgb24")
            frame = frame.reformat(format=pixel_format)
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
