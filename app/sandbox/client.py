"""What a decoding process can be asked to do: one typed method a task of `child.tasks`.

    with MediaSandbox.open(path, limits) as sandbox:
        sandbox.probe()
        query = sandbox.fingerprint()

The process keeps the item's facts and fingerprint, so later calls need not send them back. Every
method raises what `Sandbox.call` raises.
"""

from collections.abc import Callable
from typing import Any

from app.evidence.types import EvidenceSheet
from app.metadata.types import Metadata
from app.sandbox.errors import SandboxBroken
from app.sandbox.sandbox import Sandbox
from hashing.types import (
    Box,
    Fingerprint,
    Limits,
    Match,
    MediaInfo,
    Pictures,
    Sampling,
    Seconds,
    Views,
)


class MediaSandbox(Sandbox):
    """One decoding process with the tasks of `child.tasks`, and the file that it reads."""

    def probe(self, limits: Limits | None = None) -> MediaInfo:
        """What the decoder says of the file."""
        return self._ask(MediaInfo, "probe", limits=limits)

    def metadata(self, media_type: str | None = None, trust_anchors: str | None = None) -> Metadata:
        """What the file says about itself. trust_anchors: PEM text of trusted C2PA signers."""
        return self._ask(Metadata, "metadata", media_type=media_type, trust_anchors=trust_anchors)

    def fingerprint(
        self,
        sampling: Sampling = "default",
        limits: Limits | None = None,
        on_progress: Callable[[str, float], None] | None = None,
    ) -> Fingerprint:
        """All that matching needs to know of the file; the process keeps it as its item."""
        return self._ask(Fingerprint, "fingerprint", on_progress, sampling=sampling, limits=limits)

    def use_stored(self, stored: Fingerprint) -> None:
        """Take a stored fingerprint for this process's item: its file is gone."""
        self._ask(type(None), "use_stored", stored=stored)

    def compare(
        self,
        reference: Fingerprint,
        query: Fingerprint | None = None,
        window: Box | None = None,
        timestamps: tuple[tuple[Seconds, Seconds], ...] = (),
    ) -> Match:
        """Compare the query, by default this process's item, with one reference.

        window: the part of the query frame that is compared. timestamps: pairs (query, reference)
        at which that part was found in the reference.
        """
        return self._ask(
            Match,
            "compare",
            reference=reference,
            query=query,
            window=window,
            timestamps=timestamps,
        )

    def describe_regions(self, boxes: tuple[Box, ...] = ()) -> Views:
        """Descriptors of parts of the item's frames; without boxes, of a fixed set of parts."""
        return self._ask(Views, "describe_regions", boxes=boxes)

    def describe_again(self, stored: Fingerprint) -> Fingerprint:
        """A stored clip described by the present model from its preview frames."""
        return self._ask(Fingerprint, "describe_again", stored=stored)

    def space(self) -> str:
        """The name of the descriptor space that the present model makes."""
        return self._ask(str, "space")

    def evidence(
        self,
        reference: Pictures,
        match: Match,
        *,
        query: Pictures | None = None,
        unblurred: bool = False,
        strip: bool = False,
    ) -> EvidenceSheet:
        """The frames that show one match. query: by default those of this process's item.

        unblurred: faces are shown. strip: with frames to step through.
        """
        return self._ask(
            EvidenceSheet,
            "evidence",
            reference=reference,
            match=match,
            query=query,
            unblurred=unblurred,
            strip=strip,
        )

    def thumbnail(self, preview: Pictures) -> bytes:
        """One redacted JPEG that stands for a clip."""
        return self._ask(bytes, "thumbnail", preview=preview)

    def _ask[T](
        self,
        kind: type[T],
        task: str,
        on_progress: Callable[[str, float], None] | None = None,
        **arguments: Any,
    ) -> T:
        answer = self.call(task, on_progress=on_progress, **arguments)
        if not isinstance(answer, kind):
            raise SandboxBroken(
                f"{task!r} was expected to answer {kind.__name__}, got {type(answer).__name__}"
            )
        return answer
