"""Read an APK's static facts with androguard. Blocking: callers use a thread.

Everything in the result is the app's own claim and may be hostile text: bounded, kept as data.
"""

import hashlib
import io
import re
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path

from androguard.core.apk import APK, FileNotPresent
from androguard.core.axml import ResParserError
from loguru import logger
from lxml import etree

from farm.apps.archive import MANIFEST, Archive
from farm.apps.signing import signer_certificate
from farm.files import sha256_of
from farm.model.errors import UsageError
from farm.model.session import App

_MAX_MANIFEST = 16 * 1024 * 1024
_MAX_RESOURCES = 256 * 1024 * 1024
_MAX_SIGNATURE = 4 * 1024 * 1024
_MAX_TEXT = 4096  # bytes of UTF-8
_MAX_LISTED = 5000
_MAX_ABIS = 16
_HIGHEST_LEVEL = 10_000
_NATIVE = re.compile(r"lib/([a-z0-9_-]{1,20})/[^/]+\.so")
# What androguard lets through when binary XML, resources or certificates are broken.
_BROKEN = (
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    AssertionError,
    NameError,
    ArithmeticError,
    RecursionError,
    EOFError,
    struct.error,
    etree.LxmlError,
    ResParserError,
    FileNotPresent,
    zipfile.BadZipFile,
)
_SIGNATURE_FILES = (".RSA", ".DSA", ".EC")
_SIGNED_FILE = ".SF"  # what a JAR signature signs; androguard checks one against the other


def inspect(path: Path) -> App:
    """Return what an APK says about itself.

    Raises:
        UsageError: the file is missing, no APK, corrupt or beyond the limits.
    """
    with Archive(path) as archive:
        manifest = archive.read(MANIFEST, _MAX_MANIFEST)
        resources = archive.read("resources.arsc", _MAX_RESOURCES)
        signatures = {
            name: archive.read(name, _MAX_SIGNATURE)
            for name in archive.names[:_MAX_LISTED]
            if name.startswith("META-INF/")
            and name.upper().endswith((*_SIGNATURE_FILES, _SIGNED_FILE))
        }
        certificate = signer_certificate(path, archive.directory_offset)
        size = archive.size
        abis = _abis(archive.names)
    parts = {MANIFEST: manifest, "resources.arsc": resources} | signatures
    apk = _parsed(path, {name: data for name, data in parts.items() if data})
    blocks = sorted(name for name in signatures if name.upper().endswith(_SIGNATURE_FILES))
    if not certificate and blocks:
        certificate = _first_scheme(apk, blocks[0])
    return _app(path, apk, certificate, size, abis)


def manifest_xml(path: Path) -> etree._Element:
    """Return the APK's manifest as XML; every text in it is the app's own.

    Raises:
        UsageError: as for `inspect`.
    """
    with Archive(path) as archive:
        parts = {MANIFEST: archive.read(MANIFEST, _MAX_MANIFEST)}
    root = _parsed(path, parts).get_android_manifest_xml()
    if root is None:
        raise UsageError(f"{path}: its {MANIFEST} has no root element")
    return root


def _parsed(path: Path, parts: dict[str, bytes]) -> APK:
    """Give androguard only the bounded parts: it would load the whole file without limits."""
    small = io.BytesIO()
    with zipfile.ZipFile(small, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    logger.disable("androguard")
    try:
        apk = APK(small.getvalue(), raw=True)
        valid = apk.is_valid_APK()
    except Exception as error:  # androguard lets anything through, NameError included
        reason = _bounded(f"{type(error).__name__}: {error}")[:200]
        raise UsageError(f"{path}: its {MANIFEST} cannot be read: {reason}") from error
    if not valid:
        raise UsageError(f"{path}: its {MANIFEST} cannot be read; expected Android's binary XML")
    return apk


def _first_scheme(apk: APK, name: str) -> bytes:
    """The certificate of a JAR signature (scheme v1), empty if it cannot be read."""
    try:
        return bytes(apk.get_certificate_der(name) or b"")
    except _BROKEN:  # a broken signature is an unsigned app: Android will refuse it
        return b""


def _abis(names: Iterable[str]) -> list[str]:
    """ABIs that native libraries lie under: `lib/ABI/libNAME.so` (Android NDK, "Android ABIs")."""
    found = {match[1] for name in names if (match := _NATIVE.fullmatch(name))}
    return sorted(found)[:_MAX_ABIS]


def _app(path: Path, apk: APK, certificate: bytes, size: int, abis: list[str]) -> App:
    package = _bounded(apk.get_package())
    if not package:
        raise UsageError(f"{path}: its {MANIFEST} names no package")
    try:
        label = _bounded(apk.get_app_name())
    except _BROKEN:  # a label that points nowhere is no reason to refuse the app
        label = ""
    return App(
        package=package,
        label=label or package,
        version_name=_bounded(apk.get_androidversion_name()),
        version_code=_number(apk.get_androidversion_code(), 0),
        target_sdk=_level(apk.get_target_sdk_version(), 0) or _level(apk.get_min_sdk_version(), 1),
        apk_sha256=sha256_of(path),
        signer_sha256=hashlib.sha256(certificate).hexdigest() if certificate else "",
        main_activity=_bounded(_main_activity(apk)),
        permissions=_listed(apk.get_permissions()),
        activities=_listed(apk.get_activities()),
        size=size,
        lowest_sdk=_level(apk.get_min_sdk_version(), 0),
        abis=abis,
    )


def _main_activity(apk: APK) -> str:
    try:
        return str(apk.get_main_activity() or "")
    except _BROKEN:  # a manifest without a launcher
        return ""


def _bounded(text: object) -> str:
    """An app's text with at most 4 KiB of UTF-8; lone surrogates replaced."""
    data = ("" if text is None else str(text)).encode("utf-8", "replace")
    return data[:_MAX_TEXT].decode("utf-8", "ignore")


def _listed(words: Iterable[object]) -> list[str]:
    return sorted({_bounded(word) for word in words if word})[:_MAX_LISTED]


def _level(text: object, default: int) -> int:
    """An API level; one that no Android will ever have stays above all that there are."""
    return min(_number(text, default), _HIGHEST_LEVEL)


def _number(text: object, default: int) -> int:
    """A whole number of the manifest (decimal or 0x…), `default` where it is none."""
    try:
        number = int(str(text), 0)
    except ValueError:
        return default
    return number if 0 <= number < 2**63 else default
