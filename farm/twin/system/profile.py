"""What a twin pretends to be: read from a YAML file of `profiles/`."""

from importlib import resources
from typing import Any

import msgspec
import yaml

from farm.model.errors import UsageError


class TwinProfile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One phone model with its Android version and its way to root."""

    name: str
    description: str
    root: str  # "magisk": su as Magisk's; "adb": adb root and AOSP's su; "none"
    sdk: int
    screen: tuple[int, int]  # pixels
    density: int  # dpi
    properties: dict[str, str]
    settings: dict[str, dict[str, str]] = {}
    system_packages: list[str] = []
    launcher: str = "com.android.launcher3/com.android.launcher3.Launcher"
    memory_kib: int = 5_800_000
    data_kib: int = 112_000_000
    kernel: str = "4.9.186-perf"
    mac_prefix: str = "02:00:00"


def profile_names() -> list[str]:
    """Names of all profiles that ship."""
    folder = resources.files("farm.twin.system") / "profiles"
    return sorted(
        f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")
    )


def load_profile(name: str) -> TwinProfile:
    """The profile of that name.

    Raises:
        UsageError: there is none, or its file is broken.
    """
    names = profile_names()
    if name not in names:
        raise UsageError(f"unknown twin profile '{name[:80]}'; known are: {', '.join(names)}")
    try:
        return msgspec.convert(_content(name), TwinProfile)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise UsageError(f"profiles/{name}.yaml: {error}") from None


def _content(name: str) -> dict[str, Any]:
    """A file's content over that of the profile which it is `like`."""
    text = (resources.files("farm.twin.system") / "profiles" / f"{name}.yaml").read_text("utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    like = content.pop("like", "")
    return _over(content, _content(like)) if like else content


def _over(own: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    merged = base | own
    for key in own.keys() & base.keys():
        if isinstance(own[key], dict) and isinstance(base[key], dict):
            merged[key] = _over(own[key], base[key])
    return merged
