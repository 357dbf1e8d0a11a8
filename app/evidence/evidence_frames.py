"""Which frames an evidence sheet shows, with the faces in them already located."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.evidence.evidence_sheet import MAX_STRIP
from app.evidence.face_redaction import (
    Boxes,
    FrameDetector,
    detect_faces,
    faces_near,
    track_faces,
)
from app.evidence.hand_redaction import HandFill
from hashing.decode.preview_codec import decode
from hashing.types import Match, PreviewFrames, Seconds, Segment

type Rgb = NDArray[np.uint8]
type HandFills = Callable[[Seconds, tuple[int, ...]], HandFill | None]  # time, shape of the frame

PLACES: Final = (1 / 6, 3 / 6, 5 / 6)  # of a segment, where its pairs are taken
MAX_SEGMENTS: Final = 3  # detecting faces takes about a second of one core for a pair
NEIGHBOUR_S: Final = 0.4  # this far before and after, faces are detected too
SEARCH_S: Final = 0.5  # how far a pair may move to find preview frames of the same timestamp
STRIP_EVERY_S: Final = 0.5  # frames of a strip are not closer than this
HELPER_LONG_SIDE_PX: Final = 384  # of the frames around the one shown, for detection
FOLLOW_S: Final = 1.05  # frames this near each other are examined in turns, on either side
FEW_FRAMES: Final = 4  # up to so many are all examined
STRIP_A_SEGMENT: Final = 2  # at least, for the longest segments


@dataclass(frozen=True, slots=True, eq=False)
class UntouchedFrame:
    """One frame of one clip, and what must be filled in it."""

    time_s: Seconds  # the timestamp of the preview frame
    picture: Rgb  # (H, W, 3), untouched: never to leave this process
    faces: Boxes
    hand: HandFill | None = None  # what a person blanked in it


def nothing_by_hand(time_s: Seconds, shape: tuple[int, ...]) -> HandFill | None:
    """For frames in which no person blanked anything."""
    return None


def pair_times(
    match: Match, query: PreviewFrames, reference: PreviewFrames
) -> list[tuple[int, float, float]]:
    """(segment, query time, reference time) of the pairs to show, in the item's order."""
    longest = sorted(range(len(match.segments)), key=lambda i: -match.segments[i].query.length)
    chosen = sorted(longest[:MAX_SEGMENTS])
    pairs: list[tuple[int, float, float]] = []
    for index in chosen:
        segment = match.segments[index]
        places = PLACES if segment.query.length > 0 else (0.0,)
        for place in places:
            wanted = segment.query.start + place * segment.query.length
            pair = (index, *_matching_times(segment, wanted, query, reference))
            if pair not in pairs:
                pairs.append(pair)
    return pairs


