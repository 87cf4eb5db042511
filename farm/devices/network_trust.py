"""Makes an app's copy trust the capture's certificate authority, without root.

From API level 24 apps trust user certificates only if their network security configuration says
so (developer.android.com, "Network security configuration"). The copy gets a configuration of its
own, with the authority's certificate as a raw resource. apktool rebuilds resources and manifest;
code and all other files stay those of the original.
"""

import re
import zipfile
from pathlib import Path

from farm.devices.android_tools import run
from farm.model.errors import AppError

_NAME = "farm_network_security_config"
_CA = "farm_ca"
_CONFIGURATION = f"""<?xml version="1.0" encoding="utf-8"?>
<network-security-config>
  <base-config cleartextTrafficPermitted="true">
    <trust-anchors>
      <certificates src="system"/>
      <certificates src="@raw/{_CA}"/>
    </trust-anchors>
  </base-config>
</network-security-config>
"""
_APPLICATION = re.compile(r"<application\b([^>]*)>")
_OLD = re.compile(r'\s+android:networkSecurityConfig="[^"]*"')
_REBUILT = re.compile(r"AndroidManifest\.xml|resources\.arsc|res/.+")


def trusting_resources(apk: Path, ca_pem: bytes, work: Path) -> dict[str, bytes]:
    """Return the files of the APK that have to be replaced or added, by name; blocks.

    Args:
        apk: the base APK.
        ca_pem: the certificate, PEM.
        work: a folder to work in, which is made.

    Raises:
        AppError: apktool cannot take the app apart or put it together again.
        SetupError: apktool is missing.
    """
    tree, rebuilt, frameworks = work / "tree", work / "rebuilt.apk", work / "frameworks"
    frameworks.mkdir(parents=True)
    run("apktool", "d", "-q", "-s", "-f", "-p", str(frameworks), "-o", str(tree), str(apk))
    manifest = tree / "AndroidManifest.xml"
    manifest.write_text(_configured(manifest.read_text("utf-8")), "utf-8")
    for folder, name, data in (
        ("xml", f"{_NAME}.xml", _CONFIGURATION.encode()),
        ("raw", f"{_CA}.pem", ca_pem),
    ):
        (tree / "res" / folder).mkdir(parents=True, exist_ok=True)
        (tree / "res" / folder / name).write_bytes(data)
    run("apktool", "b", "-q", "-f", "-p", str(frameworks), "-o", str(rebuilt), str(tree))
    with zipfile.ZipFile(rebuilt) as made:
        return {name: made.read(name) for name in made.namelist() if _REBUILT.fullmatch(name)}


def _configured(manifest: str) -> str:
    found = _APPLICATION.search(manifest)
    if found is None:
        raise AppError("the app's manifest has no application element")
    attributes = _OLD.sub("", found[1])
    said = f'<application android:networkSecurityConfig="@xml/{_NAME}"{attributes}>'
    return manifest[: found.start()] + said + manifest[found.end() :]
