"""Every setting, read from the environment here and nowhere else, as FIRSTSEEN_ and its name.

Created once in `main` or `create_app` and passed down; tests build their own. Limits and places are
settings. What a fingerprint is made of is not: those of two users must stay comparable.
"""

import re
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FilePath,
    InstanceOf,
    PlainSerializer,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.database.server_address import ServerAddress, is_server_address
from app.library import file_names
from app.messages.invalid_values import InvalidValueError
from app.network.allow_list import AllowList
from app.sandbox.limits import MIB, SandboxLimits
from hashing.message import Message

ENV_PREFIX = "FIRSTSEEN_"
DAY_S = 86_400.0
ORIGIN = re.compile(r"(https?|chrome-extension|moz-extension|safari-web-extension)://[^\s/?#@]+")
CONTACT = re.compile(r"(mailto:[!-~]+@|https://|tel:)[!-~]+")  # RFC 9116, 2.5.3: a URI, in ASCII


def _words(value: object) -> object:
    """The words of a text separated by spaces or commas, in lower case; other values unchanged."""
    return tuple(value.lower().replace(",", " ").split()) if isinstance(value, str) else value


def _check_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise InvalidValueError(Message("invalid-origin", {"origin": origin}))
    return origins


def _split(value: object) -> object:
    """The words of a text separated by spaces, as they are; other values unchanged."""
    return tuple(value.split()) if isinstance(value, str) else value


def _check_contacts(contacts: tuple[str, ...]) -> tuple[str, ...]:
    for contact in contacts:
        if not CONTACT.fullmatch(contact):
            raise InvalidValueError(Message("invalid-contact", {"contact": ascii(contact)}))
    return contacts


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Origins = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_check_origins)
]
Contacts = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_check_contacts)
]


def _read_place(value: object) -> object:
    """The address of a server, where a text is meant as one; other values unchanged."""
    if not isinstance(value, str) or not is_server_address(value):
        return value
    try:
        return ServerAddress(value)
    except ValueError:  # which must not quote the address: it may have a password
        raise InvalidValueError(Message("invalid-server-address")) from None


def _write_place(place: Path | ServerAddress) -> str:
    """With the password: for this service's own workers, over a pipe of theirs."""
    return place.url if isinstance(place, ServerAddress) else str(place)


LibraryPlace = Annotated[
    InstanceOf[ServerAddress] | Path,
    BeforeValidator(_read_place),
    PlainSerializer(_write_place),
]


def _check_allow_list(text: str | None) -> str | None:
    AllowList.parse(text)
    return text


