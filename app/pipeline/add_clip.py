"""Add a file to the library, and describe clips again for a newer model."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from app.intake import item as intake
from app.library.context_csv import Context
from app.library.library import Library
from app.library.records import OWN_ENTRIES, Addition, Clip, FileFacts
from app.metadata.stated_dates import captured_day
from app.pipeline.check_parts import describe_parts
from app.pipeline.open_sandbox import open_sandbox
from app.pipeline.read_item import file_facts, part_facts, read_item
from app.pipeline.step_clock import StepClock
from app.progress import OnProgress, quiet
from app.settings import Settings
from hashing.errors import DecodeError
from hashing.message import Message
from hashing.types import DescribedPart, Fingerprint, Part, Sampling


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
    only gain context, and those parts that the library does not have.

    Where what is stored of them is damaged, they are described anew.

    quick: describe key frames alone. correct: as of `Library.add_context`.
    name: of the file, where its name on disk is another.
    before_storing: called once the file is read, right before the library changes.
    Raises IntakeError, DecodeError and SandboxError where it cannot be read, LibraryUnusable.
    """
    item = intake.from_path(path, settings.max_bytes, name)
    context = context or Context()
    clip = library.find_by_sha256(item.sha256)
    facts = file_facts(item)
    if clip is not None and not library.verify(clip.id):

        def is_new(part: Part) -> bool:
            return library.find_by_sha256(part_facts(facts, part).sha256) is None

        with open_sandbox(item.path, settings) as sandbox:
            parts = tuple(describe_parts(sandbox, item.path, settings, StepClock(), is_new))
        before_storing()
        added = library.add_context(clip.id, context, correct=correct)
        return add_parts(added, parts, facts, library, settings, context, _stated_by_file(clip))
    sampling: Sampling = "quick" if quick else "default"
    with open_sandbox(item.path, settings) as sandbox:
        read = read_item(sandbox, item, settings, StepClock(), on_progress, sampling)
        parts = tuple(describe_parts(sandbox, item.path, settings, StepClock()))
    fingerprint = fingerprint_to_store(read.fingerprint, settings)
    before_storing()
    captured = captured_day(read.metadata)
    if clip is None:
        added = library.add(fingerprint, facts, context, captured)
    else:
        library.replace_fingerprint(clip.id, fingerprint)
        library.renew_derived(clip.id, ("thumbnail",))
        again = library.add_context(clip.id, context, correct=correct)
        added = replace(again, repaired=True)
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
    """Add the parts of the file that was added, each as a clip; `added` with the new ones' ids."""
    additions = []
    for part in parts:
        if part.fingerprint is not None:
            fingerprint = fingerprint_to_store(part.fingerprint, settings)
            own = part_facts(facts, part.part)
            additions.append(library.add(fingerprint, own, context, captured))
    return replace(added, parts=tuple(part.clip_id for part in additions if part.new))


def _stated_by_file(clip: Clip) -> str | None:
    """The capture date that the file itself states, as it was entered when the clip was added."""
    own = (a for a in clip.appearances if a.kind == "captured" and a.entered_by == OWN_ENTRIES)
    return next((appearance.date for appearance in own), None)


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
