"""The edit types of the report: one closed list, with what is known of each type.

Nothing compares an edit type with a bare string, and no other list of them is kept: what groups
them (`Family`), in which order a reader hears them and how the catalogue names them is here.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Family(StrEnum):
    """What kind of change an edit is."""

    GEOMETRY = "geometry"
    FRAME = "frame"
    OVERLAY = "overlay"
    COLOUR = "colour"
    QUALITY = "quality"
    TIME = "time"
    CONTENT = "content"
    AUDIO = "audio"
    TRIM = "trim"  # starts later or ends earlier than the known clip: no change of what is shown


class EditType(StrEnum):
    """One kind of difference from the known clip. The values are the report's."""

    CROP = "crop"
    MIRROR = "mirror"
    ROTATE = "rotate"
    STRETCH = "stretch"
    ZOOM_PAN = "zoom_pan"
    LETTERBOX = "letterbox"
    PILLARBOX = "pillarbox"
    BLURRED_BACKGROUND = "blurred_background"
    SCREEN_RECORDING = "screen_recording"
    SPLIT_SCREEN = "split_screen"
    INSET = "inset"
    TEXT = "text"
    LOGO = "logo"
    STICKER = "sticker"
    CENSOR = "censor"
    OVERLAY = "overlay"
    INSET_OVER = "inset_over"
    GRAYSCALE = "grayscale"
    COLOUR_SHIFT = "colour_shift"
    BRIGHTNESS = "brightness"
    RECOMPRESSED = "recompressed"
    DOWNSCALED = "downscaled"
    BLURRED = "blurred"
    NOISE = "noise"
    SPEED = "speed"
    FRAME_RATE = "frame_rate"
    REORDERED = "reordered"
    FROZEN = "frozen"
    FRAMES_DROPPED = "frames_dropped"
    REVERSED = "reversed"
    TAMPER_REMOVED = "tamper_removed"
    TAMPER_ADDED = "tamper_added"
    TAMPER = "tamper"
    AUDIO_REPLACED = "audio_replaced"
    AUDIO_MUTED = "audio_muted"
    AUDIO_SHIFTED = "audio_shifted"
    AUDIO_ADDED = "audio_added"
    TRIM = "trim"

    @property
    def family(self) -> Family:
        return TABLE[self].family

    @property
    def headline_rank(self) -> int:
        """Lower is said earlier; equal ones in the order in which they were measured."""
        return TABLE[self].headline_rank

    @property
    def slug(self) -> str:
        """The type as it stands in ids of the catalogue."""
        return self.value.replace("_", "-")

    @property
    def name_id(self) -> str:
        """The message that names the type by itself: "Crop"."""
        return f"edit-name-{self.slug}"

    @property
    def phrase_id(self) -> str:
        """The message that says it of an item: "cropped"."""
        return f"edit-phrase-{self.slug}"


@dataclass(frozen=True, slots=True)
class EditTypeRow:
    """headline_rank: 0 is what a reader must hear before all else."""

    family: Family
    headline_rank: int = 1


# in the order of the report's reference
TABLE: Final[dict[EditType, EditTypeRow]] = {
    EditType.CROP: EditTypeRow(Family.GEOMETRY),
    EditType.MIRROR: EditTypeRow(Family.GEOMETRY),
    EditType.ROTATE: EditTypeRow(Family.GEOMETRY),
    EditType.STRETCH: EditTypeRow(Family.GEOMETRY),
    EditType.ZOOM_PAN: EditTypeRow(Family.GEOMETRY),
    EditType.LETTERBOX: EditTypeRow(Family.FRAME),
    EditType.PILLARBOX: EditTypeRow(Family.FRAME),
    EditType.BLURRED_BACKGROUND: EditTypeRow(Family.FRAME),
    EditType.SCREEN_RECORDING: EditTypeRow(Family.FRAME),
    EditType.SPLIT_SCREEN: EditTypeRow(Family.FRAME, 0),
    EditType.INSET: EditTypeRow(Family.FRAME, 0),
    EditType.TEXT: EditTypeRow(Family.OVERLAY),
    EditType.LOGO: EditTypeRow(Family.OVERLAY),
    EditType.STICKER: EditTypeRow(Family.OVERLAY),
    EditType.CENSOR: EditTypeRow(Family.OVERLAY),
    EditType.OVERLAY: EditTypeRow(Family.OVERLAY),
    EditType.INSET_OVER: EditTypeRow(Family.OVERLAY),
    EditType.GRAYSCALE: EditTypeRow(Family.COLOUR),
    EditType.COLOUR_SHIFT: EditTypeRow(Family.COLOUR),
    EditType.BRIGHTNESS: EditTypeRow(Family.COLOUR),
    EditType.RECOMPRESSED: EditTypeRow(Family.QUALITY),
    EditType.DOWNSCALED: EditTypeRow(Family.QUALITY),
    EditType.BLURRED: EditTypeRow(Family.QUALITY),
    EditType.NOISE: EditTypeRow(Family.QUALITY),
    EditType.SPEED: EditTypeRow(Family.TIME),
    EditType.FRAME_RATE: EditTypeRow(Family.TIME),
    EditType.REORDERED: EditTypeRow(Family.TIME, 0),
    EditType.FROZEN: EditTypeRow(Family.TIME),
    EditType.FRAMES_DROPPED: EditTypeRow(Family.TIME),
    EditType.REVERSED: EditTypeRow(Family.TIME),
    EditType.TAMPER_REMOVED: EditTypeRow(Family.CONTENT, 0),
    EditType.TAMPER_ADDED: EditTypeRow(Family.CONTENT, 0),
    EditType.TAMPER: EditTypeRow(Family.CONTENT, 0),
    EditType.AUDIO_REPLACED: EditTypeRow(Family.AUDIO),
    EditType.AUDIO_MUTED: EditTypeRow(Family.AUDIO),
    EditType.AUDIO_SHIFTED: EditTypeRow(Family.AUDIO),
    EditType.AUDIO_ADDED: EditTypeRow(Family.AUDIO),
    EditType.TRIM: EditTypeRow(Family.TRIM),
}

LAID_OVER: Final = frozenset(kind for kind, row in TABLE.items() if row.family is Family.OVERLAY)
# the item shows other footage beside or around the known footage
BESIDE_OTHER_FOOTAGE: Final = frozenset({EditType.INSET, EditType.SPLIT_SCREEN})
# what fills the frame around the known footage is no other footage, however large it is
FRAMED_BY_FILL: Final = frozenset(
    {
        EditType.LETTERBOX,
        EditType.PILLARBOX,
        EditType.BLURRED_BACKGROUND,
        EditType.SCREEN_RECORDING,
    }
)
# what any re-upload does: an item with these differences alone counts as a copy
NO_EDITING: Final = frozenset(
    kind for kind, row in TABLE.items() if row.family in (Family.QUALITY, Family.TRIM)
)
