"""Components of an app: which runs first, and which any other app may start.

A component is exported where its manifest says so; where it says nothing, an intent filter exports
it for apps that target less than API 31
(developer.android.com/guide/topics/manifest/activity-element#exported).
"""

from pathlib import Path

import msgspec

from farm.apps.inspection import manifest_xml

_ANDROID = "{http://schemas.android.com/apk/res/android}"
_KINDS = ("activity", "activity-alias", "service", "receiver", "provider")
_EXPLICIT_SINCE = 31
_MOST = 5000
_LONGEST = 500


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One exported component."""

    kind: str
    name: str
    permission: str = ""  # needed to start it; empty: none


def entry_class(path: Path, package: str, main_activity: str) -> str:
    """The class of the app that runs first: its Application class, or else its main activity.

    Raises:
        UsageError: as for `exported_components`.
    """
    application = manifest_xml(path).find("application")
    named = None if application is None else application.get(f"{_ANDROID}name")
    name = (named or main_activity)[:_LONGEST]
    if name.startswith("."):
        return package + name
    return name if "." in name else f"{package}.{name}"


def exported_components(path: Path, target_sdk: int) -> list[Component]:
    """Return the exported components of an APK.

    Raises:
        UsageError: the file is missing, no APK, corrupt or beyond the limits.
    """
    found: list[Component] = []
    for kind in _KINDS:
        for element in manifest_xml(path).iter(kind):
            said = element.get(f"{_ANDROID}exported")
            filtered = element.find("intent-filter") is not None
            exported = said == "true" or (
                said is None and filtered and target_sdk < _EXPLICIT_SINCE
            )
            if exported:
                found.append(
                    Component(
                        kind=kind,
                        name=(element.get(f"{_ANDROID}name") or "")[:_LONGEST],
                        permission=(element.get(f"{_ANDROID}permission") or "")[:_LONGEST],
                    )
                )
    return found[:_MOST]
