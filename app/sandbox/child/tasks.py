"""The tasks that a decoding process can run: a fixed table.

A task is `task(session, **arguments) -> value`; `app.sandbox.client` has the parent's side of each.
"""

import codecs
import contextlib
import math
import pkgutil
import time
from encodings import aliases
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
import PIL.Image

from app.evidence import make_sheet, thumbnails
from app.evidence.evidence_sheet import EvidenceSheet, Redaction
from app.metadata.read import Metadata, read_metadata
from app.sandbox.child.answer_loop import Task
from app.sandbox.child_session import Session
from hashing import compare as comparing
from hashing.decode import find_parts as file_parts
from hashing.decode import probe as probing
from hashing.describe import fingerprint as describing
from hashing.describe import region_descriptors
from hashing.describe.frame_cache import FrameCache
from hashing.describe.perceptual_hashes import phash
from hashing.describe.sscd import INPUT_PX, load_describer
from hashing.errors import DecodeError
from hashing.faces import FaceModelError, load_detector
from hashing.message import Message
from hashing.types import (
    Box,
    Fingerprint,
    Limits,
    Match,
    MediaInfo,
    Part,
    PreviewFrames,
    RegionDescriptors,
    Sampling,
    Seconds,
)

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


def warm(model: Path | None) -> dict[str, Task]:
    """The table, with everything loaded that its tasks need, since they can open no file later.

    model: another model file than the one that comes with its package.
    """
    # a thread pool that starts here would have no threads in a fork; and one thread per process
    # takes a quarter less CPU time than two
    cv2.setNumThreads(1)
    grey = np.full((INPUT_PX, INPUT_PX, 3), 128, np.uint8)
    load_describer(model).describe(grey[np.newaxis])
    phash(grey)
    with contextlib.suppress(FaceModelError):  # evidence frames are then filled whole
        load_detector()
    _load_late_imports()
    return {
        "probe": probe,
        "metadata": metadata,
        "fingerprint": partial(fingerprint, model=model),
        "parts": parts,
        "fingerprint_part": partial(fingerprint_part, model=model),
        "use_stored": use_stored,
        "compare": compare,
        "describe_regions": partial(describe_regions, model=model),
        "describe_again": partial(describe_again, model=model),
        "descriptor_space": partial(descriptor_space, model=model),
        "evidence": evidence,
        "thumbnail": thumbnail,
    }


def probe(session: Session, limits: Limits | None = None) -> MediaInfo:
    """Facts about the file from the decoder."""
    session.info = probing.probe(_file(session), limits)
    return session.info


def metadata(
    session: Session, media_type: str | None = None, trust_anchors: str | None = None
) -> Metadata:
    """What the file says about itself, and its content credentials."""
    return read_metadata(_file(session), media_type, session.info, trust_anchors)


def fingerprint(
    session: Session,
    model: Path | None,
    sampling: Sampling = "default",
    limits: Limits | None = None,
) -> Fingerprint:
    """The file's fingerprint, which stays in the session as the item."""
    info = session.info or probe(session, limits)
    length_s = info.duration_s or math.inf

    def on_progress(seconds: float) -> None:
        session.report_progress("describe", seconds / length_s)

    session.fingerprint = describing.fingerprint(
        _file(session), info, sampling, limits, model, on_progress
    )
    return session.fingerprint


def parts(session: Session, limits: Limits | None = None) -> tuple[Part, ...]:
    """What the file shows beside its main part."""
    info = session.info or probe(session, limits)
    return file_parts.find_parts(_file(session), info, limits or Limits())


def fingerprint_part(
    session: Session, model: Path | None, part: Part, limits: Limits | None = None
) -> Fingerprint:
    """The fingerprint of a part of the file, which becomes the session's item."""
    limits = limits or Limits()
    info = file_parts.part_info(_file(session), part, limits)
    session.fingerprint = describing.fingerprint(
        _file(session), info, limits=limits, model=model, part=part
    )
    session.frames = None
    return session.fingerprint


def use_stored(session: Session, stored: Fingerprint) -> None:
    """Use a stored fingerprint as this session's item, whose file is gone."""
    session.fingerprint = stored
    session.frames = None


def compare(
    session: Session,
    reference: Fingerprint,
    query: Fingerprint | None = None,
    window: Box | None = None,
    timestamps: tuple[tuple[Seconds, Seconds], ...] = (),
) -> Match:
    """Compare the query, by default this session's item, with one reference."""
    return comparing.compare(query or _frames(session), reference, window, timestamps)


def describe_regions(
    session: Session, model: Path | None, boxes: tuple[Box, ...] = ()
) -> RegionDescriptors:
    """Descriptors of regions of the item's frames."""
    return region_descriptors.describe_regions(_frames(session), model, boxes)


def describe_again(session: Session, model: Path | None, stored: Fingerprint) -> Fingerprint:
    """Describe a stored clip from its preview frames with the present model."""
    return describing.describe_again(stored, model)


def descriptor_space(session: Session, model: Path | None) -> str:
    """The name of the loaded model's descriptor space."""
    return load_describer(model).space


def evidence(
    session: Session,
    reference: PreviewFrames,
    match: Match,
    query: PreviewFrames | None = None,
    *,
    unblurred: bool = False,
    strip: bool = False,
    redaction: Redaction | None = None,
) -> EvidenceSheet:
    """Frames that show one match; drawn here, since preview frames are a stranger's data too."""
    item_frames = query or _item(session).preview
    if item_frames is None:
        raise DecodeError(Message("error-item-without-frames"))
    return make_sheet.evidence(
        item_frames, reference, match, redaction=redaction, unblurred=unblurred, strip=strip
    )


def thumbnail(session: Session, preview: PreviewFrames) -> bytes:
    """One redacted JPEG frame of a clip."""
    return thumbnails.thumbnail(preview)


def _file(session: Session) -> BinaryIO:
    if session.file is None:
        raise ValueError("this process was given no file to read")
    return session.file


def _item(session: Session) -> Fingerprint:
    if session.fingerprint is None:
        raise ValueError("the file was not described before it was compared")
    return session.fingerprint


def _frames(session: Session) -> FrameCache:
    """The item's preview frames; their keypoints are detected once for all comparisons."""
    if session.frames is None:
        session.frames = FrameCache(_item(session))
    return session.frames


def _load_late_imports() -> None:
    """Load what libraries load at first use: text codecs, image formats, the time zone."""
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
