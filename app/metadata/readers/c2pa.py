"""C2PA content credentials, read offline: what a manifest says, and whether its signature holds.

Nothing is fetched: remote manifests, OCSP and time stamping stay off, and no network host is
allowed. Certificates are compared only with the trust anchors that the caller hands over as PEM
text; the package ships none, so without a list nothing is ever `trusted`.

Validity and trust are two questions. Valid: the file and the manifest are as they were when
somebody signed them. Trusted: a list that the user chose vouches for that somebody. Neither
says that the picture shows what it is said to show.

c2pa calls a manifest invalid too where an identity beside the signer would have to be looked up in
the network. That is firstseen's choice and no fault of the file, so it leaves the state as it is.
Codes are those of the C2PA specification 2.2, 15, and of CAWG identity assertion 1.1, 7 and 8.
"""

import json
from dataclasses import dataclass
from typing import Any, BinaryIO

import c2pa

from app.metadata.bounds import MAX_LIST, plain, put, text
from app.metadata.types import (
    ContentBinding,
    Credentials,
    CredentialState,
    Group,
    Identity,
    Signature,
    SignerTrust,
    TimeStamp,
)
from hashing.message import Message

MAX_MANIFEST_JSON = 1 << 20  # characters; a chain of twenty edits takes 60,000
MAX_ACTIONS = 50

STATES: dict[str, CredentialState] = {"Valid": "valid", "Trusted": "trusted", "Invalid": "invalid"}
# assertions that hold only hashes and pictures
LEFT_OUT = ("c2pa.hash.", "c2pa.thumbnail.", "c2pa.ingredient")


def settings_for(trust_anchors: str | None) -> dict[str, Any]:
    """c2pa's settings, each one that touches the network or trust written out."""
    settings: dict[str, Any] = {
        "version": 1,
        "core": {
            "allowed_network_hosts": [],
            "allow_redirects": False,
            "max_decompressed_manifest_size_in_mb": 16,
        },
        "verify": {
            "verify_after_reading": True,
            "verify_trust": True,
            "verify_timestamp_trust": True,
            "ocsp_fetch": False,
            "remote_manifest_fetch": False,
        },
    }
    if trust_anchors:
        settings["trust"] = {"trust_anchors": trust_anchors}
    return settings


def read_credentials(
    file: BinaryIO, media_type: str | None, trust_anchors: str | None = None
) -> Credentials:
    """The active manifest of an open file.

    media_type: a hint; c2pa looks at the bytes.
    trust_anchors: PEM certificates, one after the other, whose signers count as trusted.
    """
    file.seek(0)
    try:
        context = c2pa.Context.from_dict(settings_for(trust_anchors))
        with c2pa.Reader(media_type, file, context=context) as reader:
            written = reader.json()
    except c2pa.C2paError.ManifestNotFound:
        return Credentials("none")
    except c2pa.C2paError.NotSupported:
        return Credentials("none")  # c2pa has no reader for this format: nothing it could hold
    except c2pa.C2paError as error:
        return unreadable(file, remote="remote" in str(error).lower())
    if len(written) > MAX_MANIFEST_JSON:
        reason = Message("credentials-too-long", {"count": len(written)})
        return Credentials("unreadable", reason=reason)
    return from_store(json.loads(written))


def unreadable(file: BinaryIO, *, remote: bool) -> Credentials:
    """c2pa also fails on files that are merely broken: without a manifest's mark there is none.

    remote: whether the file only names the address of a manifest, which is not fetched.
    """
    if remote:
        return Credentials("unreadable", reason=Message("credentials-elsewhere"))
    file.seek(0)
    carry = b""
    for _ in range(64):  # the first 64 MiB
        chunk = file.read(1 << 20)
        if b"jumbc2pa" in carry + chunk or b"jumdc2pa" in carry + chunk:
            return Credentials("unreadable", reason=Message("credentials-damaged"))
        if not chunk:
            break
        carry = chunk[-8:]
    return Credentials("none")


def from_store(store: dict[str, Any]) -> Credentials:
    """The manifest store's JSON as a record; every value bounded."""
    manifests = store.get("manifests") or {}
    active = manifests.get(store.get("active_manifest")) or {}
    signature = active.get("signature_info") or {}
    actions, assertions = read_assertions(active.get("assertions") or [])
    checks = Checks.of(store)
    return Credentials(
        state=checks.state(str(store.get("validation_state"))),
        issuer=optional(signature.get("issuer")),
        common_name=optional(signature.get("common_name")),
        signed_at=optional(signature.get("time")),
        generator=generator_of(active),
        actions=actions,
        source_types=source_types(manifests),
        codes=failure_codes(store),
        ingredients=len(active.get("ingredients") or []),
        assertions=assertions,
        signature=checks.signature,
        content_binding=checks.content_binding,
        signer_trust=checks.signer_trust,
        time_stamp=checks.time_stamp,
        identity=checks.identity,
    )


# what would have to be fetched
NOT_LOOKED_UP = frozenset(("cawg.ica.did_unavailable", "cawg.ica.revocation_unavailable"))
NOT_LISTED = "signingCredential.untrusted"
REFUSED = ("signingCredential.", "claimSignature.outsideValidity", "algorithm.")
BOUND = frozenset(
    f"assertion.{kind}Hash.match" for kind in ("data", "bmff", "boxes", "collection", "multiAsset")
)


