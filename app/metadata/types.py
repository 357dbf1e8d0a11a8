"""The records that metadata reading hands over. They cross a pipe, so they hold plain values only.

Everything in them is a claim of the file: anyone who can write the file can write these. They
can support a finding or raise a question; they prove nothing.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hashing.message import Message, verbatim

type Value = str | int | float | bool | list["Value"] | dict[str, "Value"] | None
type Group = dict[str, Value]
type Fields = dict[str, Group]  # group -> raw name -> value

type CredentialState = Literal["none", "trusted", "valid", "invalid", "unreadable"]
type Signature = Literal["valid", "invalid", "not_checked"]
type ContentBinding = Literal["intact", "changed", "not_checked"]
type SignerTrust = Literal["trusted", "not_listed", "refused", "not_checked"]
type TimeStamp = Literal["none", "trusted", "not_listed", "invalid"]
type Identity = Literal["none", "stated", "trusted", "not_looked_up", "invalid"]
type Severity = Literal["info", "notice", "warning"]

THUMBNAIL_SIDE_PX = 160  # what EXIF thumbnails measure on their longer side


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the file's C2PA manifest says, and how far its signature holds.

    none        the file carries no manifest, which is so for nearly all files
    trusted     signature and hashes hold, and the signer is on the trust list in use
    valid       signature and hashes hold, but nobody on the trust list vouches for the signer:
                anyone can make such a manifest, under any name. An identity that would have to
                be looked up in the network changes nothing here
    invalid     the manifest or the file was changed after signing, or the certificate does not
                fit (expired, wrong use): `codes` says which
    unreadable  a manifest seems to be there and could not be read; `reason` says why

    None of these says that what the picture shows is true. What the state sums up stands apart:

    signature        whether the signer's key made this claim
    content_binding  whether the file and what the manifest states are as they were signed
    signer_trust     refused: a certificate that was not good for signing (expired, revoked, for
                     another use)
    time_stamp       of a service that vouches for the time of signing
    identity         of a person or organisation, stated beside the signer (CAWG)
    """

    state: CredentialState
    issuer: str | None = None  # organisation in the signer's certificate
    common_name: str | None = None
    signed_at: str | None = None  # ISO 8601 with zone; of a time stamp, not of the file
    generator: str | None = None  # the program that made the claim
    actions: tuple[Group, ...] = ()  # of the active manifest, as declared: action, when, …
    source_types: tuple[str, ...] = ()  # IPTC digital source types declared, last path part
    codes: tuple[str, ...] = ()  # C2PA validation codes that failed
    ingredients: int = 0  # of the active manifest
    assertions: Group = field(default_factory=dict)  # label -> what it holds, bounded
    reason: Message | str | None = None  # a text, as older versions stored it, becomes a message
    signature: Signature = "not_checked"
    content_binding: ContentBinding = "not_checked"
    signer_trust: SignerTrust = "not_checked"
    time_stamp: TimeStamp = "none"
    identity: Identity = "none"

    def __post_init__(self) -> None:
        if self.state == "unreadable" and not self.reason:
            raise ValueError("unreadable credentials carry a reason")
        if isinstance(self.reason, str):
            object.__setattr__(self, "reason", verbatim(self.reason))


@dataclass(frozen=True, slots=True, eq=False)
class Metadata:
    """What a file says of itself, grouped by where it stands, names as the format has them.

    fields: JSON-able; absent groups are absent, never empty.
    """

    fields: Fields
    credentials: Credentials
    thumbnail: NDArray[np.uint8] | None = None  # (H, W) grey, the embedded one, <= 160 px a side
    problems: tuple[Message | str, ...] = ()  # str: as stored by an older version

    def __post_init__(self) -> None:
        if self.thumbnail is not None and (
            self.thumbnail.ndim != 2
            or max(self.thumbnail.shape) > THUMBNAIL_SIDE_PX
            or self.thumbnail.dtype != np.uint8
        ):
            raise ValueError(
                f"a thumbnail is grey, uint8 and at most {THUMBNAIL_SIDE_PX} px a side, "
                f"got {self.thumbnail.dtype} {self.thumbnail.shape}"
            )


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth a person's eye, in plain words. No finding holds an identifying value."""

    code: str
    severity: Severity
    message: Message
    evidence: Group

    def __post_init__(self) -> None:
        if not self.code:
            raise ValueError("a finding has a code")

    @property
    def text(self) -> str:
        """In English."""
        return str(self.message)
