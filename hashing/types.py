"""The records. They check themselves on creation, so nothing downstream checks again.

Times are seconds from the first frame shown (after edit lists); a span is [start, end).
Frames are upright (display rotation applied, square pixels), RGB, 0..255.
Boxes and homographies use frame coordinates 0..1 from the top left.
`query` is the item in question, `reference` the library's clip, always in that order.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hashing.edit_types import EditType
from hashing.message import Message

type Seconds = float
type Box = tuple[float, float, float, float]  # x0, y0, x1, y1
type Homography = tuple[
    tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]
]
type Kind = Literal["video", "still"]
type Sampling = Literal["default", "quick"]  # how densely a video is described

VECTOR_SIZE = 512  # SSCD, Pizzi et al. 2022
# Known footage to other footage in a frame. Even splits measure 1.0 to 1.27 (cells are coarse), one
# of 62 to 38 % measures 1.6; set by hand between them.
MIN_MAIN_RATIO = 1.4
PDQ_BYTES = 32  # ThreatExchange, pdq/README.md


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of one clip's timeline: [start, end) in seconds.

    Raises ValueError where it does not run forward from zero.
    """

    start: Seconds
    end: Seconds

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:  # a still is [0, 0]
            raise ValueError(f"a span runs forward from zero, got [{self.start}, {self.end})")

    @property
    def length(self) -> Seconds:
        return self.end - self.start

    def overlap(self, other: "Span") -> Seconds:
        """Seconds that both cover; 0 where they do not meet."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What the decoder says of a file. Sizes are those of the upright frame."""

    kind: Kind
    width: int
    height: int
    duration_s: Seconds | None = None  # None for a still
    frame_rate: float | None = None  # frames per second, mean over what is shown
    container: str | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    rotation_deg: int = 0  # clockwise, what the container asked for and we applied
    coding_step: float | None = None  # grey levels, see `decode.quantisation`; None: unknown
    hdr: Literal["pq", "hlg"] | None = None  # the curve it is coded with; None: SDR
    dolby_vision: bool = False  # the file describes a Dolby Vision layer

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a picture has a size, got {self.width} x {self.height}")


@dataclass(frozen=True, slots=True)
class Part:
    """What a file shows beside its main track or picture, and where that is in the file.

    track: stream index of a further track. start, end: bytes of a file inside the file. page: of
    a file of several pictures, counted from 0. reason: why it cannot be checked; None where it
    can.
    """

    id: str
    kind: Kind
    label: Message
    duration_s: Seconds | None = None
    track: int | None = None
    start: int | None = None
    end: int | None = None
    page: int | None = None
    reason: Message | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Descriptors:
    """One row for each described frame, in the order of `times`.

    Near-identical neighbours share a row: a row stands for the time until the next one.
    """

    times: NDArray[np.float64]  # (N,) s, strictly increasing
    vectors: NDArray[np.float16]  # (N, 512) unit length
    pdq: NDArray[np.uint8]  # (N, 32) most significant bit first
    pdq_quality: NDArray[np.uint8]  # (N,) 0..100
    phash: NDArray[np.uint8]  # (N, 8) imagehash.phash, most significant bit first
    flat: NDArray[np.bool_]  # (N,) black, fade or featureless: never allowed to match

    def __post_init__(self) -> None:
        n = len(self.times)
        shapes: dict[str, tuple[NDArray[np.generic], tuple[int, ...]]] = {
            "vectors": (self.vectors, (n, VECTOR_SIZE)),
            "pdq": (self.pdq, (n, PDQ_BYTES)),
            "pdq_quality": (self.pdq_quality, (n,)),
            "phash": (self.phash, (n, 8)),
            "flat": (self.flat, (n,)),
        }
        for name, (array, shape) in shapes.items():
            if array.shape != shape:
                raise ValueError(f"{name} has shape {array.shape}, expected {shape}")
        if n > 1 and not (np.diff(self.times) > 0).all():
            raise ValueError("descriptor times must increase strictly")


@dataclass(frozen=True, slots=True, eq=False)
class RegionDescriptors:
    """Descriptors of regions of a query's frames."""

    boxes: NDArray[np.float64]  # (N, 4) x0, y0, x1, y1, 0..1 of the query's frame
    times: NDArray[np.float64]  # (N,) s
    vectors: NDArray[np.float32]  # (N, 512) unit length


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """The timestamp of every decoded frame, and how much changed since the frame before.

    Frame rates, freeze frames and dropped frames are measured on it.
    """

    times: NDArray[np.float64]  # (M,) s, strictly increasing
    change: NDArray[np.float32]  # (M,) mean absolute luma difference to the frame before, 0..255


