"""Facts of an APK that the package manager needs, read by androguard. Blocking: use a thread."""

import hashlib
import logging
import re
import zipfile
from pathlib import Path

import msgspec
from androguard.core.apk import APK
from androguard.util import set_log

MAX_ANCHOR = 256 * 1024
_ANDROID = "{http://schemas.android.com/apk/res/android}"
_REFERENCE = re.compile(r'<certificates src="@([0-9A-Fa-f]{8})"')

logging.getLogger("androguard").setLevel(logging.CRITICAL)
set_log("CRITICAL")


class InvalidApk(Exception):
    """The file cannot be installed; `code` is Android's own word for it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class ApkFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What one APK file says about itself."""

    package: str
    split: str
    label: str
    version_name: str
    version_code: int
    min_sdk: int
    target_sdk: int
    main_activity: str
    activities: list[str]
    permissions: list[str]  # sorted: the reader gives them in no order of its own
    receivers: dict[str, list[str]]  # class to the actions its filters name
    signer_sha256: str
    network_security_config: str
    trust_anchors: list[str]  # certificates inside the APK that its configuration names, PEM
    debuggable: bool
    test_only: bool


def _number(text: str | None, default: int) -> int:
    try:
        return int(text or default)
    except ValueError:
        return default


def read_apk(path: Path) -> ApkFacts:
    """Read an APK.

    Raises:
        InvalidApk: it is none, or it is not signed.
    """
    try:
        apk = APK(str(path))
        if not apk.is_valid_APK() or not apk.get_package():
            raise InvalidApk(
                "INSTALL_PARSE_FAILED_NOT_APK", "Failed to parse base.apk: no manifest"
            )
        manifest = apk.get_android_manifest_xml()
        certificates = (
            apk.get_certificates_der_v3() or apk.get_certificates_der_v2()
            or [apk.get_certificate_der(name) for name in apk.get_signature_names()]
        )  # fmt: skip
        reference = apk.get_attribute_value("application", "networkSecurityConfig")
        config = _security_config(apk, reference)
        return ApkFacts(
            package=apk.get_package(),
            split=manifest.get("split") or "",
            label=apk.get_app_name() or apk.get_package(),
            version_name=apk.get_androidversion_name() or "",
            version_code=_number(apk.get_androidversion_code(), 0),
            min_sdk=_number(apk.get_min_sdk_version(), 1),
            target_sdk=apk.get_effective_target_sdk_version(),
            main_activity=apk.get_main_activity() or "",
            activities=list(apk.get_activities()),
            receivers=_receivers(apk),
            permissions=sorted(set(apk.get_permissions())),
            signer_sha256=_signer(certificates),
            network_security_config=config,
            trust_anchors=_anchors(apk, config),
            debuggable=apk.get_attribute_value("application", "debuggable") == "true",
            test_only=apk.get_attribute_value("application", "testOnly") == "true",
        )
    except InvalidApk:
        raise
    except (zipfile.BadZipFile, OSError) as error:
        raise InvalidApk(
            "INSTALL_PARSE_FAILED_NOT_APK", f"Failed to parse base.apk: {error}"
        ) from error
    except Exception as error:  # androguard raises anything on a broken file
        raise InvalidApk(
            "INSTALL_PARSE_FAILED_UNEXPECTED_EXCEPTION", f"{type(error).__name__}: {error}"
        ) from error


def _receivers(apk: APK) -> dict[str, list[str]]:
    """What broadcasts each enabled receiver asks for in the manifest."""
    found: dict[str, list[str]] = {}
    for element in apk.get_android_manifest_xml().iter("receiver"):
        name = element.get(f"{_ANDROID}name") or ""
        if not name or element.get(f"{_ANDROID}enabled") == "false":
            continue
        if name.startswith(".") or "." not in name:
            name = f"{apk.get_package()}.{name.lstrip('.')}"
        actions = [action.get(f"{_ANDROID}name") or "" for action in element.iter("action")]
        found[name] = actions
    return found


def _signer(certificates: list[bytes]) -> str:
    if not certificates or not certificates[0]:
        raise InvalidApk(
            "INSTALL_PARSE_FAILED_NO_CERTIFICATES",
            "Failed to collect certificates from base.apk: Attempt to get length of null array",
        )
    return hashlib.sha256(certificates[0]).hexdigest()


def _security_config(apk: APK, reference: str | None) -> str:
    """The XML of the network security config, as text; empty if there is none."""
    if not reference:
        return ""
    from androguard.core.axml import AXMLPrinter

    name = "res/xml/network_security_config.xml"
    if reference.startswith("@"):
        resources = apk.get_android_resources()
        entries = (
            resources.get_resolved_res_configs(int(reference.lstrip("@"), 16)) if resources else []
        )
        if entries:
            name = entries[0][1]
    elif reference.startswith("res/"):
        name = reference
    raw = apk.get_file(name)
    if not raw.startswith(b"\x03\x00"):
        return str(raw.decode("utf-8", "replace"))
    return str(AXMLPrinter(raw).get_xml().decode("utf-8", "replace"))


def _anchors(apk: APK, config: str) -> list[str]:
    """Certificates that the configuration names as raw resources, PEM."""
    resources = apk.get_android_resources()
    found = []
    for reference in _REFERENCE.findall(config) if resources else []:
        for _, name in resources.get_resolved_res_configs(int(reference, 16)):
            data = apk.get_file(name)
            if len(data) <= MAX_ANCHOR and b"-----BEGIN CERTIFICATE" in data:
                found.append(data.decode("ascii", "replace"))
    return found