def strip_times(
    match: Match, query: PreviewFrames, reference: PreviewFrames
) -> list[tuple[int, float, float]]:
    """(segment, query time, reference time) of up to MAX_STRIP frames to step through."""
    longest = sorted(range(len(match.segments)), key=lambda i: -match.segments[i].query.length)
    chosen = sorted(longest[: MAX_STRIP // STRIP_A_SEGMENT])
    counts = _shared_out([match.segments[i].query.length for i in chosen])
    times_shown: list[tuple[int, float, float]] = []
    for index, count in zip(chosen, counts, strict=True):
        segment = match.segments[index]
        step = segment.query.length / count
        for place in range(count):
            wanted = segment.query.start + (place + 0.5) * step
            times = (index, *_matching_times(segment, wanted, query, reference, step / 2))
            if times not in times_shown:
                times_shown.append(times)
    return sorted(times_shown, key=lambda times: (times[1], times[0]))


def _shared_out(lengths: list[Seconds]) -> list[int]:
    """How many frames each segment is given: STRIP_A_SEGMENT, the rest by length."""
    counts = [STRIP_A_SEGMENT if length > 0 else 1 for length in lengths]
    wanted = min(MAX_STRIP, max(sum(counts), int(sum(lengths) / STRIP_EVERY_S)))
    for _ in range(wanted - sum(counts)):
        widest = max(range(len(lengths)), key=lambda i: lengths[i] / counts[i])
        counts[widest] += 1
    return counts


def reference_time(segment: Segment, query_s: Seconds) -> Seconds:
    """The reference time that the segment maps a query time to."""
    if segment.query.length == 0:
        return segment.reference.start
    share = (query_s - segment.query.start) / segment.query.length
    along = share * segment.reference.length
    return segment.reference.end - along if segment.reversed else segment.reference.start + along


def _matching_times(
    segment: Segment,
    wanted: Seconds,
    query: PreviewFrames,
    reference: PreviewFrames,
    reach_s: Seconds = SEARCH_S,
) -> tuple[float, float]:
    """The preview frames near `wanted` whose timestamps fit each other best: (query, reference)."""
    inside = (query.times >= segment.query.start) & (query.times <= segment.query.end)
    near = query.times[inside & (np.abs(query.times - wanted) <= min(reach_s, SEARCH_S))]
    if not len(near):
        near = query.times[[int(np.abs(query.times - wanted).argmin())]]
    mapped_s = np.array([reference_time(segment, t) for t in near])  # (N,)
    apart = np.abs(reference.times[None, :] - mapped_s[:, None])  # (N, K) s
    misfit = apart.min(axis=1) + 0.05 * np.abs(near - wanted)
    best = int(misfit.argmin())
    return float(near[best]), float(reference.times[int(apart[best].argmin())])


def frame_at(
    pictures: PreviewFrames,
    time_s: Seconds,
    detector: FrameDetector | None,
    hand: HandFills = nothing_by_hand,
    *,
    unblurred: bool,
) -> UntouchedFrame:
    """The preview frame nearest to this moment; those around it help to detect faces.

    Raises DecodeError where the preview frames are damaged.
    """
    nearest = float(pictures.times[int(np.abs(pictures.times - time_s).argmin())])
    film = decode(pictures, nearest - NEIGHBOUR_S, nearest + NEIGHBOUR_S)
    here = film.nearest(nearest)
    picture = film.pixels[here]
    faces = () if unblurred else faces_near(list(film.pixels), here, detector, HELPER_LONG_SIDE_PX)
    return UntouchedFrame(nearest, picture, faces, hand(nearest, picture.shape))


def strip_frames(
    pictures: PreviewFrames,
    times_s: Sequence[Seconds],
    detector: FrameDetector | None,
    hand: HandFills = nothing_by_hand,
    first_examined: int = 0,
    *,
    unblurred: bool,
) -> list[UntouchedFrame]:
    """The preview frames at these times of one clip, and what must be filled in each.

    Where they are near each other faces are detected in every second one, from `first_examined` on,
    and followed to the frame between; there the other clip is examined. A face of a frame is
    filled in its neighbours, however far apart.

    Raises DecodeError where the preview frames are damaged.
    """
    frames = [decode(pictures, time_s, time_s).pixels[0] for time_s in times_s]
    hands = [hand(time_s, frame.shape) for time_s, frame in zip(times_s, frames, strict=True)]
    if unblurred or not frames:
        return [
            UntouchedFrame(time_s, frame, (), fill)
            for time_s, frame, fill in zip(times_s, frames, hands, strict=True)
        ]
    skipped = _between(times_s, first_examined)
    faces_of = [
        () if index in skipped else detect_faces(frame, detector, thorough=False)
        for index, frame in enumerate(frames)
    ]
    untouched: list[UntouchedFrame] = []
    for index, (time_s, frame) in enumerate(zip(times_s, frames, strict=True)):
        beside = [i for i in (index - 1, index + 1) if 0 <= i < len(frames)]
        faces = faces_of[index]
        if index in skipped and any(faces_of[i] is None for i in beside):
            faces = None
        if faces is not None:
            for other in beside:
                path = _path(pictures, times_s[other], time_s) if index in skipped else ()
                faces += track_faces(faces_of[other], path or (frames[other], frame))
        untouched.append(UntouchedFrame(time_s, frame, faces, hands[index]))
    return untouched


def _between(times_s: Sequence[Seconds], first_examined: int) -> set[int]:
    """The frames that need no detection: both neighbours are near and are examined."""
    if len(times_s) <= FEW_FRAMES:
        return set()
    return {
        i
        for i in range(1, len(times_s) - 1)
        if i % 2 != first_examined
        and times_s[i] - times_s[i - 1] <= FOLLOW_S
        and times_s[i + 1] - times_s[i] <= FOLLOW_S
    }


def _path(pictures: PreviewFrames, start: Seconds, end: Seconds) -> list[Rgb]:
    """The preview frames from one timestamp to another, later or earlier."""
    frames = list(decode(pictures, min(start, end), max(start, end)).pixels)
    return frames if start <= end else frames[::-1]
