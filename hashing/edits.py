"""A placed match -> what became of its sound, and every measured difference from the known clip.

Each family has a module of its own; this one asks them in turn. Differences are from this known
copy: the library's clip may be the changed one.
"""

from hashing.censored import censored, mostly_in, without_hidden, without_written
from hashing.edits_audio import audio_edits
from hashing.edits_colour import colour_edits
from hashing.edits_content import content_of
from hashing.edits_frame import frame_edits
from hashing.edits_geometry import geometry_edits
from hashing.edits_overlay import censors_of, overlays_of
from hashing.edits_quality import quality_edits
from hashing.edits_time import time_edits
from hashing.patch_kind import Finding, findings
from hashing.placing import Placement
from hashing.reel import Reel
from hashing.types import AudioFinding, Edit, Segment

BESIDE = ("split_screen", "inset")


def explain(
    query: Reel,
    reference: Reel,
    placement: Placement,
    segments: tuple[Segment, ...],
    sound: AudioFinding,
) -> tuple[Edit, ...]:
    """All edits of one match, the surest first within each family."""
    found = findings(query, reference, placement)
    hidden = without_written(censored(query, reference, placement), found)
    found = without_hidden(found, hidden)
    framing = frame_edits(query, reference, placement, segments)
    found = within_frame(found, framing)
    edits = [
        *geometry_edits(query, reference, placement, segments),
        *framing,
        *colour_edits(query, reference, placement, segments),
        *overlays_of(found, query, reference, placement),
        *censors_of(hidden, found),
        *content_of(found),
        *quality_edits(query, reference, placement, segments),
        *time_edits(query, reference, placement, segments),
        *audio_edits(sound, segments),
    ]
    return tuple(edits)


def within_frame(found: list[Finding], framing: list[Edit]) -> list[Finding]:
    """The findings on the known picture itself: beside it another picture differs anyhow."""
    boxes = [one.box for one in framing if one.type in BESIDE and one.box is not None]
    return [one for one in found if all(mostly_in(one.patch.box, box) for box in boxes)]
