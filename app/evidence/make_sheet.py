"""The pictures that let a person check one match with their own eyes.

Pairs of the same timestamp, what the item shows of the known picture, the aligned difference, and
where each edit is. Runs inside the sandbox: arrays in, small JPEGs out. Faces, and what a person
blanks by hand, are filled before anything is drawn, scaled, warped or compared, so no step can
bring one back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np

from app.evidence.difference_map import aligned, difference_map, pixel_matrix
from app.evidence.evidence_frames import (
    MAX_SEGMENTS,
    HandFills,
    UntouchedFrame,
    frame_at,
    pair_times,
    reference_time,
    strip_frames,
    strip_times,
)
from app.evidence.evidence_sheet import EvidenceSheet, Pair, Redaction, Side, Thumbnail
from app.evidence.face_redaction import (
    Boxes,
    CachingDetector,
    Detector,
    FrameDetector,
    Rgb,
    destroy,
    enlarge_box,
    invert,
    join_boxes,
    map_boxes,
)
from app.evidence.hand_redaction import HandFill, blank, hand_fill
from app.evidence.installed_detector import installed_detector
from app.evidence.thumbnails import jpeg
from hashing.faces import FaceDetector
from hashing.message import Message, Param
from hashing.types import Box, Edit, Homography, Match, PreviewFrames, Seconds, Span

MAX_THUMBNAILS: Final = 6
MARK_RGB: Final = (255, 176, 0)  # colour-blind-safe orange, IBM palette
DIMMED: Final = 0.4  # brightness of what the item does not show
CONTEXT: Final = 2.2  # a thumbnail shows this many times the edit's box
NOT_LAID_OVER: Final = Message("evidence-blanked-in-one")


def evidence(
    query: PreviewFrames,
    reference: PreviewFrames,
    match: Match,
    detector: Detector | Literal["installed"] | None = "installed",
    redaction: Redaction | None = None,
    *,
    unblurred: bool = False,
    strip: bool = False,
) -> EvidenceSheet:
    """The sheet of one match.

    unblurred: show faces; only where a person asked for it.
    strip: also make the frames to step through, for another few seconds of one core.
    detector: None fills every picture whole, as happens where no detector is installed.
    redaction: what a person blanks by hand, whether or not faces are shown.

    Raises DecodeError where the kept pictures of either side are damaged.
    """
    problems: list[Message] = []
    if unblurred:
        detector = None
    elif detector == "installed":
        detector = installed_detector(problems)
    if len(match.segments) > MAX_SEGMENTS:
        counts: dict[str, Param] = {"shown": MAX_SEGMENTS, "count": len(match.segments)}
        problems.append(Message("evidence-longest-segments", counts))
    cached = CachingDetector(detector) if detector is not None else None
    maker = _Maker(query, reference, match, cached, redaction, problems, unblurred=unblurred)
    pairs, sides = maker.pairs()
    steps, stepped = maker.strip() if strip else ([], [])
    thumbnails, further = maker.thumbnails([*sides, *stepped])
    examined = [*sides, *stepped, *further]
    shown = [faces for both in examined for faces in (both.query.faces, both.reference.faces)]
    return EvidenceSheet(
        pairs=tuple(pairs),
        thumbnails=tuple(thumbnails),
        faces="shown" if unblurred else "redacted",
        detector=detector.name if isinstance(detector, FaceDetector) else None,
        faces_filled=sum(len(faces) for faces in shown if faces is not None),
        pictures_filled=sum(faces is None for faces in shown),
        problems=tuple(m for at, m in enumerate(problems) if m not in problems[:at]),
        strip=tuple(steps),
        by_hand=redaction is not None and bool(redaction.blanked or redaction.kept),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Aligned:
    """One moment of both clips and where they lie on each other, if that was measured."""

    segment: int
    query: UntouchedFrame
    reference: UntouchedFrame
    homography: Homography | None  # of the known frame onto the item's
    visible: Box | None

    @property
    def back(self) -> Homography | None:
        return invert(self.homography) if self.homography is not None else None


@dataclass(frozen=True, slots=True, eq=False)
class _Redacted:
    """Both frames without the faces, or what was blanked by hand, of either."""

    query: Rgb
    reference: Rgb
    filled: Callable[[Rgb], Rgb]  # fills once more what is laid into the item's frame


class _Maker:
    """Makes what a sheet shows of one match."""

    def __init__(
        self,
        query: PreviewFrames,
        reference: PreviewFrames,
        match: Match,
        detector: FrameDetector | None,
        redaction: Redaction | None,
        problems: list[Message],
        *,
        unblurred: bool,
    ) -> None:
        self._query = query
        self._reference = reference
        self._match = match
        self._detector = detector
        self._unblurred = unblurred
        self._redaction = redaction
        self._problems = problems

    def pairs(self) -> tuple[list[Pair], list[_Aligned]]:
        sides = [
            self._aligned(index, self._item_at(query_s), self._known_at(reference_s))
            for index, query_s, reference_s in pair_times(self._match, self._query, self._reference)
        ]
        return [self._pair(both) for both in sides], sides

    def strip(self) -> tuple[list[Pair], list[_Aligned]]:
        """Instants to step through; faces are filled in the neighbours too, on both sides."""
        chosen = strip_times(self._match, self._query, self._reference)
        times_s, known_s = [times[1] for times in chosen], [times[2] for times in chosen]
        ours = strip_frames(
            self._query, times_s, self._detector, self._hand("item"), 0, unblurred=self._unblurred
        )
        # what is not examined on one side is examined on the other
        theirs = strip_frames(
            self._reference,
            known_s,
            self._detector,
            self._hand("known"),
            1,
            unblurred=self._unblurred,
        )
        steps = [
            self._aligned(index, here, there)
            for (index, _, _), here, there in zip(chosen, ours, theirs, strict=True)
        ]
        return [self._pair(both) for both in steps], steps

    def thumbnails(self, known: Sequence[_Aligned]) -> tuple[list[Thumbnail], list[_Aligned]]:
        """A picture for each edit that has a place; what was examined for them beside `known`."""
        placed = [(i, e) for i, e in enumerate(self._match.edits) if e.box is not None]
        thumbnails: list[Thumbnail] = []
        further: list[_Aligned] = []
        for index, edit in placed[:MAX_THUMBNAILS]:
            assert edit.box is not None
            time_s = _middle(edit, known)
            inside = [b for b in known if edit.query is None or _within(edit.query, b)]
            if inside:
                here = min(inside, key=lambda both: abs(both.query.time_s - time_s))
            else:
                here = self._at(time_s)
                further.append(here)
            picture = _around(self._redact(here).query, edit.box)
            thumbnails.append(Thumbnail(index, here.query.time_s, jpeg(picture)))
        return thumbnails, further

    def _at(self, time_s: Seconds) -> _Aligned:
        """The item's frame of a moment, and the known frame that it shows, if it shows any."""
        item = self._item_at(time_s)
        for index, segment in enumerate(self._match.segments):
            if segment.query.start <= item.time_s <= segment.query.end:
                known = self._known_at(reference_time(segment, item.time_s))
                return self._aligned(index, item, known)
        nothing = UntouchedFrame(0.0, np.zeros_like(item.picture), ())
        return _Aligned(0, item, nothing, None, None)

    def _item_at(self, time_s: Seconds) -> UntouchedFrame:
        hand = self._hand("item")
        return frame_at(self._query, time_s, self._detector, hand, unblurred=self._unblurred)

    def _known_at(self, time_s: Seconds) -> UntouchedFrame:
        hand = self._hand("known")
        return frame_at(self._reference, time_s, self._detector, hand, unblurred=self._unblurred)

    def _hand(self, side: Side) -> HandFills:
        """What is blanked by hand in a frame of the sheet."""
        return lambda time_s, shape: hand_fill(self._redaction, side, time_s, shape)

    def _aligned(self, index: int, ours: UntouchedFrame, theirs: UntouchedFrame) -> _Aligned:
        segment = self._match.segments[index]
        homography = segment.homography_at(ours.time_s)
        return _Aligned(index, ours, theirs, homography, segment.visible)

    def _redact(self, both: _Aligned) -> _Redacted:
        ours, theirs, back = both.query, both.reference, both.back
        our_faces, their_faces = ours.faces, theirs.faces
        our_hands, their_hands = [ours.hand], [theirs.hand]
        if both.homography is not None:
            matrix = pixel_matrix(ours.picture, theirs.picture, both.homography)
            our_faces = _join_sides(our_faces, theirs.faces, both.homography)
            if theirs.hand is not None:
                our_hands.append(theirs.hand.lay_onto(matrix, ours.picture.shape))
        if back is not None:
            matrix = pixel_matrix(theirs.picture, ours.picture, back)
            their_faces = _join_sides(their_faces, ours.faces, back)
            if ours.hand is not None:
                their_hands.append(ours.hand.lay_onto(matrix, theirs.picture.shape))
        if both.homography is None or back is None:
            our_hands.append(self._unplaced(theirs.hand, ours.picture))
            their_hands.append(self._unplaced(ours.hand, theirs.picture))

        def filled(picture: Rgb) -> Rgb:
            return blank(destroy(picture, our_faces), *our_hands)

        known = blank(destroy(theirs.picture, their_faces), *their_hands)
        return _Redacted(filled(ours.picture), known, filled)

    def _unplaced(self, fill: HandFill | None, picture: Rgb) -> HandFill | None:
        """What a fill of the other side does to a frame that it cannot be laid onto."""
        if fill is None:
            return None
        if fill.beyond:  # only parts were kept, and which part of this frame they are is unknown
            return HandFill(np.ones(picture.shape[:2], bool), True)
        self._problems.append(NOT_LAID_OVER)
        return None

    def _pair(self, both: _Aligned) -> Pair:
        """Both frames redacted with the faces of either, and their difference."""
        redacted = self._redact(both)
        difference, mean, laid = None, None, None
        if both.homography is not None:
            painted, mean = difference_map(
                redacted.query, redacted.reference, both.homography, redacted.filled
            )
            difference = jpeg(painted)
            laid = jpeg(
                aligned(redacted.query, redacted.reference, both.homography, redacted.filled)
            )
        return Pair(
            segment=both.segment,
            query_s=both.query.time_s,
            reference_s=both.reference.time_s,
            query=jpeg(redacted.query),
            reference=jpeg(mark_shown(redacted.reference, both.back, both.visible)),
            difference=difference,
            difference_mean=mean,
            aligned=laid,
        )


