"""The fixed table of what a decoding process can be asked to do.

A task is `task(file, state, **arguments) -> value`. The state lives as long as the process; the
item's MediaInfo and Fingerprint stay in it, so that they need not be sent back.
"""

import codecs
import contextlib
import math
import pkgutil
import time
from collections.abc import Callable
from encodings import aliases
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
import PIL.Image

from app.evidence import sheet as sheets
from app.evidence.types import EvidenceSheet
from app.metadata.read import Metadata, read_metadata
from hashing import compare as comparing
from hashing.decode import probe as probing
from hashing.describe import fingerprint as describing
from hashing.describe import regions as viewing
from hashing.describe.frame_cache import Reel
from hashing.describe.perceptual_hashes import phash
from hashing.describe.sscd import INPUT_PX, describer
from hashing.faces import FaceModelError, load_detector
from hashing.types import (
    Box,
    Fingerprint,
    Limits,
    Match,
    MediaInfo,
    Pictures,
    Sampling,
    Seconds,
    Views,
)

type State = dict[str, Any]

# modules that libraries load at first use
LATE_MODULES = ("numpy.fft", "unicodedata", "PIL.ImageFilter")

# packages whose modules import each other at first use
LATE = (
    "av",
    "av.audio",
    "av.codec",
    "av.container",
    "av.filter",
    "av.sidedata",
    "av.subtitles",
    "av.video",
)


def warm(model: Path | None) -> dict[str, Callable[..., Any]]:
    """The table, with everything loaded that its tasks will need: they can open no file.

    model: another model file than the one that comes with its package.
    """
    # a pool that starts here would be without its threads in every fork; and one thread a process
    # takes a quarter less CPU time than two
    cv2.setNumThreads(1)
    grey = np.full((INPUT_PX, INPUT_PX, 3), 128, np.uint8)
    describer(model).describe(grey[np.newaxis])
    phash(grey)
    with contextlib.suppress(FaceModelError):  # pictures are then filled whole
        load_detector()
    _load_late_imports()
    return {
        "probe": probe,
        "metadata": metadata,
        "fingerprint": partial(fingerprint, model=model),
        "recall": recall,
        "compare": compare,
        "views": partial(views, model=model),
        "describe": partial(describe, model=model),
        "space": partial(space, model=model),
        "evidence": evidence,
        "thumbnail": thumbnail,
    }


def probe(file: BinaryIO, state: State, limits: Limits | None = None) -> MediaInfo:
    """What the decoder says of the file."""
    info = probing.probe(file, limits)
    state["info"] = info
    return info


def metadata(
    file: BinaryIO, state: State, media_type: str | None = None, trust_anchors: str | None = None
) -> Metadata:
    """What the file says of itself."""
    return read_metadata(file, media_type, state.get("info"), trust_anchors)


def fingerprint(
    file: BinaryIO,
    state: State,
    model: Path | None,
    sampling: Sampling = "default",
    limits: Limits | None = None,
) -> Fingerprint:
    """All that matching needs to know of the file."""
    info = state["info"] if "info" in state else probe(file, state, limits)
    length_s = info.duration_s or math.inf

    def on_progress(seconds: float) -> None:
        state["progress"]("describe", seconds / length_s)

    made = describing.fingerprint(file, info, sampling, limits, model, on_progress)
    state["fingerprint"] = made
    return made


def recall(file: BinaryIO | None, state: State, stored: Fingerprint) -> None:
    """Take a stored fingerprint for this process's item: its file is gone."""
    state["fingerprint"] = stored
    state.pop("reel", None)


def compare(
    file: BinaryIO | None,
    state: State,
    reference: Fingerprint,
    query: Fingerprint | None = None,
    window: Box | None = None,
    moments: tuple[tuple[Seconds, Seconds], ...] = (),
) -> Match:
    """The query, by default this file, held against one reference."""
    held = query or _reel(state)
    return comparing.compare(held, reference, window, moments)


def views(
    file: BinaryIO | None, state: State, model: Path | None, boxes: tuple[Box, ...] = ()
) -> Views:
    """This file's picture looked at in parts."""
    return viewing.views(_reel(state), model, boxes)


def _reel(state: State) -> Reel:
    """This file's kept pictures; their keypoints are found once for all comparisons."""
    if "reel" not in state:
        state["reel"] = Reel(state["fingerprint"])
    reel: Reel = state["reel"]
    return reel


def describe(
    file: BinaryIO | None, state: State, model: Path | None, stored: Fingerprint
) -> Fingerprint:
    """A stored clip described anew from its kept pictures."""
    return describing.describe_again(stored, model)


def space(file: BinaryIO | None, state: State, model: Path | None) -> str:
    """The name of the descriptor space that the loaded model makes."""
    return describer(model).space


def evidence(
    file: BinaryIO | None,
    state: State,
    reference: Pictures,
    match: Match,
    query: Pictures | None = None,
    unblurred: bool = False,
    strip: bool = False,
) -> EvidenceSheet:
    """The pictures that show one match; kept pictures are a stranger's too."""
    held = query or state["fingerprint"].pictures
    return sheets.evidence(held, reference, match, unblurred, strip=strip)


def thumbnail(file: BinaryIO | None, state: State, kept: Pictures) -> bytes:
    """One redacted JPEG that stands for a clip."""
    return sheets.thumbnail(kept)


def _load_late_imports() -> None:
    """What libraries load at first use: codecs of text, formats of pictures, the time zone."""
    for name in sorted(set(aliases.aliases.values())):
        with contextlib.suppress(LookupError):  # codecs of other systems
            codecs.lookup(name)
    PIL.Image.init()
    for name in LATE_MODULES:
        import_module(name)
    for package in LATE:
        for module in pkgutil.iter_modules(import_module(package).__path__, f"{package}."):
            import_module(module.name)
    time.tzset()
