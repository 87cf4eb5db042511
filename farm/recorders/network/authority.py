"""The certificate authority that intercepts TLS: made once per farm, its key readable by us alone.

Nothing here touches a phone; `devices` installs the certificate.
"""

import fcntl
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from mitmproxy.certs import CertStore

from farm.model.errors import SetupError

_BASENAME = "mitmproxy"  # the name under which mitmproxy looks for its CA
_KEY_BITS = 2048


def ensure_authority(folder: Path) -> bytes:
    """Return the CA's certificate (PEM), making key and certificate in `folder` if needed.

    Raises:
        SetupError: the folder cannot be used, or its CA is damaged.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            key = folder / f"{_BASENAME}-ca.pem"
            if not key.exists():
                CertStore.create_store(
                    folder,
                    _BASENAME,
                    _KEY_BITS,
                    organization="farm",
                    cn=f"farm capture {os.urandom(4).hex()}",
                )
            key.chmod(0o600)
            pem = key.read_bytes()
        certificate = x509.load_pem_x509_certificates(pem)[0]
    except (OSError, ValueError, IndexError) as error:
        raise SetupError(f"{folder}: the capture CA cannot be read or made: {error}") from error
    return certificate.public_bytes(serialization.Encoding.PEM)
