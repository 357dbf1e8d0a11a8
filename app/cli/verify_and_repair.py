"""`firstseen library verify` and `repair`: find damage in what is stored, and set it right."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from app.cli.options import AsJson, LibraryPlace, settings_of
from app.cli.printing import complain, print_json, print_lines, warn_unsandboxed

if TYPE_CHECKING:
    from app.library.library import Library
    from app.library.records import DamagedClip


def verify(library: LibraryPlace = None, *, as_json: AsJson = False) -> None:
    """Compare what is stored of each clip with its checksums, and name what is damaged."""
    settings = settings_of(library=library)
    from app.error_codes import EXIT_UNREADABLE
    from app.library.library import Library
    from app.messages.catalogue import text

    with Library.open(settings.library) as opened:
        damaged, file_sound = _verify(opened)
    if as_json:
        print_json([asdict(clip) for clip in damaged])
    elif damaged or file_sound:
        print_lines([_line(clip) for clip in damaged] or [text("cli-library-sound")])
    if damaged or not file_sound:
        raise typer.Exit(EXIT_UNREADABLE)


def repair(library: LibraryPlace = None, *, as_json: AsJson = False) -> None:
    """Set damaged clips right from what is sound of them, or aside; their titles and dates stay."""
    settings = settings_of(library=library)
    from app.library.library import Library
    from app.messages.catalogue import text
    from app.pipeline.repair_library import repair_clip

    results = []
    with Library.open(settings.library) as opened:
        warn_unsandboxed(settings)
        damaged, _ = _verify(opened)
        for clip in damaged:
            repaired = "set_aside" if clip.set_aside else repair_clip(clip, opened, settings)
            results.append((clip, repaired))
    if as_json:
        print_json([{**asdict(clip), "repair": repaired} for clip, repaired in results])
        return
    lines = [
        text(f"cli-repair-{repaired.replace('_', '-')}", clip_id=clip.id, name=clip.name)
        for clip, repaired in results
    ]
    print_lines(lines or [text("cli-library-sound")])


def _verify(library: "Library") -> "tuple[list[DamagedClip], bool]":
    """Every damaged clip, and whether SQLite finds the file itself sound; says so on stderr."""
    from app.messages.catalogue import text

    sound = library.is_file_sound()
    if not sound:
        complain(text("cli-library-file-damaged"))
    for clip in library.clips():
        library.verify(clip.id)
    return library.known_damage(), sound


def _line(clip: "DamagedClip") -> str:
    from app.messages.catalogue import text

    if clip.set_aside:
        return text("cli-damaged-aside", clip_id=clip.id, name=clip.name)
    parts = ", ".join(text(f"cli-damaged-{part}") for part in clip.parts)
    return text("cli-damaged", clip_id=clip.id, name=clip.name, parts=parts)