class Settings(BaseSettings):
    """Each field is an environment variable: `max_bytes` is FIRSTSEEN_MAX_BYTES."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, frozen=True, extra="forbid", env_ignore_empty=True
    )

    library: Annotated[
        LibraryPlace,
        Field(
            description="Folder of the library, or `postgresql://…`: a database on a server, which "
            "then has the service's data as well, but for uploaded files."
        ),
    ] = Field(default_factory=lambda: user_data_path("firstseen"))
    data: Annotated[
        Path | None,
        Field(
            description="Folder of the service's data: checks, reports, uploads, keys. By default "
            "`desk` in the library's folder. With a library on a server: of the uploaded files, in "
            "a place that all services on it share."
        ),
    ] = None
    keep_pictures: Annotated[
        bool,
        Field(
            description="Store preview frames of each clip in the library, so that matches are "
            "explained after the originals are gone. About 1.5 MB per minute of "
            "footage."
        ),
    ] = True

    max_bytes: Annotated[int, Field(gt=0, description="Largest file that is read, in bytes.")] = (
        2_000_000_000
    )
    max_pixels: Annotated[
        int, Field(gt=0, description="Largest frame that is decoded, width times height.")
    ] = 256_000_000
    max_duration_s: Annotated[
        float, Field(gt=0, description="Longest video that is read, in seconds.")
    ] = 4 * 3600.0
    max_frames: Annotated[
        int, Field(gt=0, description="Most frames that are decoded of one video.")
    ] = 1_000_000

    wall_s: Annotated[
        float, Field(gt=0, description="Longest time for one step on one file, in seconds.")
    ] = 1800.0
    cpu_s: Annotated[
        int, Field(gt=0, description="Most processor time for one file, in seconds.")
    ] = 3600
    memory_bytes: Annotated[
        int,
        Field(
            gt=0,
            description="Most memory for decoding one file, in bytes, beside some 400 MiB of "
            "libraries and models.",
        ),
    ] = 1536 * MIB
    output_bytes: Annotated[
        int, Field(gt=0, description="Largest answer of the decoding process, in bytes.")
    ] = 512 * MIB
    open_files: Annotated[
        int, Field(ge=16, description="Most files that the decoding process may have open.")
    ] = 64

    model: Annotated[
        FilePath | None,
        Field(
            description="Another ONNX file with the same interface as the model that comes with "
            "the package. Clips described with one model are not comparable with another's."
        ),
    ] = None
    trust_anchors: Annotated[
        FilePath | None,
        Field(
            description="PEM file of the certificates that vouch for signers of content "
            "credentials. Without it no credential is ever called trusted."
        ),
    ] = None

    audit_witness: Annotated[
        Path | None,
        Field(
            description="File that the head of the audit log is appended to each minute. Give one "
            "that the service's account cannot change: append-only, or a pipe of another user."
        ),
    ] = None

    host: Annotated[str, Field(min_length=1, description="Address that `serve` listens on.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Field(ge=0, le=65535, description="Port that `serve` listens on.")] = 8000
    hosts: Annotated[
        Names,
        Field(
            description="Further names that the service answers to, such as that of a reverse "
            "proxy in front of it; spaces between."
        ),
    ] = ()
    origins: Annotated[
        Origins,
        Field(
            description="Origins of other web pages and extensions that may call the service with "
            "a key, such as `https://tools.example.org`; spaces between."
        ),
    ] = ()
    proxies: Annotated[
        Names,
        Field(
            description="Addresses of reverse proxies that are trusted to state a client's "
            "address and TLS; spaces between."
        ),
    ] = ()
    security_contact: Annotated[
        Contacts,
        Field(
            description="Whom to tell of a weakness of this service, such as "
            "`mailto:security@example.org`; spaces between. Shown to everyone at "
            "`/.well-known/security.txt`."
        ),
    ] = ()
    log_level: Annotated[
        Literal["info", "warning", "error"],
        Field(
            description="Least that the service logs: `info` has a line for each request, "
            "`warning` only what needs a look, `error` only internal errors."
        ),
    ] = "info"
    session_s: Annotated[
        float,
        Field(ge=60, le=366 * 86400, description="How long the page stays signed in, in seconds."),
    ] = 12 * 3600.0
    requests_per_minute: Annotated[
        int, Field(ge=0, description="Requests that one key may make in a minute; 0: any number.")
    ] = 1200
    failed_sign_ins_per_minute: Annotated[
        int,
        Field(
            ge=0,
            description="Wrong keys that one address may send in a minute before it must wait; 0: "
            "any number.",
        ),
    ] = 10
    unsafe_decoding: Annotated[
        bool,
        Field(
            description="Let `serve` start where the system cannot lock down the decoding process."
        ),
    ] = False
    workers: Annotated[
        int, Field(gt=0, le=64, description="Checks that the service works on at the same time.")
    ] = 2
    max_waiting: Annotated[
        int, Field(gt=0, description="Checks that may wait in the service before it refuses more.")
    ] = 64
    uploads_of_key: Annotated[
        int,
        Field(
            ge=0,
            description="Files that one key may send at the same time; 0: any number.",
        ),
    ] = 4
    upload_bytes_per_s: Annotated[
        float,
        Field(
            ge=0,
            description="Least bytes a second that an upload must bring, over each 30 s, else it "
            "is closed; 0: no least.",
        ),
    ] = 1024.0
    keep_uploads_s: Annotated[
        float,
        Field(
            ge=0,
            description="How long the service keeps an uploaded file after its check has ended, in "
            "seconds; 0: not at all.",
        ),
    ] = DAY_S
    keep_descriptors_s: Annotated[
        float,
        Field(
            ge=0,
            description="How long the service keeps fingerprints of checked items, from which "
            "they are checked again without their files, in seconds; 0: not at all, "
            "and nothing is checked again.",
        ),
    ] = 30 * DAY_S
    keep_reports_s: Annotated[
        float,
        Field(
            gt=0,
            description="How long the service keeps a check with its reports and evidence frames "
            "after it has ended, in seconds.",
        ),
    ] = 30 * DAY_S
    keep_decisions_s: Annotated[
        float,
        Field(
            gt=0,
            description="How long the service keeps what someone decided about an item and a "
            "clip, in seconds, even where the check that it belongs to is deleted by "
            "then.",
        ),
    ] = 30 * DAY_S

    fetch: Annotated[bool, Field(description="Fetch links. Off: nothing leaves this machine.")] = (
        True
    )
    fetch_allow: Annotated[
        str | None,
        AfterValidator(_check_allow_list),
        Field(
            description="What links may lead to although it is not public: hosts, addresses and "
            "networks with commas between, each with a port of its own or for 80 and 443."
        ),
    ] = None
    fetch_certificates: Annotated[
        FilePath | None,
        Field(
            description="PEM file of certificates that fetching trusts beside the usual ones, for "
            "closed networks."
        ),
    ] = None
    fetch_s: Annotated[
        float,
        Field(
            gt=0,
            description="Longest time for fetching one link, in seconds, all its redirects and "
            "pages together.",
        ),
    ] = 600.0
    fetch_bytes_per_s: Annotated[
        float,
        Field(
            ge=0,
            description="Least bytes a second that a link must bring, over each 30 s, else "
            "fetching ends; 0: no least. At the default, 600 s bring 10 MB.",
        ),
    ] = 16_384.0

    def desk_folder(self) -> Path:
        """The folder of the service's data, or of uploaded files where a server has the rest."""
        if self.data is not None:
            return self.data
        if isinstance(self.library, ServerAddress):
            return user_data_path("firstseen") / file_names.DESK
        return self.library / file_names.DESK

    def sandbox_limits(self) -> SandboxLimits:
        """What one decoding process may use."""
        return SandboxLimits(
            memory_bytes=self.memory_bytes,
            cpu_s=self.cpu_s,
            wall_s=self.wall_s,
            output_bytes=self.output_bytes,
            open_files=self.open_files,
        )


def name_in_environment(field: str) -> str:
    """ "FIRSTSEEN_MAX_BYTES" for `max_bytes`, as errors name a limit that was exceeded.

    Raises KeyError where there is no such setting.
    """
    if field not in Settings.model_fields:
        raise KeyError(field)
    return f"{ENV_PREFIX}{field.upper()}"