@dataclass(frozen=True, slots=True, eq=False)
class PreviewFrames:
    """Small frames kept beside the descriptors, so that everything works without the original.

    `data` is an H.264 stream in MP4 for a video ("h264"), one WebP image for a still ("webp").
    """

    codec: Literal["h264", "webp"]
    width: int
    height: int
    times: NDArray[np.float64]  # (K,) s; the true times, whatever the stream says
    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class AudioFingerprint:
    """A coarse spectrogram of one clip's audio: log energies of log-spaced bands.

    Row i is centred on start_s + i * hop_s, on the clock of the frames.
    """

    bands: NDArray[np.uint8]  # (T, B) half-dB steps above -110 dB full scale
    hop_s: Seconds
    start_s: Seconds = 0.0
    space: str = ""  # which bands, hop and window: two spaces never compare


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """All that matching needs to know of one clip.

    space: what the vectors are (model hash, preprocessing, dimensions); two spaces never compare.
    sampling: how often frames were described; clips sampled differently can be compared.
    """

    info: MediaInfo
    space: str
    sampling: str
    descriptors: Descriptors
    timeline: Timeline
    preview: PreviewFrames | None = None
    audio: AudioFingerprint | None = None
    gaps: tuple[Span, ...] = ()  # parts of the timeline that did not decode
    # the same in words, with the place; texts where they were stored before they had ids
    problems: tuple[Message | str, ...] = ()
    # of a still that breaks off: where what decodes lies in the whole frame, 0..1; None: all of it.
    # Size, descriptors and preview frame are those of this part
    decoded: Box | None = None

    @property
    def whole_info(self) -> MediaInfo:
        """`info` with the size of the whole frame, missing parts included."""
        if self.decoded is None:
            return self.info
        x0, y0, x1, y1 = self.decoded
        width, height = round(self.info.width / (x1 - x0)), round(self.info.height / (y1 - y0))
        return replace(self.info, width=width, height=height)


@dataclass(frozen=True, slots=True, eq=False)
class DescribedPart:
    """A part of a file and its fingerprint; None where it was not described, as `part` says."""

    part: Part
    fingerprint: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A span of the query that shows the same footage as a span of the reference.

    What was not measured is None.
    """

    query: Span
    reference: Span
    score: float  # calibrated, 0..1, comparable across items
    speed: float | None = None  # reference seconds in one second of the query, > 0
    reversed: bool = False
    visible: Box | None = None  # of the reference frame, what lies inside the query's frame
    homography: Homography | None = None  # reference frame -> query frame
    mirrored: bool | None = None
    inliers: int | None = None
    # of a moving crop, at timestamps of the query in order: `homography` is that of the middle
    path: tuple[tuple[Seconds, Homography], ...] = ()
    part: str | None = None  # id of the query's part, where that is not the main one

    def homography_at(self, time: Seconds) -> Homography | None:
        """Homography from the reference's frame to the query's at a timestamp of the query.

        Interpolated along `path` where there is one; None where no geometry was measured.
        """
        if not self.path:
            return self.homography
        times = np.array([timestamp for timestamp, _ in self.path])
        values = np.array([homography for _, homography in self.path]).reshape(len(times), 9)
        at = [float(np.interp(time, times, column)) for column in values.T]
        return ((at[0], at[1], at[2]), (at[3], at[4], at[5]), (at[6], at[7], at[8]))


@dataclass(frozen=True, slots=True)
class Edit:
    """One measured difference between the query and a reference; the list of types is closed."""

    type: EditType
    confidence: float
    measure: dict[str, float | int | str]  # never empty
    message: Message  # what it says to people
    query: Span | None = None  # None: throughout the match
    box: Box | None = None  # in the query's frame
    part: str | None = None  # id of the query's part, where that is not the main one

    def __post_init__(self) -> None:
        object.__setattr__(self, "type", EditType(self.type))  # from JSON it comes as a string
        if not self.measure:
            raise ValueError(f"edit {self.type} carries no measure")


type AudioState = Literal["kept", "replaced", "muted", "shifted", "added", "absent", "not_checked"]


@dataclass(frozen=True, slots=True)
class AudioSpan:
    query: Span
    state: AudioState
    offset_s: float | None = None
    clip: str | None = None


@dataclass(frozen=True, slots=True)
class AudioFinding:
    """How the query's audio relates to the reference's over the matched segments."""

    state: AudioState = "not_checked"
    offset_s: float | None = None  # positive: the audio comes later than in the reference
    spans: tuple[AudioSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameShare:
    """Of what the query's frame is made over a span of the query.

    known: share of the frame that shows the reference footage, 0..1. other: share that shows other
    footage. fill: share that moves as the footage does when it is enlarged, as behind a vertical
    repost. The rest stands still: bars, captions, pages.
    """

    query: Span
    known: float
    other: float
    fill: float = 0.0

    def __post_init__(self) -> None:
        shares = self.known, self.other, self.fill
        if min(shares) < 0 or sum(shares) > 1.001:
            raise ValueError(f"shares of one frame, got {shares}")

    @property
    def is_main(self) -> bool:
        """Whether the reference footage is what the frame mainly shows.

        In an even split neither half is.
        """
        return self.known > MIN_MAIN_RATIO * self.other


type Decision = Literal[
    "accepted", "weak_match", "same_scene_other_recording", "too_little", "none"
]


@dataclass(frozen=True, slots=True)
class Match:
    """The result of comparing a query with one reference.

    decision: `accepted` is the same recording; `none` a near miss; the others are kinds of
    undecided. main_picture is False where the reference footage is only an inset, or a part of the
    query's frame so small that it says nothing about what the query mainly shows.

    frame_shares: of a video, in the query's order; () where they were not measured.
    """

    score: float  # calibrated, 0..1
    decision: Decision
    segments: tuple[Segment, ...] = ()
    edits: tuple[Edit, ...] = ()
    audio: AudioFinding = field(default_factory=AudioFinding)
    main_picture: bool = True
    frame_shares: tuple[FrameShare, ...] = ()
    shared_material: bool = False  # a short part between cuts, in both clips: intro, ident, advert
    measured_join: bool = False  # a cut to other footage was measured at an end of a segment
    reasons: tuple[Message, ...] = ()  # what the decision rests on, with figures
    found_by: Literal["picture", "sound"] = "picture"  # sound: none of its frames was found

    @property
    def accepted(self) -> bool:
        return self.decision == "accepted"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A clip worth comparing with the query."""

    clip: str
    score: float  # votes after score normalisation; only their order means anything
    cosine: float  # best single cosine, -1..1


