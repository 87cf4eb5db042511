"""Reads `pm list packages`, `pm path` and `dumpsys package`."""

import re

import msgspec


class PackageInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What `dumpsys package NAME` says about one installed app."""

    package: str
    version_name: str
    version_code: int
    target_sdk: int
    granted: frozenset[str]


def read_package_list(output: str) -> list[str]:
    """Return package names from `pm list packages`, with or without `-f`."""
    names = []
    for line in output.replace("\r", "").splitlines():
        if line.startswith("package:"):
            entry = line.removeprefix("package:").split(" ")[0]
            names.append(entry.rpartition("=")[2] if "/" in entry else entry)
    return names


def read_paths(output: str) -> list[str]:
    """Return the APK files of `pm path NAME`, base first."""
    lines = output.replace("\r", "").splitlines()
    paths = [line.removeprefix("package:") for line in lines if line.startswith("package:")]
    return sorted(paths, key=lambda path: not path.endswith("/base.apk"))


def read_package(output: str, package: str) -> PackageInfo | None:
    """Return what the section `Package [NAME]` says; None if the app is not installed."""
    section = re.search(
        rf"^  Package \[{re.escape(package)}\][^\n]*\n(.*?)(?=^  \S|^\S|\Z)",
        output.replace("\r", ""),
        re.MULTILINE | re.DOTALL,
    )
    if section is None:
        return None
    text = section[1]
    code = re.search(r"versionCode=(\d+)(?:[^\n]*?targetSdk=(\d+))?", text)
    name = re.search(r"^\s*versionName=([^\n]*)", text, re.MULTILINE)
    granted = re.findall(r"^\s*([\w.]+): granted=true", text, re.MULTILINE)
    return PackageInfo(
        package=package,
        version_name=name[1].strip() if name else "",
        version_code=int(code[1]) if code else 0,
        target_sdk=int(code[2]) if code and code[2] else 0,
        granted=frozenset(granted),
    )
