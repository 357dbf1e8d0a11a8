"""The tasks of `child.tasks` as typed methods.

    with MediaSandbox.open(path, limits) as sandbox:
        sandbox.probe()
        query = sandbox.fingerprint()

The process keeps the item's facts and fingerprint, so later calls need not send them back. Every
method raises the errors of `Sandbox.call`. A task whose process was killed from outside is run once
more, in a new process.
"""

from collections.abc import Callable

from app.evidence.evidence_sheet import EvidenceSheet, Redaction
from app.metadata.types import Metadata
from app.sandbox.errors import SandboxBroken, SandboxKilled
from app.sandbox.sandbox import Sandbox
from hashing.message import Message
from hashing.types import (
    Box,
    Fingerprint,
    Limits,
    Match,
    MediaInfo,
    Part,
    PreviewFrames,
    RegionDescriptors,
    Sampling,
    Seconds,
)


class MediaSandbox(Sandbox):
    """A decoding process and the file that it reads."""

    _probed: tuple[Limits | None] | None = None  # with which limits
    _item: Fingerprint | None = None  # what the process has in memory as its item

    def revive(self) -> None:
        """Start a new process with the same file and item, where the old one has ended.

        Raises SandboxUnavailable, SandboxKilled.
        """
        if not self.ended:
            return
        self.restart()
        if self._probed is not None:
            self.call("probe", limits=self._probed[0])
        if self._item is not None:
            self.call("use_stored", stored=self._item)

    def probe(self, limits: Limits | None = None) -> MediaInfo:
        """Facts about the file from the decoder."""
        info = self._ask(MediaInfo, "probe", limits=limits)
        self._probed = (limits,)
        return info

    def metadata(self, media_type: str | None = None, trust_anchors: str | None = None) -> Metadata:
        """What the file says about itself.

        media_type: by content, else it is determined again. trust_anchors: PEM certificates whose
        content credentials count as trusted.
        """
        return self._ask(Metadata, "metadata", media_type=media_type, trust_anchors=trust_anchors)

    def fingerprint(
        self,
        sampling: Sampling = "default",
        limits: Limits | None = None,
        on_progress: Callable[[str, float], None] | None = None,
    ) -> Fingerprint:
        """The file's fingerprint; the process keeps it as its item. on_progress: gets 0..1."""
        self._item = self._ask(
            Fingerprint, "fingerprint", on_progress, sampling=sampling, limits=limits
        )
        return self._item

    def parts(self, limits: Limits | None = None) -> tuple[Part, ...]:
        """What the file shows beside its main part, in the file's order."""
        answer = self._ask(tuple, "parts", limits=limits)
        if not all(isinstance(part, Part) for part in answer):
            raise SandboxBroken(Message("error-sandbox-parts", {"task": "parts"}))
        return answer

    def fingerprint_part(self, part: Part, limits: Limits | None = None) -> Fingerprint:
        """The fingerprint of a part of the file; the process keeps it as its item."""
        self._item = self._ask(Fingerprint, "fingerprint_part", part=part, limits=limits)
        return self._item

    def use_stored(self, stored: Fingerprint) -> None:
        """Use a stored fingerprint as this process's item, whose file is gone."""
        self._ask(type(None), "use_stored", stored=stored)
        self._item = stored

    def compare(
        self,
        reference: Fingerprint,
        query: Fingerprint | None = None,
        window: Box | None = None,
        timestamps: tuple[tuple[Seconds, Seconds], ...] = (),
    ) -> Match:
        """Compare the query, by default this process's item, with one reference.

        window: compare only this part of the query frame. timestamps: pairs (query, reference)
        at which that window was located in the reference.
        """
        return self._ask(
            Match,
            "compare",
            reference=reference,
            query=query,
            window=window,
            timestamps=timestamps,
        )

    def describe_regions(self, boxes: tuple[Box, ...] = ()) -> RegionDescriptors:
        """Descriptors of regions of the item's frames; without boxes, of a fixed set of regions."""
        return self._ask(RegionDescriptors, "describe_regions", boxes=boxes)

    def describe_again(self, stored: Fingerprint) -> Fingerprint:
        """Describe a stored clip from its preview frames with the present model."""
        return self._ask(Fingerprint, "describe_again", stored=stored)

    def descriptor_space(self) -> str:
        """The name of the present model's descriptor space."""
        return self._ask(str, "descriptor_space")

    def evidence(
        self,
        reference: PreviewFrames,
        match: Match,
        *,
        query: PreviewFrames | None = None,
        unblurred: bool = False,
        strip: bool = False,
        redaction: Redaction | None = None,
    ) -> EvidenceSheet:
        """Frames that show one match. query: by default the preview frames of this process's item.

        unblurred: show faces. strip: also make frames to step through. redaction: what a person
        blanks by hand.
        """
        return self._ask(
            EvidenceSheet,
            "evidence",
            reference=reference,
            match=match,
            query=query,
            unblurred=unblurred,
            strip=strip,
            redaction=redaction,
        )

    def thumbnail(self, preview: PreviewFrames) -> bytes:
        """One redacted JPEG frame of a clip."""
        return self._ask(bytes, "thumbnail", preview=preview)

    def _ask[T](
        self,
        expected: type[T],
        task: str,
        on_progress: Callable[[str, float], None] | None = None,
        **arguments: object,
    ) -> T:
        try:
            answer = self.call(task, on_progress=on_progress, **arguments)
        except SandboxKilled:
            self.revive()
            answer = self.call(task, on_progress=on_progress, **arguments)
        if not isinstance(answer, expected):
            raise SandboxBroken(
                Message(
                    "error-sandbox-answer",
                    {"task": task, "expected": expected.__name__, "got": type(answer).__name__},
                )
            )
        return answer
