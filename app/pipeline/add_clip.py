"""Add a file to the library, and describe clips again for a newer model."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from app.intake import item as intake
from app.library.context_csv import Context
from app.library.library import Library
from app.library.records import Addition, Clip, FileFacts
from app.metadata.stated_dates import captured_day
from app.pipeline.check_parts import describe_parts
from app.pipeline.open_sandbox import open_sandbox
from app.pipeline.read_item import file_facts, part_facts, read_item
from app.pipeline.step_clock import StepClock
from app.progress import OnProgress, quiet
from app.settings import Settings
from hashing.errors import DecodeError
from hashing.message import Message
from hashing.types import DescribedPart, Fingerprint, Sampling


def add_clip(
    path: Path,
    library: Library,
    settings: Settings,
    context: Context | None = None,
    *,
    quick: bool = False,
    correct: bool = False,
    on_progress: OnProgress = quiet,
    name: str | None = None,
    before_storing: Callable[[], None] = lambda: None,
) -> Addition:
    """Add one file to the library, each further part as a clip of its own; the same bytes again
    only gain context.

    Where what is stored of them is damaged, they are described anew.

    quick: describe key frames alone. correct: as of `Library.add_context`.
    name: of the file, where its name on disk is another.
    before_storing: called once the file is read, right before the library changes.
    Raises IntakeError, DecodeError and SandboxError where it cannot be read, LibraryUnusable.
    """
    item = intake.from_path(path, settings.max_bytes, name)
    context = context or Context()
    clip = library.find_by_sha256(item.sha256)
    if clip is not None and not library.verify(clip.id):
        before_storing()
        return library.add_context(clip.id, context, correct=correct)
    sampling: Sampling = "quick" if quick else "default"
    with open_sandbox(item.path, settings) as sandbox:
        read = read_item(sandbox, item, settings, StepClock(), on_progress, sampling)
        parts = tuple(describe_parts(sandbox, item.path, settings, StepClock()))
    fingerprint = fingerprint_to_store(read.fingerprint, settings)
    before_storing()
    if clip is not None:
        library.replace_fingerprint(clip.id, fingerprint)
        library.renew_derived(clip.id, ("thumbnail",))
        return replace(library.add_context(clip.id, context, correct=correct), repaired=True)
    facts, captured = file_facts(item), captured_day(read.metadata)
    added = library.add(fingerprint, facts, context, captured)
    return add_parts(added, parts, facts, library, settings, context, captured)


def add_parts(
    added: Addition,
    parts: Sequence[DescribedPart],
    facts: FileFacts,
    library: Library,
    settings: Settings,
    context: Context,
    captured: str | None,
) -> Addition:
    """Add the parts of the file that was added, each as a clip; `added` with their ids."""
    ids = []
    for part in parts:
        if part.fingerprint is not None:
            fingerprint = fingerprint_to_store(part.fingerprint, settings)
            own = part_facts(facts, part.part)
            ids.append(library.add(fingerprint, own, context, captured).clip_id)
    return replace(added, parts=tuple(ids))


def clips_to_refresh(library: Library, settings: Settings) -> list[Clip]:
    """Clips whose descriptors are not of the present model's space."""
    with open_sandbox(None, settings) as sandbox:
        space = sandbox.descriptor_space()
    return library.clips(other_space_than=space)


def refresh_clip(
    clip: Clip, library: Library, settings: Settings, on_progress: OnProgress = quiet
) -> None:
    """Describe a clip with the present model, from its preview frames.

    Raises DecodeError where none were stored or they are damaged.
    """
    stored = library.load(clip.id)
    if stored.preview is None:
        raise DecodeError(Message("error-added-without-frames", {"id": clip.id}))
    with open_sandbox(None, settings) as sandbox:
        on_progress("describe", 0.0)
        library.replace_fingerprint(clip.id, sandbox.describe_again(stored))


def fingerprint_to_store(fingerprint: Fingerprint, settings: Settings) -> Fingerprint:
    """The fingerprint with or without preview frames, as the settings say."""
    if settings.keep_pictures:
        return fingerprint
    return replace(fingerprint, preview=None)