@dataclass(frozen=True, slots=True)
class Line:
    """A range of the query that lies on a straight line in the reference's time.

    reference time = slope * (query time - paused time) + offset. The query may freeze on the way
    (`pauses`). Where frames were dropped it advances faster than it plays: `speed` is that of the
    line, `playback_speed` that of the frames that are there.
    """

    start: Seconds  # query
    end: Seconds
    speed: float  # > 0, between pauses
    reversed: bool
    offset: Seconds  # reference timestamp at query timestamp 0, along the line
    correlation: float  # median correlation along the line, -1..1
    contrast: float  # correlation above other timestamps', 0..1; near 0 where nothing moves
    pauses: tuple[Span, ...] = ()  # of the query, in order
    dropped_share: float = (
        0.0  # share of the reference's frames that are missing, where that causes the speed
    )

    @property
    def playback_speed(self) -> float:
        """Reference seconds per query second where no frame is missing, > 0."""
        return 1.0 if self.dropped_share else self.speed

    @property
    def slope(self) -> float:
        return -self.speed if self.reversed else self.speed

    def reference_time(self, query_time: Seconds) -> Seconds:
        """The reference timestamp for a query timestamp."""
        paused_s = sum(
            min(max(query_time - pause.start, 0.0), pause.length) for pause in self.pauses
        )
        return self.slope * (query_time - paused_s) + self.offset

    def query_time(self, reference_time: Seconds) -> Seconds:
        """The first query timestamp for a reference timestamp."""
        query_time = (reference_time - self.offset) / self.slope
        for pause in self.pauses:
            if query_time > pause.start:
                query_time += pause.length
        return query_time


@dataclass(frozen=True, slots=True, eq=False)
class CorrelationMatrix:
    """Correlations between all preview frames of two clips under one transform."""

    query_times: NDArray[np.float64]  # (Kq,)
    reference_times: NDArray[np.float64]  # (Kr,)
    values: NDArray[np.float32]  # (Kq, Kr) -1..1

    def contrast(self) -> NDArray[np.float32]:
        """(Kq, Kr) values above the median of their row: 0 at the median, about 1 at best."""
        row_median = np.median(self.values, axis=1, keepdims=True)
        return ((self.values - row_median) / (1.03 - row_median)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class AudioSource:
    """The clip that replaced or added audio comes from."""

    clip: str
    title: str
    query: Span
    start: Seconds  # in that clip
    correlation: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on what is decoded. Each field is also the name of its setting."""

    max_pixels: int = 100_000_000
    max_duration_s: Seconds = 4 * 3600.0
    max_frames: int = 1_000_000
    wall_s: Seconds = 1800.0  # for all that reads the file at once; decoding ends before it
    cpu_s: Seconds = 3600.0
