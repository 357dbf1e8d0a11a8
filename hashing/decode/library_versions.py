"""Which FFmpeg reads the files."""

import av


def ffmpeg_versions() -> dict[str, str]:
    """The versions of FFmpeg's libraries by name: {"libavcodec": "63.1.102", ...}."""
    return {
        name: ".".join(str(part) for part in version)
        for name, version in sorted(av.library_versions.items())
    }
