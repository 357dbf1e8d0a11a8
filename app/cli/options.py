"""What the commands share: their options, and the settings that follow from them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.messages.catalogue import plain
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
