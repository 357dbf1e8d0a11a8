"""Every container and coding that PyAV's FFmpeg writes: does the check match what is in it?

    python -m benchmarks written CLIP --work FOLDER

Frames of a real clip are written once in each coding and container, and with everything that
players honour (rotation, odd sizes, one frame, variable rate, edit lists, ten bits, alpha), below
FOLDER. Each is checked in process against a library of that clip and of nothing else. Needs no
ffmpeg. A file that PyAV itself reads nothing of is counted apart. Written to
benchmarks/results/written.json.
"""

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from app.library.library import Library
from app.pipeline.add_clip import add_clip
from app.settings import Settings
from app.verify import start_check
from benchmarks.files_made import NO_FILE
from benchmarks.record import write
from hashing.errors import FirstseenError
from tests.made.videos import write_video

type Pixels = NDArray[np.uint8]
type Size = tuple[int, int]

START_S = 2.0  # of the clip
FRAMES = 36
RATE = 24
SIZES: tuple[Size, ...] = ((320, 180), (352, 288), (720, 576), (176, 144))
# muxers of texts, of hashes, of another program's pipes, or of single pictures
NO_VIDEO = (*NO_FILE, "framecrc", "image2", "image2pipe", "mkvtimestamp_v2", "whip", "data")
HARDWARE = re.compile(r"nvenc|qsv|vaapi|v4l2m2m|omx|amf|vulkan|^vnull$|^wrapped_avframe$")
ROOMY = ("avi", "matroska", "mov", "nut")  # containers that take nearly every coding
COMMON = (
    "libx264", "libx265", "libsvtav1", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "rawvideo",
    "libvpx", "libvpx-vp9", "flv", "wmv2", "h263", "gif", "apng", "libwebp_anim", "dvvideo",
    "ffv1", "prores", "dnxhd", "v210", "jpeg2000", "theora", "snow", "dirac", "vc2",
)  # fmt: skip
FAST = {"libx264": {"preset": "ultrafast"}, "libx265": {"preset": "ultrafast"},
        "libsvtav1": {"preset": "12"}, "libvpx": {"deadline": "realtime"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"}}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the check of one file gave. readable: frames that PyAV reads back."""

    name: str
    readable: int
    verdict: bool
    matched: bool
    edits: tuple[str, ...]
    problems: tuple[str, ...]


def read_frames(clip: Path, size: Size) -> list[Pixels]:
    """FRAMES frames of the clip from START_S on, (height, width, 3) RGB."""
    frames: list[Pixels] = []
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= START_S:
                scaled = frame.reformat(width=size[0], height=size[1], format="rgb24")
                frames.append(scaled.to_ndarray().astype(np.uint8, copy=False))
            if len(frames) == FRAMES:
                break
    return frames


def write_coding(path: Path, muxer: str, coder: str, frames: dict[Size, list[Pixels]]) -> bool:
    """Write the frames at the first size that the coder takes. False where it takes none."""
    for size in SIZES:
        try:
            with av.open(str(path), "w", format=muxer) as container:
                stream = container.add_stream(coder, rate=RATE, options=dict(FAST.get(coder, {})))
                codec = av.Codec(coder, "w")
                names = [one.name for one in codec.video_formats or ()]
                stream.pix_fmt = (
                    "yuv420p" if not names or "yuv420p" in names
                    else next((n for n in names if "mono" not in n), names[0])
                )  # fmt: skip
                stream.width, stream.height = size
                stream.bit_rate = 4_000_000
                for index, pixels in enumerate(frames[size]):
                    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                    frame = frame.reformat(format=stream.pix_fmt)
                    frame.pts, frame.time_base = index, Fraction(1, RATE)
                    container.mux(stream.encode(frame))
                container.mux(stream.encode())
        except (av.error.FFmpegError, ValueError, OSError, TypeError, LookupError):
            path.unlink(missing_ok=True)
            continue
        if path.exists() and path.stat().st_size > 1000:
            return True
    path.unlink(missing_ok=True)
    return False


def codings() -> Iterator[tuple[str, str, str]]:
    """(muxer, coder, suffix) of all that may be written."""
    coders = []
    for name in sorted(av.codecs_available):
        try:
            if av.Codec(name, "w").type == "video" and not HARDWARE.search(name):
                coders.append(name)
        except (av.codec.codec.UnknownCodecError, ValueError):
            continue
    for name in sorted(av.formats_available):
        try:
            format = av.ContainerFormat(name, "w")
        except ValueError:
            continue
        if not format.is_output or name in NO_VIDEO:
            continue
        suffix = min(format.extensions, key=lambda one: (one != name, one), default=name).strip()
        for coder in coders:
            if name in ROOMY or coder in COMMON:
                yield name, coder, suffix


def write_odd(folder: Path, frames: list[Pixels]) -> None:
    """Files with what players honour beside the coding itself."""
    shots = [(index / RATE, pixels) for index, pixels in enumerate(frames)]
    uneven = [(index / RATE + (index % 3) / 100, pixels) for index, pixels in enumerate(frames)]
    for turn in (90, 180, 270):
        turned = [
            (time, np.ascontiguousarray(np.rot90(pixels, turn // 90))) for time, pixels in shots
        ]
        _write(folder / f"odd-rotated-{turn}.mp4", turned, RATE, rotation_deg=turn)
    odd = [(time, np.ascontiguousarray(pixels[:177, :315])) for time, pixels in shots]
    _write(folder / "odd-size.mkv", odd, RATE, codec="ffv1", pixel_format="bgr0")
    _write(folder / "odd-one-frame.mp4", shots[:1], RATE)
    _write(folder / "odd-one-frame.mkv", shots[:1], RATE)
    _write(folder / "odd-one-frame.gif", shots[:1], RATE, codec="gif", pixel_format="rgb8")
    _write(folder / "odd-variable.mkv", uneven, RATE)
    _write(folder / "odd-variable.mp4", uneven, RATE)
    _write(folder / "odd-edit-list.mp4", shots, RATE, hidden_s=0.25)
    _write(folder / "odd-late.mov", shots, RATE, start_s=3.0)
    _write(folder / "odd-b-frames.mp4", shots, RATE, b_frames=3)
    _write(folder / "odd-anamorphic.mp4", shots, RATE, sample_aspect=Fraction(64, 45))
    for pixels in ("yuv420p10le", "yuv422p", "yuv422p10le", "yuv444p"):
        _write(folder / f"odd-{pixels}.mp4", shots, RATE, pixel_format=pixels)
    for coder, pixels, suffix in (
        ("ffv1", "yuva420p", "mkv"), ("libvpx-vp9", "yuva420p", "webm"), ("qtrle", "argb", "mov"),
        ("prores_ks", "yuva444p10le", "mov"), ("png", "rgba", "mov"), ("ffv1", "gray", "mkv"),
        ("ffv1", "gray16le", "mkv"), ("utvideo", "gbrap", "avi"),
    ):  # fmt: skip
        path = folder / f"odd-{coder}-{pixels}.{suffix}"
        _write(path, shots, RATE, codec=coder, pixel_format=pixels)


def _write(path: Path, shots: list[tuple[float, Pixels]], rate: int, **options: Any) -> None:
    """As `write_video`; nothing where FFmpeg refuses."""
    try:
        write_video(path, shots, rate, **options)
    except (av.error.FFmpegError, ValueError, OSError):
        path.unlink(missing_ok=True)


def make_corpus(clip: Path, folder: Path) -> list[Path]:
    """Every file, below `folder`; a folder that has some is taken as it is."""
    if not folder.exists():
        folder.mkdir(parents=True)
        frames = {size: read_frames(clip, size) for size in SIZES}
        for muxer, coder, suffix in codings():
            write_coding(folder / f"{muxer}-{coder}.{suffix}", muxer, coder, frames)
        write_odd(folder, frames[SIZES[0]])
    return sorted(path for path in folder.iterdir() if path.is_file())


def count_readable(path: Path) -> int:
    """Frames that PyAV itself reads of the file."""
    try:
        with av.open(str(path)) as container:
            return sum(1 for _ in container.decode(video=0))
    except (av.error.FFmpegError, IndexError, ValueError):
        return 0


def check(path: Path, library: Library, settings: Settings) -> Outcome:
    """One file through a whole check."""
    readable = count_readable(path)
    try:
        with start_check(path, None, library, settings) as judged:
            report = judged.report
    except FirstseenError as error:
        return Outcome(path.name, readable, False, False, (), (str(error),))
    matched = report.verdict is not None and report.verdict.relation not in ("none", "undecided")
    edits = tuple(sorted({edit.type for match in report.matches for edit in match.edits}))
    problems = tuple(map(str, report.problems))
    return Outcome(path.name, readable, report.verdict is not None, matched, edits, problems)


def figures(outcomes: list[Outcome]) -> dict[str, Any]:
    readable = [one for one in outcomes if one.readable]
    return {
        "files": len(outcomes),
        "readable": len(readable),
        "verdicts": sum(one.verdict for one in readable),
        "matched": sum(one.matched for one in readable),
        "verdicts_beyond": sum(one.verdict and not one.readable for one in outcomes),
        "refused": [[one.name, *one.problems] for one in readable if not one.verdict],
        "unmatched": [one.name for one in readable if one.verdict and not one.matched],
        "edits": dict(Counter(edit for one in readable for edit in one.edits)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="where the files are made")
    options = parser.parse_args()
    outcomes = []
    paths = make_corpus(options.clip, options.work)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder) / "library")
        with Library.open(settings.library, create=True) as library:
            add_clip(options.clip, library, settings)
            for path in paths:
                outcomes.append(check(path, library, settings))
                print(json.dumps(asdict(outcomes[-1])), flush=True)
    result = figures(outcomes)
    path = write("written", "python -m benchmarks written CLIP --work FOLDER", result)
    print({name: value for name, value in result.items() if isinstance(value, int)}, path)


if __name__ == "__main__":
    main()
