"""The name of a certificate in Android's system store. A pure function, without mitmproxy."""

import hashlib

from cryptography import x509


def system_store_name(certificate: bytes) -> str:
    """Return the file name under which Android's system store holds a certificate (PEM).

    `<hash>.0`, the hash being OpenSSL's `X509_NAME_hash_old`: the first four bytes, little
    endian, of the MD5 of the subject in DER (AOSP `TrustedCertificateStore.java`).
    """
    subject = x509.load_pem_x509_certificate(certificate).subject.public_bytes()
    digest = hashlib.md5(subject, usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}.0"
