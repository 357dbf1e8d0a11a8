"""Read one file's fingerprint and metadata in the sandbox."""

from dataclasses import dataclass, replace
from hashlib import sha256

from app.intake.item import Item
from app.library.records import FileFacts
from app.metadata.trust_anchors import load_trust_anchors
from app.metadata.types import Credentials, Metadata
from app.pipeline.step_clock import StepClock
from app.progress import OnProgress
from app.sandbox.client import MediaSandbox
from app.settings import Settings
from hashing.errors import DecodeError
from hashing.message import Message
from hashing.types import Fingerprint, Limits, Part, Sampling


@dataclass(frozen=True, slots=True, eq=False)
class ReadItem:
    """What the sandbox read of one file."""

    fingerprint: Fingerprint
    metadata: Metadata


def read_item(
    sandbox: MediaSandbox,
    item: Item,
    settings: Settings,
    clock: StepClock,
    on_progress: OnProgress,
    sampling: Sampling = "default",
) -> ReadItem:
    """Probe, read metadata, describe. The sandbox keeps the fingerprint as its item.

    Raises DecodeError, SandboxError, and UsageError for an unusable list of trust anchors.
    """
    limits = decode_limits(settings)
    anchors = load_trust_anchors(settings.trust_anchors)
    on_progress("metadata", 0.0)
    with clock.during("metadata"):
        sandbox.probe(limits)
        metadata = _metadata(sandbox, item, anchors)
    with clock.during("describe"):
        fingerprint = sandbox.fingerprint(sampling, limits, on_progress)
    return ReadItem(fingerprint, metadata)


def _metadata(sandbox: MediaSandbox, item: Item, anchors: str | None) -> Metadata:
    """What the file says of itself; where reading that ends the process, only why."""
    try:
        return sandbox.metadata(item.media_type, anchors)
    except DecodeError as error:
        sandbox.revive()
        problem = Message("problem-metadata-unread", {"reason": error.message})
        unread = Credentials("unreadable", reason=Message("credentials-reader-failed"))
        return Metadata({}, unread, problems=(problem,))


def decode_limits(settings: Settings) -> Limits:
    """How much of a file is decoded."""
    return Limits(
        settings.max_pixels,
        settings.max_duration_s,
        settings.max_frames,
        settings.wall_s,
        settings.cpu_s,
    )


def part_facts(facts: FileFacts, part: Part) -> FileFacts:
    """The facts of a part of a file, by which the library tells it from the file's main part.

    The SHA-256 is of the file's own and the part's id, "…#track-2": a track has no bytes apart.
    """
    identity = sha256(f"{facts.sha256}#{part.id}".encode("ascii")).hexdigest()
    return replace(facts, name=f"{facts.name} ({part.label})", sha256=identity)


def file_facts(item: Item) -> FileFacts:
    """The facts about an item's file that reports and the library record."""
    return FileFacts(item.name, item.sha256, item.bytes)
