"""What the commands share: options, the settings from them, and how results are printed."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.messages.catalogue import plain, text
from hashing.message import Message

if TYPE_CHECKING:
    from app.settings import Settings

LibraryPlace = Annotated[
    str | None,
    typer.Option("--library", help=plain("help-option-library-folder")),
]
AsJson = Annotated[bool, typer.Option("--json", help=plain("help-option-as-json"))]
Progress = Annotated[
    bool | None,
    typer.Option("--progress/--no-progress", help=plain("help-option-progress")),
]


def settings_of(**given: Any) -> "Settings":
    """The settings: options of the command line take precedence over the environment.

    Raises UsageError, naming the setting that is wrong.
    """
    from pydantic import ValidationError

    from app.errors import UsageError
    from app.messages.invalid_values import invalid_value
    from app.settings import Settings, name_in_environment

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = error.errors()[0]
        name = str(wrong["loc"][0])
        where = f"--{name.replace('_', '-')}" if given.get(name) is not None else None
        raise UsageError(
            Message(
                "error-option",
                {"option": where or name_in_environment(name), "problem": invalid_value(wrong)},
            )
        ) from error


def start_decoding(settings: "Settings") -> None:
    """Start the sandbox, so that it loads its libraries while this process loads its own."""
    from app.sandbox.server_registry import shared_server

    shared_server(settings.model)


def warn_unsandboxed(settings: "Settings") -> None:
    """Warn on stderr where this system cannot sandbox the process that decodes files."""
    from app.sandbox.sandbox import protection
    from app.sandbox.server_registry import shared_server

    walls = protection(shared_server(settings.model))
    if not walls.complete:
        complain(text("cli-unsandboxed", missing=walls.missing))


def complain(message: str) -> None:
    """Print one line on stderr, made safe for a terminal."""
    from app.text.escaping import printable

    sys.stderr.write(f"firstseen: {printable(message)}\n")


def print_json(data: Any) -> None:
    """Print indented JSON in ASCII, so that no file name can control a terminal."""
    sys.stdout.write(f"{json.dumps(data, indent=2, allow_nan=False)}\n")


def print_lines(lines: list[str]) -> None:
    """Print plain lines on stdout, made safe for a terminal."""
    from app.text.escaping import printable

    for line in lines:
        sys.stdout.write(f"{printable(line)}\n")
