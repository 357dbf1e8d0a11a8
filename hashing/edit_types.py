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
    def name_id(self) -> str:
        """The message that names the type by itself: "Crop"."""
        return f"edit-name-{TABLE[self].message}"

    @property
    def phrase_id(self) -> str:
        """The message that says it of an item: "cropped"."""
        return f"edit-phrase-{TABLE[self].message}"


@dataclass(frozen=True, slots=True)
class EditTypeRow:
    """family; message: the end of the type's ids in the catalogue; headline_rank: 0 comes first."""

    family: Family
    message: str
    headline_rank: int = 1


# in the order of the report's reference; rank 0 is what a reader must hear before all else
TABLE: Final[dict[EditType, EditTypeRow]] = {
    EditType.CROP: EditTypeRow(Family.GEOMETRY, "crop"),
    EditType.MIRROR: EditTypeRow(Family.GEOMETRY, "mirror"),
    EditType.ROTATE: EditTypeRow(Family.GEOMETRY, "rotate"),
    EditType.STRETCH: EditTypeRow(Family.GEOMETRY, "stretch"),
    EditType.ZOOM_PAN: EditTypeRow(Family.GEOMETRY, "zoom-pan"),
    EditType.LETTERBOX: EditTypeRow(Family.FRAME, "letterbox"),
    EditType.PILLARBOX: EditTypeRow(Family.FRAME, "pillarbox"),
    EditType.BLURRED_BACKGROUND: EditTypeRow(Family.FRAME, "blurred-background"),
    EditType.SCREEN_RECORDING: EditTypeRow(Family.FRAME, "screen-recording"),
    EditType.SPLIT_SCREEN: EditTypeRow(Family.FRAME, "split-screen", 0),
    EditType.INSET: EditTypeRow(Family.FRAME, "inset", 0),
    EditType.TEXT: EditTypeRow(Family.OVERLAY, "text"),
    EditType.LOGO: EditTypeRow(Family.OVERLAY, "logo"),
    EditType.STICKER: EditTypeRow(Family.OVERLAY, "sticker"),
    EditType.CENSOR: EditTypeRow(Family.OVERLAY, "censor"),
    EditType.OVERLAY: EditTypeRow(Family.OVERLAY, "overlay"),
    EditType.INSET_OVER: EditTypeRow(Family.OVERLAY, "inset-over"),
    EditType.GRAYSCALE: EditTypeRow(Family.COLOUR, "grayscale"),
    EditType.COLOUR_SHIFT: EditTypeRow(Family.COLOUR, "colour-shift"),
    EditType.BRIGHTNESS: EditTypeRow(Family.COLOUR, "brightness"),
    EditType.RECOMPRESSED: EditTypeRow(Family.QUALITY, "recompressed"),
    EditType.DOWNSCALED: EditTypeRow(Family.QUALITY, "downscaled"),
    EditType.BLURRED: EditTypeRow(Family.QUALITY, "blurred"),
    EditType.NOISE: EditTypeRow(Family.QUALITY, "noise"),
    EditType.SPEED: EditTypeRow(Family.TIME, "speed"),
    EditType.FRAME_RATE: EditTypeRow(Family.TIME, "frame-rate"),
    EditType.REORDERED: EditTypeRow(Family.TIME, "reordered", 0),
    EditType.FROZEN: EditTypeRow(Family.TIME, "frozen"),
    EditType.FRAMES_DROPPED: EditTypeRow(Family.TIME, "frames-dropped"),
    EditType.REVERSED: EditTypeRow(Family.TIME, "reversed"),
    EditType.TAMPER_REMOVED: EditTypeRow(Family.CONTENT, "tamper-removed", 0),
    EditType.TAMPER_ADDED: EditTypeRow(Family.CONTENT, "tamper-added", 0),
    EditType.TAMPER: EditTypeRow(Family.CONTENT, "tamper", 0),
    EditType.AUDIO_REPLACED: EditTypeRow(Family.AUDIO, "audio-replaced"),
    EditType.AUDIO_MUTED: EditTypeRow(Family.AUDIO, "audio-muted"),
    EditType.AUDIO_SHIFTED: EditTypeRow(Family.AUDIO, "audio-shifted"),
    EditType.AUDIO_ADDED: EditTypeRow(Family.AUDIO, "audio-added"),
    EditType.TRIM: EditTypeRow(Family.TRIM, "trim"),
}

LAID_OVER: Final = frozenset(one for one, row in TABLE.items() if row.family is Family.OVERLAY)
# the item shows another picture beside or around the known one
BESIDE_OTHER_FOOTAGE: Final = frozenset({EditType.INSET, EditType.SPLIT_SCREEN})
# what fills the frame around the known picture is no other picture, however large it is
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
    one for one, row in TABLE.items() if row.family in (Family.QUALITY, Family.TRIM)
)
