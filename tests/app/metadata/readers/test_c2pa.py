"""Content credentials: what is signed, by whom, and that nothing is fetched."""

import io
import socket
from pathlib import Path

import pytest

from app.errors import UsageError
from app.metadata.readers.c2pa import Checks, read_credentials
from app.metadata.trust_anchors import load_trust_anchors
from app.metadata.types import Credentials
from hashing.message import Message
from tests.app.metadata.readers.boxes_made import xmp_packet
from tests.app.metadata.readers.signed_made import Authority, make_authority, sign
from tests.app.metadata.readers.test_still_blocks import saved


@pytest.fixture(scope="module")
def authority() -> Authority:
    return make_authority()


@pytest.fixture(scope="module")
def signed(authority: Authority) -> bytes:
    return sign(saved("JPEG").getvalue(), authority)


def read(raw: bytes, trust_anchors: str | None = None) -> Credentials:
    return read_credentials(io.BytesIO(raw), "image/jpeg", trust_anchors)


def test_a_file_without_a_manifest_has_none() -> None:
    assert read(saved("JPEG").getvalue()) == Credentials("none")


def test_a_signature_by_a_stranger_is_valid_and_no_more(signed: bytes) -> None:
    credentials = read(signed)
    assert credentials.state == "valid"
    assert credentials.codes == ("signingCredential.untrusted",)
    assert (credentials.signature, credentials.content_binding) == ("valid", "intact")
    assert (credentials.signer_trust, credentials.identity) == ("not_listed", "none")
    assert (credentials.issuer, credentials.common_name) == ("Test House", "Test Signer")


def test_a_signer_whose_root_is_on_the_list_is_trusted(signed: bytes, authority: Authority) -> None:
    credentials = read(signed, authority.root_pem)
    assert credentials.state == "trusted"
    assert credentials.signer_trust == "trusted"
    assert credentials.codes == ()


def test_another_root_on_the_list_makes_no_trust(signed: bytes) -> None:
    assert read(signed, make_authority().root_pem).state == "valid"


def test_one_changed_byte_makes_the_credentials_invalid(
    signed: bytes, authority: Authority
) -> None:
    changed = bytearray(signed)
    changed[-40] ^= 0xFF
    credentials = read(bytes(changed), authority.root_pem)
    assert credentials.state == "invalid"
    assert "assertion.dataHash.mismatch" in credentials.codes
    assert (credentials.signature, credentials.content_binding) == ("valid", "changed")


def checks(held: tuple[str, ...], failed: tuple[str, ...]) -> Checks:
    signed = ("claimSignature.validated", "assertion.dataHash.match")
    status = [{"code": code} for code in failed]
    active = {"success": [{"code": code} for code in (*signed, *held)], "failure": status}
    return Checks.of(
        {"validation_status": status, "validation_results": {"activeManifest": active}}
    )


@pytest.mark.parametrize(
    ("held", "failed", "state", "identity"),
    [
        ((), ("signingCredential.untrusted", "cawg.ica.did_unavailable"), "valid", "not_looked_up"),
        (("signingCredential.trusted",), ("cawg.ica.did_unavailable",), "trusted", "not_looked_up"),
        ((), ("cawg.ica.did_unavailable", "assertion.dataHash.mismatch"), "invalid",
         "not_looked_up"),
        ((), ("cawg.ica.signature_mismatch",), "invalid", "invalid"),
        ((), ("claimSignature.outsideValidity",), "invalid", "none"),
    ],
)  # fmt: skip
def test_an_identity_that_nobody_looked_up_changes_no_state(
    held: tuple[str, ...], failed: tuple[str, ...], state: str, identity: str
) -> None:
    found = checks(held, failed)
    assert (found.state("Invalid"), found.identity) == (state, identity)


def test_a_certificate_that_was_not_good_is_refused_and_a_time_stamp_stands_apart() -> None:
    assert checks((), ("claimSignature.outsideValidity",)).signer_trust == "refused"
    assert checks(("timeStamp.validated",), ()).time_stamp == "not_listed"
    assert checks(("timeStamp.validated", "timeStamp.trusted"), ()).time_stamp == "trusted"
    assert checks((), ("timeStamp.mismatch",)).time_stamp == "invalid"
    assert checks((), ()).time_stamp == "none"


def test_a_manifest_cut_in_half_is_unreadable_not_absent(signed: bytes) -> None:
    credentials = read(signed[: len(signed) // 3])
    assert credentials.state == "unreadable"
    assert credentials.reason == Message("credentials-damaged")


def test_declared_actions_and_source_types_are_read(signed: bytes) -> None:
    credentials = read(signed)
    assert [action["action"] for action in credentials.actions] == ["c2pa.created"]
    assert credentials.source_types == ("trainedAlgorithmicMedia",)
    assert credentials.generator == "test maker 1.0"


def test_a_manifest_that_lies_elsewhere_is_not_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/manifest.c2pa"
        packet = xmp_packet(
            f'dcterms:provenance="{address}"', 'xmlns:dcterms="http://purl.org/dc/terms/"'
        )
        credentials = read(saved("JPEG", xmp=packet).getvalue())
        assert credentials.state == "unreadable"
        assert credentials.reason == Message("credentials-elsewhere")
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_trust_list_is_read_as_certificates_alone(tmp_path: Path, authority: Authority) -> None:
    path = tmp_path / "anchors.pem"
    path.write_text(f"# our partners\n{authority.root_pem}\nthe end\n", encoding="ascii")
    assert load_trust_anchors(path) == authority.root_pem
    assert load_trust_anchors(None) is None


@pytest.mark.parametrize(
    "content",
    ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
)
def test_a_trust_list_without_certificates_is_a_usage_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "anchors.pem"
    path.write_text(content, encoding="ascii")
    with pytest.raises(UsageError, match="should hold PEM certificates"):
        load_trust_anchors(path)


def test_a_missing_trust_list_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_trust_anchors(tmp_path / "none.pem")
