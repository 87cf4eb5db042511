"""Which certificate authorities an app trusts, by Android's rules.

Source: developer.android.com, "Network security configuration": before API level 24 apps trust the
user's certificates; from then on only if their configuration says so.
"""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from farm.twin.contracts import InstalledPackage
from farm.twin.system.filesystem import Filesystem

SYSTEM_STORE = "/system/etc/security/cacerts"
APEX_STORE = "/apex/com.android.conscrypt/cacerts"
"""Where apps look from Android 14 on: the Conscrypt module's own copy."""
_APEX_SDK = 34
USER_STORE = "/data/misc/user/0/cacerts-added"
MAX_CERTIFICATES = 1_000
MAX_SIZE = 256 * 1024


def trusts_user_store(package: InstalledPackage) -> bool:
    """Whether the app trusts certificates that the user added."""
    if not package.network_security_config:
        return package.target_sdk < 24
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        tree = etree.fromstring(package.network_security_config.encode(), parser)
    except etree.XMLSyntaxError:
        return False
    sections = ["base-config"] + (["debug-overrides"] if package.debuggable else [])
    anchors_stated = tree.find("base-config/trust-anchors") is not None
    for section in sections:
        for entry in tree.findall(f"{section}/trust-anchors/certificates"):
            if entry.get("src") == "user":
                return True
    return package.target_sdk < 24 and not anchors_stated


def read_store(files: Filesystem, folder: str) -> list[str]:
    """The certificates in a store as PEM; files that hold none are passed over, as Android does.

    A file's name must be the hash of its subject with a number: others are never looked up.
    """
    found: list[str] = []
    try:
        names = [name for name, _ in files.entries(folder)]
    except OSError:
        return found
    for name in names[:MAX_CERTIFICATES]:
        stem, _, number = name.partition(".")
        if len(stem) != 8 or not number.isdigit():
            continue
        try:
            facts = files.stat(f"{folder}/{name}")
            # Apps read the store as "other": a file with mode 0600 is invisible to them.
            if facts.size > MAX_SIZE or not facts.mode & 0o004:
                continue
            with files.open_read(f"{folder}/{name}") as file:
                raw = file.read(MAX_SIZE)
            if b"-----BEGIN" in raw:
                certificate = x509.load_pem_x509_certificate(raw)
            else:
                certificate = x509.load_der_x509_certificate(raw)
        except (OSError, ValueError):
            continue
        found.append(certificate.public_bytes(Encoding.PEM).decode())
    return found


def store_of(sdk: int) -> str:
    """The system's store that apps of a phone read."""
    return APEX_STORE if sdk >= _APEX_SDK else SYSTEM_STORE


def trusted_certificates(files: Filesystem, package: InstalledPackage, sdk: int) -> list[str]:
    """PEM certificates the app trusts on a phone of that API level."""
    found = read_store(files, store_of(sdk))
    if trusts_user_store(package):
        found += read_store(files, USER_STORE)
    found += package.trust_anchors
    return list(dict.fromkeys(found))


def store_name(pem: str) -> str:
    """The file name of a certificate in the stores: OpenSSL's old subject hash and `.0`."""
    import hashlib

    subject = x509.load_pem_x509_certificate(pem.encode()).subject.public_bytes()
    # Not for security: the name is defined by MD5 (X509_NAME_hash_old of OpenSSL).
    digest = hashlib.md5(subject, usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}.0"
