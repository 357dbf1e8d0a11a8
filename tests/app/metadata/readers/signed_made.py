"""C2PA-signed pictures made at test time, with certificates that exist for the test alone."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@dataclass(frozen=True)
class Authority:
    """A root certificate, and a leaf that it signed."""

    root_pem: str
    chain_pem: str
    key: ec.EllipticCurvePrivateKey


def name(common: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        ]
    )


def make_authority(common: str = "Test Signer", organisation: str = "Test House") -> Authority:
    """A root and a document-signing leaf, both valid for a month around now."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = name("Test Root", "Test Authority")
    root = _certificate(root_name, root_name, root_key, root_key, is_root=True)
    leaf = _certificate(name(common, organisation), root_name, key, root_key, is_root=False)
    pem = [c.public_bytes(serialization.Encoding.PEM).decode() for c in (root, leaf)]
    return Authority(pem[0], pem[1] + pem[0], key)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signing_key: ec.EllipticCurvePrivateKey,
    is_root: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_root,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=is_root,
                crl_sign=is_root,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()),
            critical=False,
        )
    )
    if not is_root:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(signing_key, hashes.SHA256())


def sign(picture: bytes, authority: Authority, manifest: dict[str, Any] | None = None) -> bytes:
    """The JPEG with a manifest of one action, signed offline."""
    signer = c2pa.Signer.from_callback(
        _es256(authority.key), c2pa.C2paSigningAlg.ES256, authority.chain_pem, None
    )
    signed = io.BytesIO()
    with c2pa.Builder(json.dumps(manifest or MANIFEST)) as builder:
        builder.sign(signer, "image/jpeg", io.BytesIO(picture), signed)
    return signed.getvalue()


def _es256(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    def signature(data: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return signature


MANIFEST: dict[str, Any] = {
    "claim_generator_info": [{"name": "test maker", "version": "1.0"}],
    "title": "test.jpg",
    "assertions": [
        {
            "label": "c2pa.actions",
            "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": COMPOSITE}]},
        }
    ],
}
