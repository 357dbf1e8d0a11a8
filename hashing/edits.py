"""A placed match -> what became of its sound, and every measured difference from the known clip.

Each family has a module of its own; this one asks them in turn. Differences are from this known
copy: the library's clip may be the changed one.
"""

from hashing.edits_audio import audio_edits
from hashing.edits_colour import colour_edits
from hashing.edits_content import content_of
from hashing.edits_frame import frame_edits
from hashing.edits_geometry import geometry_edits
from hashing.edits_overlay import overlays_of
from hashing.edits_quality import quality_edits
from hashing.edits_time import time_edits
from hashing.patch_kind import findings
from hashing.placing import Placement
from hashing.reel import Reel
from hashing.types import AudioFinding, Edit, Segment


def explain(
    query: Reel,
    reference: Reel,
    placement: Placement,
    segments: tuple[Segment, ...],
    sound: AudioFinding,
) -> tuple[Edit, ...]:
    """All edits of one match, the surest first within each family."""
    found = findings(query, reference, placement)
    edits = [
        *geometry_edits(query, reference, placement, segments),
        *frame_edits(query, reference, placement, segments),
        *colour_edits(query, reference, placement, segments),
        *overlays_of(found, query, reference, placement),
        *content_of(found),
        *quality_edits(query, reference, placement, segments),
        *time_edits(query, reference, placement, segments),
        *audio_edits(sound, segments),
    ]
    return tuple(edits)
