"""The nightly's configuration file, read with one clear error for whatever is wrong in it."""

from pathlib import Path
from typing import Literal

import msgspec

from farm.files import read_yaml
from farm.model.errors import UsageError

_LARGEST = 1 << 20


class NightlyConfig(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"
):
    """One nightly. Paths are relative to the file."""

    name: str
    apps: str  # a list or folder, as for `farm campaign create`
    which: Literal["new", "all"] = "new"  # only versions not seen before, or every app
    scenarios: tuple[str, ...] = ("accept",)
    profiles: tuple[str, ...] = ("",)
    priority: int = 10
    repeats: int = 2  # further sessions of an app whose outcome changed, before it is reported
    trace: bool = True  # find out what made an outcome change
    hours: float = 8.0  # to wait for the campaign
    settle: float = 10.0
    bypass_pinning: bool = False
    timezone: str = "UTC"  # whose date names the night
    output: str = "nightly"
    webhook: str = ""  # told the summary as JSON by POST, signed with $FARM_WEBHOOK_SECRET


def read_config(path: Path) -> NightlyConfig:
    """Read a configuration.

    Raises:
        UsageError: names file and field.
    """
    config, _ = read_yaml(path, NightlyConfig, largest=_LARGEST, expected="a nightly's settings")
    if config.webhook and not config.webhook.startswith(("https://", "http://")):
        raise UsageError(f"{path}: webhook: expected an http or https address")
    if not 0 <= config.repeats <= 20 or not 0 < config.hours <= 240:
        raise UsageError(f"{path}: repeats must be 0 to 20 and hours up to 240")
    return config
