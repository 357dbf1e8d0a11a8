"""Media made at test time: seeded, small, and the same on every run.

    make_video(path, seed)        a moving textured scene with speech-like sound, H.264 in MP4
    write_video(path, shots)      the same from any (moment, picture) pairs
    scene(seed, t)                one picture of that scene
    sound(kind, seed, seconds)    samples of a tone, noise or something speech-like

`stills`, `animations`, `broken` and `pointers` make the odd files. Two seeds never show the same
scene; one seed shows the same scene at every size.
"""

from tests.made.scenes import Size, scene
from tests.made.sounds import SAMPLE_RATE, SoundKind, sound
from tests.made.videos import make_video, write_video

__all__ = [
    "SAMPLE_RATE",
    "Size",
    "SoundKind",
    "make_video",
    "scene",
    "sound",
    "write_video",
]
