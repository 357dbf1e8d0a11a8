"""Several known clips in one item: where to look for others, and what they explain of each other.

A picture that lies over known footage or stands beside it may be known as well. Once it is found,
what it shows is no change of the first one's scene.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hashing.imaging.boxes import mostly_in
from hashing.types import Box, Edit, Match

NARROWEST = 0.2  # of the frame's side, for a picture beside a known one
BESIDE = ("inset", "split_screen")


def other_pictures(edits: Iterable[Edit]) -> list[Box]:
    """Where, by the differences of an accepted match, the item shows another picture as well."""
    out: list[Box] = []
    for edit in edits:
        if edit.box is None:
            continue
        x0, y0, x1, y1 = edit.box
        if edit.type == "inset_over":
            out.append(edit.box)
        elif edit.type == "split_screen":
            rest = (
                (0.0, 0.0, x0, 1.0),
                (x1, 0.0, 1.0, 1.0),
                (0.0, 0.0, 1.0, y0),
                (0.0, y1, 1.0, 1.0),
            )
            out += [one for one in rest if min(one[2] - one[0], one[3] - one[1]) >= NARROWEST]
    return out


def without_each_other(found: Mapping[str, Match]) -> dict[str, Match]:
    """The matches, by clip, without changes of the scene where another clip was seen."""
    seen = {
        clip: [edit.box for edit in match.edits if edit.type in BESIDE and edit.box is not None]
        for clip, match in found.items()
        if match.accepted
    }
    out = {}
    for clip, match in found.items():
        others = [box for other, boxes in seen.items() if other != clip for box in boxes]
        edits = tuple(edit for edit in match.edits if not _shows(edit, others))
        out[clip] = replace(match, edits=edits) if len(edits) < len(match.edits) else match
    return out


def _shows(edit: Edit, others: list[Box]) -> bool:
    if not edit.type.startswith("tamper") or edit.box is None:
        return False
    return any(mostly_in(edit.box, other) for other in others)
