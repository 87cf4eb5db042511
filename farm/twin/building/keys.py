"""Keys and certificates made at build time: developers' signing keys, pinned servers' keys.

They live in the build folder and are made when first asked for. They protect nothing.
"""

import base64
import datetime
import hashlib
import re
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from farm.paths import BUILD
from farm.twin.building.tools import build_lock

KEYS = BUILD / "twin" / "keys"
_YEARS = 30  # as Google Play asks of a signing key


def developer_key(name: str, folder: Path = KEYS) -> tuple[Path, Path]:
    """PKCS#8 key (DER) and certificate (PEM) of an app developer, for apksigner."""
    stem = _file_name(name)
    key_file, certificate_file = folder / f"{stem}.pk8", folder / f"{stem}.x509.pem"
    with build_lock(folder):
        if not certificate_file.exists():
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            subject = x509.Name(
                [
                    x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
                    x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"{stem} (example)"),
                ]
            )
            start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
            certificate = (
                x509.CertificateBuilder()
                .subject_name(subject)
                .issuer_name(subject)
                .public_key(key.public_key())
                .serial_number(int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8]))
                .not_valid_before(start)
                .not_valid_after(start + datetime.timedelta(days=365 * _YEARS))
                .sign(key, hashes.SHA256())
            )
            key_file.write_bytes(
                key.private_bytes(
                    serialization.Encoding.DER,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return key_file, certificate_file


def server_key(host: str, folder: Path = KEYS) -> ec.EllipticCurvePrivateKey:
    """The lasting key of a server that an app pins."""
    file = folder / f"server-{_file_name(host)}.pem"
    with build_lock(folder):
        if file.exists():
            key = serialization.load_pem_private_key(file.read_bytes(), None)
            if isinstance(key, ec.EllipticCurvePrivateKey):
                return key
        made = ec.generate_private_key(ec.SECP256R1())
        file.write_bytes(
            made.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return made


def pin_of(key: ec.EllipticCurvePrivateKey) -> str:
    """SHA-256 of the public key's SubjectPublicKeyInfo in Base64, as RFC 7469 defines a pin."""
    spki = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()


def _file_name(name: str) -> str:
    return re.sub(r"[^a-z0-9.-]", "_", name.lower()).lstrip(".")[:100] or "nobody"
