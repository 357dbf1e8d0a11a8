"""Files of one's own making for the metadata benchmark: each tag in each place that has one.

ffmpeg codes one frame or one second of a clip into each container, exiftool writes the tags.
"""

import subprocess
from pathlib import Path

STILLS = ("jpg", "png", "webp", "tif", "gif", "jp2", "jxl", "avif")
VIDEOS = {
    "mp4": "libx264", "mov": "libx264", "m4v": "libx264", "3gp": "libx264", "mkv": "libx264",
    "webm": "libvpx", "avi": "libx264", "flv": "libx264", "wmv": "wmv2", "mpg": "mpeg2video",
    "ts": "libx264", "ogv": "libtheora",
}  # fmt: skip
DATE, ZONED = "2019:06:12 14:03:00", "2019:06:12 14:03:00+08:00"
TAGS: dict[str, tuple[str, ...]] = {
    "exif": (
        "-EXIF:Make=Canon", "-EXIF:Model=EOS 5D", f"-EXIF:DateTimeOriginal={DATE}",
        f"-EXIF:CreateDate={DATE}", "-GPSLatitude=22.5", "-GPSLatitudeRef=S",
        "-GPSLongitude=114.2", "-GPSLongitudeRef=W", "-EXIF:Orientation#=6",
    ),
    "xmp": (
        "-XMP-tiff:Make=Nikon", "-XMP-tiff:Model=D90", f"-XMP-exif:DateTimeOriginal={DATE}",
        f"-XMP:CreateDate={DATE}", "-XMP-exif:GPSLatitude=-22.5", "-XMP-exif:GPSLongitude=114.2",
        "-XMP-tiff:Orientation#=8",
    ),
    "iptc": ("-IPTC:DateCreated=2019:06:12", "-IPTC:TimeCreated=14:03:00+08:00"),
    "keys": (
        "-Keys:Make=Apple", "-Keys:Model=iPhone 12", f"-Keys:CreationDate={ZONED}",
        "-Keys:GPSCoordinates=48.1, -11.5, 500",
    ),
    "items": (f"-ItemList:ContentCreateDate={ZONED}", "-ItemList:GPSCoordinates=48.1, -11.5, 500"),
    "user-data": (
        "-UserData:Make=Samsung", "-UserData:Model=GT-1", f"-UserData:DateTimeOriginal={ZONED}",
        "-UserData:GPSCoordinates=-48.1, 11.5",
    ),
    "location": (
        f"-UserData:ContentCreateDate={ZONED}",
        "-UserData:LocationInformation=x Role=shooting Lat=12.5 Lon=-3.25 Alt=1.0 Body=earth",
    ),
    "header": (f"-QuickTime:CreateDate={DATE}", "-Rotation=90"),
}  # fmt: skip
STILL_TAGS = ("exif", "xmp", "iptc")
VIDEO_TAGS = ("keys", "items", "user-data", "location", "header")
SMALL = ("-vf", "scale=320:-2")
WRITTEN = ("mp4", "mov", "m4v", "3gp")  # the containers of video that exiftool writes into


def make_files(clip: Path, folder: Path) -> list[Path]:
    """Every file that the two tools would write; what a format has no place for is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    bases = [folder / f"plain.{ending}" for ending in (*STILLS, *VIDEOS)]
    for base in bases:
        codec = VIDEOS.get(base.suffix[1:])
        shape = ("-t", "1", "-an", "-c:v", codec) if codec else ("-frames:v", "1", "-update", "1")
        _run("ffmpeg", "-v", "error", "-y", "-i", str(clip), *SMALL, *shape, str(base))
    for base in filter(Path.exists, bases):
        if base.suffix[1:] in VIDEOS and base.suffix[1:] not in WRITTEN:
            continue
        wanted = ("xmp", *VIDEO_TAGS) if base.suffix[1:] in VIDEOS else STILL_TAGS
        for name in wanted:
            tags = TAGS[name]
            made = folder / f"{name}{base.suffix}"
            made.unlink(missing_ok=True)
            _run("exiftool", "-q", "-q", "-m", "-o", str(made), *tags, str(base))
    return sorted(path for path in folder.iterdir() if path.is_file())


def _run(*command: str) -> None:
    """Run a tool that may refuse."""
    subprocess.run(command, capture_output=True, check=False, timeout=60)
