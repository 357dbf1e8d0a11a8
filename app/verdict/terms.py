"""The closed vocabularies of a verdict. The values are the report's.

What became of the sound is `hashing.types.AudioState`, the types of edits `hashing.edit_types`.
"""

from typing import Literal

# what the item is to a clip, or to all of them; the first that applies, in the reference's order
type Relation = Literal[
    "exact", "copy", "excerpt", "longer", "edited", "composite", "undecided", "none"
]
type Undecided = Literal["weak_match", "same_scene_other_recording", "too_little", "conflicting"]
type DateFinding = Literal[
    "contradicted", "partly_contradicted", "not_contradicted", "not_checkable"
]
