"""Set right what is damaged in a library, from what is sound in it."""

from typing import Literal

from app.library.errors import ClipDamaged
from app.library.library import Library
from app.library.records import DamagedClip, DamagedPart
from app.pipeline.failed_comparison import COMPARISON_ERRORS
from app.pipeline.open_sandbox import open_sandbox
from app.settings import Settings
from hashing.types import Fingerprint

# renewed: what follows from the rest was made anew. described: anew, from the preview frames.
type Repair = Literal["renewed", "described", "set_aside"]

DERIVED: frozenset[DamagedPart] = frozenset({"sound", "thumbnail"})
BY_DESCRIBING: frozenset[DamagedPart] = DERIVED | {"vectors"}


def repair_clip(clip: DamagedClip, library: Library, settings: Settings) -> Repair:
    """Set a damaged clip right where enough of it is sound, else aside.

    Adding the file of one that was set aside describes it anew.
    """
    if DERIVED.issuperset(clip.parts):
        library.renew_derived(clip.id, clip.parts)
        library.verify(clip.id)
        return "renewed"
    described = _describe(clip, library, settings)
    if described is None:
        library.set_aside(clip.id, clip.parts)
        return "set_aside"
    library.replace_fingerprint(clip.id, described)
    library.renew_derived(clip.id, ("thumbnail",))
    return "described"


def _describe(clip: DamagedClip, library: Library, settings: Settings) -> Fingerprint | None:
    """The clip's fingerprint anew from its preview frames; None where that cannot be."""
    if not BY_DESCRIBING.issuperset(clip.parts):
        return None
    try:
        stored = library.load_without_vectors(clip.id)
        if stored.preview is None:
            return None
        with open_sandbox(None, settings) as sandbox:
            return sandbox.describe_again(stored)
    except (ClipDamaged, *COMPARISON_ERRORS):
        return None