@dataclass(frozen=True, slots=True)
class Checks:
    """c2pa's codes: what passed and failed of the active manifest, and what failed anywhere."""

    passed: frozenset[str]
    failed: frozenset[str]
    noted: frozenset[str]
    failed_anywhere: frozenset[str]

    @classmethod
    def of(cls, store: dict[str, Any]) -> "Checks":
        results = store.get("validation_results") or {}
        active = results.get("activeManifest") or {}
        failed = codes_of(active.get("failure"))
        return cls(
            passed=codes_of(active.get("success")),
            failed=failed,
            noted=codes_of(active.get("informational")),
            failed_anywhere=failed | codes_of(store.get("validation_status")),
        )

    def state(self, word: str) -> CredentialState:
        """c2pa's own word, but for an identity that nobody looked up."""
        state = STATES.get(word, "invalid")
        excused = NOT_LOOKED_UP | {NOT_LISTED}
        if state != "invalid" or not self.failed_anywhere or self.failed_anywhere - excused:
            return state
        if self.signature != "valid" or self.content_binding != "intact":
            return state
        return "trusted" if self.signer_trust == "trusted" else "valid"

    @property
    def signature(self) -> Signature:
        if "claimSignature.validated" in self.passed:
            return "valid"
        bad = {"claimSignature.mismatch", "claimSignature.missing"} & self.failed
        return "invalid" if bad else "not_checked"

    @property
    def content_binding(self) -> ContentBinding:
        if any(code.startswith(("assertion.", "claim.")) for code in self.failed):
            return "changed"
        return "intact" if BOUND & self.passed else "not_checked"

    @property
    def signer_trust(self) -> SignerTrust:
        if any(code.startswith(REFUSED) for code in self.failed - {NOT_LISTED}):
            return "refused"
        if NOT_LISTED in self.failed:
            return "not_listed"
        return "trusted" if "signingCredential.trusted" in self.passed else "not_checked"

    @property
    def time_stamp(self) -> TimeStamp:
        if "timeStamp.trusted" in self.passed:
            return "trusted"
        stated = {code for code in self.failed | self.noted if code.startswith("timeStamp.")}
        if stated - {"timeStamp.untrusted"}:
            return "invalid"
        return "not_listed" if stated or "timeStamp.validated" in self.passed else "none"

    @property
    def identity(self) -> Identity:
        if NOT_LOOKED_UP & self.failed:
            return "not_looked_up"
        if any(code.startswith("cawg.") for code in self.failed):
            return "invalid"
        identities = {code for code in self.passed if code.startswith("cawg.")}
        if identities & {"cawg.identity.trusted", "cawg.ica.trusted"}:
            return "trusted"
        return "stated" if identities else "none"


def codes_of(statuses: object) -> frozenset[str]:
    listed = statuses if isinstance(statuses, list) else []
    return frozenset(text(str(status.get("code"))) for status in listed if isinstance(status, dict))


def optional(raw: object) -> str | None:
    return text(str(raw)) if raw else None


def generator_of(manifest: dict[str, Any]) -> str | None:
    """The claim generator: names with versions, or the older single string."""
    infos = manifest.get("claim_generator_info")
    if isinstance(infos, list) and infos:
        named = (
            f"{info.get('name', '')} {info.get('version', '')}".strip()
            for info in infos
            if isinstance(info, dict)
        )
        return optional(", ".join(filter(None, named)))
    return optional(manifest.get("claim_generator"))


def read_assertions(assertions: list[Any]) -> tuple[tuple[Group, ...], Group]:
    """(actions, everything else by label)."""
    actions: list[Group] = []
    others: Group = {}
    for assertion in assertions[:MAX_LIST]:
        label, data = str(assertion.get("label", "")), assertion.get("data")
        if label.startswith("c2pa.actions") and isinstance(data, dict):
            declared = data.get("actions") or []
            actions.extend(read_action(action) for action in declared if isinstance(action, dict))
        elif not label.startswith(LEFT_OUT):
            put(others, label, data)
    return tuple(actions[:MAX_ACTIONS]), others


def read_action(action: dict[str, Any]) -> Group:
    """What was declared to be done, with what and when."""
    group: Group = {}
    for name in ("action", "when", "digitalSourceType", "description"):
        put(group, name, action.get(name))
    agent = action.get("softwareAgent")
    put(group, "softwareAgent", agent.get("name") if isinstance(agent, dict) else agent)
    parameters = action.get("parameters")
    if isinstance(parameters, dict):
        put(group, "parameters", {k: plain(v) for k, v in parameters.items() if "ingred" not in k})
    return group


def source_types(manifests: dict[str, Any]) -> tuple[str, ...]:
    """The digital source types that any manifest of the chain declares, without their address."""
    names: list[str] = []
    for manifest in list(manifests.values())[:MAX_LIST]:
        for assertion in (manifest.get("assertions") or [])[:MAX_LIST]:
            for source in search(assertion.get("data"), "digitalSourceType", 0):
                short = text(source).rstrip("/").rsplit("/", 1)[-1]
                if short and short not in names and len(names) < MAX_LIST:
                    names.append(short)
    return tuple(names)


def search(data: object, name: str, depth: int) -> list[str]:
    """Every text under a name, at any depth down to eight."""
    if depth > 8:
        return []
    if isinstance(data, dict):
        here = [data[name]] if isinstance(data.get(name), str) else []
        return here + [hit for value in data.values() for hit in search(value, name, depth + 1)]
    if isinstance(data, list):
        return [hit for value in data[:MAX_LIST] for hit in search(value, name, depth + 1)]
    return []


def failure_codes(store: dict[str, Any]) -> tuple[str, ...]:
    """Validation codes that failed, of the active manifest and of its ingredients, once each."""
    return tuple(sorted(codes_of(store.get("validation_status")))[:MAX_LIST])
