"""Device profiles: what the farm knows about a phone model, read from YAML. No phone is asked.

A profile says how to recognise the phone, how to get inside apps, where a CA certificate goes and
what the vendor's system does to apps, with the commands that switch it off and on again.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec
import yaml

from farm.model.errors import UsageError
from farm.model.vocabulary import AccessMode

LARGEST_PROFILE = 64 * 1024  # bytes


class CaStore(StrEnum):
    """How a CA certificate becomes trusted by apps."""

    TMPFS = "tmpfs"  # a tmpfs over /system/etc/security/cacerts (Android 7 to 13)
    APEX = "apex"  # also over com.android.conscrypt's folder, in every zygote (Android 14 and on)
    REMOUNT = "remount"  # written into /system after a remount (writable system images)
    USER = "user"  # the operator installs it by hand; apps trust it only if they say so


class Quirk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing the vendor's system does, with the commands that stop and restore it.

    A phone that does not know the command is no failure: it becomes a note in the recording.
    """

    name: str
    do: list[str]
    undo: list[str] = []
    root: bool = False


class DeviceProfile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one kind of phone is recognised and handled."""

    name: str
    description: str
    match: dict[str, str] = {}  # property -> regular expression that must be found in its value
    sdk: tuple[int, int] = (24, 99)  # lowest and highest API level
    priority: int = 0  # of several that match, the highest wins
    access: AccessMode
    su: tuple[str, ...] = ("su", "-c")  # takes the command as one more argument
    ca_store: CaStore
    permission_packages: list[str] = []  # packages that draw permission dialogs
    quirks: list[Quirk] = []
    seeds: bool = True  # False: nothing of the farm's own is planted on such phones
    notes: list[str] = []


def matches(profile: DeviceProfile, properties: Mapping[str, str]) -> bool:
    """Whether a phone with these properties is of this kind."""
    level = properties.get("ro.build.version.sdk", "")
    if not level.isdecimal() or not profile.sdk[0] <= int(level) <= profile.sdk[1]:
        return False
    return all(
        re.search(pattern, properties.get(name, "")[:1000])
        for name, pattern in profile.match.items()
    )


def recognise(
    profiles: Sequence[DeviceProfile], properties: Mapping[str, str]
) -> DeviceProfile | None:
    """Return the matching profile with the highest priority; ties go to the first by name."""
    fitting = [profile for profile in profiles if matches(profile, properties)]
    return min(fitting, key=lambda p: (-p.priority, -len(p.match), p.name), default=None)


def parse_profile(text: str, source: str) -> DeviceProfile:
    """Read one profile.

    Raises:
        UsageError: names file, line or field, and what was expected.
    """
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not YAML"
        raise UsageError(
            f"{source}{line}: {problem}, expected a YAML mapping: correct the file"
        ) from error
    except RecursionError as error:
        raise UsageError(f"{source}: nested too deeply, expected a YAML mapping") from error
    if not isinstance(value, dict):
        raise UsageError(f"{source}, line 1: expected a YAML mapping with name, match and access")
    try:
        profile = msgspec.convert(value, DeviceProfile)
    except msgspec.ValidationError as error:
        raise UsageError(
            f"{source}: {error}; fields are {', '.join(DeviceProfile.__struct_fields__)}"
        ) from error
    for name, pattern in profile.match.items():
        try:
            re.compile(pattern)
        except re.error as error:
            raise UsageError(
                f"{source}, field match.{name}: {error}, expected a regular expression"
            ) from error
    if profile.access is AccessMode.GADGET and profile.ca_store is not CaStore.USER:
        raise UsageError(f"{source}, field ca_store: a phone without root can only have `user`")
    if not profile.su:
        raise UsageError(f"{source}, field su: expected a command such as [su, -c]")
    return profile


def load_profiles(folder: Path) -> list[DeviceProfile]:
    """Read every `*.yaml` of a folder, in the order of their names; blocks.

    Raises:
        UsageError: the folder or a profile cannot be used, or two have one name.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder, expected device profiles (*.yaml)")
    profiles: dict[str, DeviceProfile] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            data = path.read_bytes()[: LARGEST_PROFILE + 1]
            text = data.decode()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: cannot be read as UTF-8 text: {error}") from error
        if len(data) > LARGEST_PROFILE:
            raise UsageError(f"{path}: larger than {LARGEST_PROFILE} bytes, expected a profile")
        profile = parse_profile(text, str(path))
        if profile.name in profiles:
            raise UsageError(f"{path}, field name: {profile.name!r} is taken by another file")
        profiles[profile.name] = profile
    if not profiles:
        raise UsageError(f"{folder}: holds no device profile (*.yaml)")
    return list(profiles.values())
