"""The stamps of a file's frames -> continuous timestamps, one for every frame.

Clocks of real files restart (transport streams joined end to end), jump by hours (live
recordings), or run backwards for a frame. Players go on showing frames one after the other; so
does this: where the clock breaks, time goes on by one usual step, and the break is recorded.
"""

from collections import deque
from dataclasses import dataclass, field

import av

from hashing.types import Seconds

SHORTEST_STEP_S = 1e-6  # stamps nearer than this are one
SQUEEZED_STEP_S = 1e-3  # of a frame whose stamp is not after the last one
SQUEEZED_STEPS = 5  # a stamp that goes back further belongs to another clock
MAX_SQUEEZED = 2  # frames out of order before the clock counts as set back
RETURN_S = 1.0  # a clock that is taken up again goes on within this
NAMED_S = 0.5  # breaks that are reported; smaller ones are rounding and lost frames
JUMP_S = 10.0  # FFmpeg's own limit (dts_delta_threshold) for formats whose clock may break
MAX_FRAME_DURATION_S = 3600.0  # of one frame in other formats: slides and screens stand for minutes
MAX_DURATION_RATIO = (
    10  # a frame duration that the durations around it do not explain by this factor
)
STEPS = 16  # durations that are remembered
OLD_CLOCKS = 4  # clocks that a frame may go back to, where streams are interleaved
REPORTED_JUMPS = 4


@dataclass(frozen=True, slots=True)
class ClockJump:
    """At `time` on the continuous clock the file's own clock went on by `by_s` more or less."""

    time: Seconds
    by_s: Seconds


@dataclass(slots=True)
class _Disorder:
    """How often a sequence of stamps went back."""

    count: int = 0
    last: int | None = None

    def note(self, stamp: int | None) -> None:
        if stamp is None:
            return
        self.count += self.last is not None and stamp < self.last
        self.last = stamp


@dataclass(slots=True)
class FrameClock:
    """Gives each frame its time, in seconds from the first frame, strictly increasing.

    A decoder gives frames in presentation order. Where their presentation stamps go back more
    often than their decoding stamps, whoever wrote the file knew only the order of decoding;
    then the decoding stamps say when each frame leaves the decoder (guess_correct_pts in
    FFmpeg's decode.c chooses so too).

    step: usual seconds between frames. breaks: the format's clock may break (AVFMT_TS_DISCONT).
    durations: the format states how long each frame is shown, so that a longer one is a jump.
    stamped: the format has a clock. Without one, a frame follows when the last one has been shown
    for the duration that its own coding states.
    """

    step: Seconds
    breaks: bool = False
    durations: bool = False
    stamped: bool = True
    last: Seconds | None = None
    jumps: list[ClockJump] = field(default_factory=list)
    _offsets: list[Seconds] = field(default_factory=list)  # the present clock's first
    _recent: deque[Seconds] = field(default_factory=lambda: deque(maxlen=STEPS))
    _squeezed: int = 0
    _doubtful: bool = False  # the clock broke at the last frame: the next one may take it back
    _presented: _Disorder = field(default_factory=_Disorder)
    _decoded: _Disorder = field(default_factory=_Disorder)

    def read(self, frame: av.VideoFrame) -> Seconds:
        """The time of the next frame."""
        stamp = self._stamp(frame) if self.stamped else None
        return self.place(stamp, self._duration(frame))

    def place(self, stamp: Seconds | None, duration: Seconds | None = None) -> Seconds:
        """The time of a stamp in the file's own seconds; one step on where there is none."""
        time = self._continuous(stamp)
        if duration is not None and duration > 0:
            self._recent.append(duration)
        self.last = time
        return time

    def _continuous(self, stamp: Seconds | None) -> Seconds:
        if self.last is None:
            if stamp is not None:
                self._offsets = [stamp]
            return 0.0
        if stamp is None:
            return self.last + (self._recent[-1] if self._recent else self.step)
        if not self._offsets:
            self._offsets = [stamp - self.last - self.step]
        if self._doubtful and (time := self._returned(stamp, 1)) is not None:
            if self.jumps and self.jumps[-1].time == self.last:
                self.jumps.pop()  # a single wrong stamp, no break
            return time
        self._doubtful = False
        time = float(stamp - self._offsets[0])
        if time >= self.last + SHORTEST_STEP_S and time - self.last <= self._max_frame_duration():
            self._squeezed = 0
            return time
        return self._after_break(stamp, time - self.last)

    def _after_break(self, stamp: Seconds, by_s: Seconds) -> Seconds:
        assert self.last is not None
        for place in range(1, len(self._offsets)):
            if (returned := self._returned(stamp, place)) is not None:
                return returned
        out_of_order = -SQUEEZED_STEPS * self.step <= by_s < SHORTEST_STEP_S
        if out_of_order and self._squeezed < MAX_SQUEEZED:
            self._squeezed += 1
            return self.last + self._squeezed_step()
        time = self.last + self.step
        self._offsets = [stamp - time, *self._offsets][:OLD_CLOCKS]
        self._squeezed = 0
        self._doubtful = True
        if abs(by_s) >= NAMED_S:
            self.jumps.append(ClockJump(time, by_s - self.step))
        return time

    def _returned(self, stamp: Seconds, place: int) -> Seconds | None:
        """The stamp's time on an earlier clock, where that goes on from here; then it is used."""
        assert self.last is not None
        time = float(stamp - self._offsets[place])
        # a frame that was put a step too far on may stand where the next one belongs
        late = self._doubtful and self.last - 2 * self.step < time
        if not (late or self.last < time) or time > self.last + RETURN_S:
            return None
        self._offsets.insert(0, self._offsets.pop(place))
        self._doubtful = False
        return max(time, self.last + self._squeezed_step())

    def _squeezed_step(self) -> Seconds:
        return min(SQUEEZED_STEP_S, self.step / 4)

    def _max_frame_duration(self) -> Seconds:
        """Seconds after which a frame that follows was not shown longer but follows a jump."""
        if self.breaks:
            return JUMP_S
        if self.durations and self._recent:
            return max(JUMP_S, MAX_DURATION_RATIO * max(self._recent))
        return MAX_FRAME_DURATION_S

    def _stamp(self, frame: av.VideoFrame) -> Seconds | None:
        self._presented.note(frame.pts)
        self._decoded.note(frame.dts)
        if self._presented.count <= self._decoded.count:
            return frame.time
        # the last frames leave the decoder after the last packet, at no stamp of their own
        return None if frame.dts is None else float(frame.dts * frame.time_base)

    @staticmethod
    def _duration(frame: av.VideoFrame) -> Seconds | None:
        return float(frame.duration * frame.time_base) if frame.duration else None