def _within(span: Span, both: _Aligned) -> bool:
    return span.start <= both.query.time_s <= span.end


def _join_sides(own: Boxes, other: Boxes, homography: Homography) -> Boxes:
    """Own boxes and those of the other side; a failure over there blanks nothing here."""
    return own if other is None else join_boxes(own, map_boxes(other, homography))


def mark_shown(known: Rgb, back: Homography | None, visible: Box | None) -> Rgb:
    """The known picture with an outline around what the item shows of it, the rest dimmed."""
    height, width = known.shape[:2]
    if back is not None:
        corners = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], float) @ np.array(back).T
        if (corners[:, 2] <= 1e-9).any():
            return known
        outline = corners[:, :2] / corners[:, 2:]  # (4, 2) 0..1
    elif visible is not None:
        x0, y0, x1, y1 = visible
        outline = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    else:
        return known
    points = np.clip(outline * [width, height], -4 * width, 4 * width).round().astype(np.int32)
    inside = np.zeros(known.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, points, 1)
    marked = np.where(inside[..., None] > 0, known, (known * DIMMED).astype(np.uint8))
    clamped = np.clip(points, 2, [width - 3, height - 3])  # an outline at the edge stays visible
    cv2.polylines(marked, [clamped], True, (0, 0, 0), 5, cv2.LINE_AA)
    cv2.polylines(marked, [clamped], True, MARK_RGB, 3, cv2.LINE_AA)
    return np.asarray(marked, np.uint8)


def _middle(edit: Edit, known: Sequence[_Aligned]) -> Seconds:
    if edit.query is not None:
        return (edit.query.start + edit.query.end) / 2
    return known[0].query.time_s if known else 0.0


def _around(picture: Rgb, box: Box) -> Rgb:
    """The box, outlined, with its surroundings."""
    height, width = picture.shape[:2]
    scale = np.array([width, height, width, height])
    left, top, right, bottom = (
        int(v) for v in (np.array(enlarge_box(box, CONTEXT)) * scale).round()
    )
    x0, y0, x1, y1 = (int(v) for v in (np.array(box) * scale).round())
    marked = picture.copy()
    cv2.rectangle(marked, (x0, y0), (x1, y1), (0, 0, 0), 4, cv2.LINE_AA)
    cv2.rectangle(marked, (x0, y0), (x1, y1), MARK_RGB, 2, cv2.LINE_AA)
    return marked[top : max(top + 8, bottom), left : max(left + 8, right)]
