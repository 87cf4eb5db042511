"""Reads what `cmd package install`, `pm install` and `pm uninstall` answer."""

import re

from farm.devices.values import InstallResult

_FAILURE = re.compile(r"Failure\s*\[\s*([A-Z][A-Z0-9_]+)\s*(?::\s*(.*?))?\]\s*$", re.DOTALL)
# Vendors' installers refuse by numbers of their own, at times with a name behind.
_NUMBER = re.compile(r"Failure\s*\[\s*(-?\d+)\s*(?::\s*(\w+))?[^\]]*\]")
_SESSION = re.compile(r"Success: created install session \[(\d+)\]")

# Constants of android.content.pm.PackageManager that speak of the phone and not of the app.
DEVICE_FAULTS: dict[str, str] = {
    "INSTALL_FAILED_INSUFFICIENT_STORAGE": "the phone's storage is full: free some",
    "INSTALL_FAILED_MEDIA_UNAVAILABLE": "the phone's storage is not mounted",
    "INSTALL_FAILED_INTERNAL_ERROR": "the package manager failed: reboot the phone",
    "INSTALL_FAILED_CONTAINER_ERROR": "the phone's storage failed: reboot the phone",
    "INSTALL_FAILED_ABORTED": "the installation was aborted on the phone",
    "INSTALL_FAILED_USER_RESTRICTED": (
        "the phone forbids installation by USB: allow it in the developer options "
        '(MIUI: "Install via USB", needs a SIM card once)'
    ),
    "INSTALL_FAILED_VERIFICATION_TIMEOUT": "the phone's package verifier did not answer",
    "INSTALL_FAILED_VERIFICATION_FAILURE": (
        "the phone's package verifier refused: switch it off in the developer options"
    ),
    "VENDOR_REFUSED": (
        "the vendor's installer refused: unlock the phone, allow installation by USB in the "
        "developer options, and confirm its dialog"
    ),
    "INSTALL_CANCELED_BY_USER": "somebody or the vendor's dialog refused on the phone",
}


def read_install(output: str) -> InstallResult:
    """Return the answer of an installation; a silent or unknown one counts as a device fault."""
    text = output.strip()
    lines = [line.strip() for line in text.splitlines()]
    if ("Success" in lines or text.startswith("Success")) and "Failure" not in text:
        return InstallResult()
    found = _FAILURE.search(text)
    if found:
        return InstallResult(code=found[1], message=(found[2] or "").strip()[:500])
    number = _NUMBER.search(text)
    if number:
        return InstallResult(code=number[2] or "VENDOR_REFUSED", message=f"number {number[1]}")
    parse = re.search(r"(INSTALL_[A-Z_]+)(?::\s*(.*))?", text)
    if parse:
        return InstallResult(code=parse[1], message=(parse[2] or "").strip()[:500])
    if "Failed to parse APK" in text or "PackageParserException" in text:
        return InstallResult(code="INSTALL_PARSE_FAILED_NOT_APK", message=text[:500])
    return InstallResult(code="NO_ANSWER", message=text[:500])


def read_session(output: str) -> int | None:
    """Return the number of a created install session, None if none was created."""
    found = _SESSION.search(output)
    return int(found[1]) if found else None
