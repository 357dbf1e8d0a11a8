"""Several references in one query: where to search for others, and what they explain.

Footage over a match or beside it may be in the library as well. Once it is matched, what it shows
is no content change of the first match.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hashing.edit_types import BESIDE_OTHER_FOOTAGE, EditType, Family
from hashing.imaging.boxes import mostly_in
from hashing.types import Box, Edit, Match

__all__ = [
    "other_footage_boxes",
    "remove_mutual_changes",
]

MIN_SIDE_SHARE = (
    0.2  # of the frame's side, that other footage beside a match must have; set by hand
)


def other_footage_boxes(edits: Iterable[Edit]) -> list[Box]:
    """Boxes, 0..1, in which the query shows other footage, by the edits of an accepted match."""
    out: list[Box] = []
    for edit in edits:
        if edit.box is None:
            continue
        x0, y0, x1, y1 = edit.box
        if edit.type is EditType.INSET_OVER:
            out.append(edit.box)
        elif edit.type is EditType.SPLIT_SCREEN:
            strips = (
                (0.0, 0.0, x0, 1.0),
                (x1, 0.0, 1.0, 1.0),
                (0.0, 0.0, 1.0, y0),
                (0.0, y1, 1.0, 1.0),
            )
            out += [
                box for box in strips if min(box[2] - box[0], box[3] - box[1]) >= MIN_SIDE_SHARE
            ]
    return out


def remove_mutual_changes(matches: Mapping[str, Match]) -> dict[str, Match]:
    """The matches, by clip, without content changes where another accepted clip is shown."""
    shown = {
        clip: [
            edit.box
            for edit in match.edits
            if edit.type in BESIDE_OTHER_FOOTAGE and edit.box is not None
        ]
        for clip, match in matches.items()
        if match.accepted
    }
    out = {}
    for clip, match in matches.items():
        others = [box for other, boxes in shown.items() if other != clip for box in boxes]
        edits = tuple(edit for edit in match.edits if not _is_explained_by(edit, others))
        out[clip] = replace(match, edits=edits) if len(edits) < len(match.edits) else match
    return out


def _is_explained_by(edit: Edit, others: list[Box]) -> bool:
    if edit.type.family is not Family.CONTENT or edit.box is None:
        return False
    return any(mostly_in(edit.box, other) for other in others)
