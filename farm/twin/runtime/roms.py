"""How a phone's system asks its own questions, as data: `roms.yaml`, by maker and Android version.

Values only; `permissions.py` and `system_windows.py` draw them.
"""

from functools import cache
from importlib import resources
from typing import Literal

import msgspec
import yaml

from farm.model.errors import UsageError

Answer = Literal["allow", "foreground", "once", "deny", "deny_forever", "toggle"]
Choice = tuple[str, str, Answer]
"""Words of a button, its id (may be empty), and what it answers."""


class PermissionStyle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A system's permission request."""

    package: str
    google: str = ""  # the package in Google's builds
    activity: str = ""
    resources: str = ""  # the name space of its ids, where it is not the package
    question: str  # with {app} and {what}
    in_use: list[Choice]
    plain: list[Choice]
    media: list[Choice] = []
    location: list[Choice] = []
    refuse: Choice
    again: Choice | None = None  # the refusal, where the user refused before
    never_ask: str = ""  # the box that is shown where the user refused before
    container: str = ""
    beside: bool = False  # buttons in a row
    icon: bool = False

    def choices(self, group: str, *, asked_before: bool) -> list[Choice]:
        """The buttons of a request for a group."""
        allowing = self.in_use if group in ("LOCATION", "CAMERA", "MICROPHONE") else self.plain
        if group == "LOCATION" and self.location:
            allowing = self.location
        elif group == "MEDIA" and self.media:
            allowing = self.media
        refuse = self.again if asked_before and self.again else self.refuse
        return [*allowing, refuse]


class BatteryStyle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A system's question whether an app may run in the background."""

    package: str
    title: str
    text: str
    deny: str
    allow: str


class Rom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One build of Android, or a range of them."""

    name: str
    manufacturers: list[str] = []  # empty: any
    sdk: tuple[int, int]  # API levels, both included
    permission: PermissionStyle
    battery: BatteryStyle


@cache
def load_roms() -> tuple[Rom, ...]:
    """All that is known, in the order in which they are tried."""
    text = (resources.files("farm.twin.runtime") / "roms.yaml").read_text("utf-8")
    try:
        return msgspec.convert(yaml.safe_load(text), tuple[Rom, ...])
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise UsageError(f"roms.yaml: {error}") from None


def rom_of(manufacturer: str, sdk: int, *, google: bool = False) -> Rom:
    """The build of a phone; the entries without a maker fit every phone from API level 21 on."""
    found = next(
        rom
        for rom in load_roms()
        if rom.sdk[0] <= max(sdk, 21) <= rom.sdk[1]
        and (not rom.manufacturers or manufacturer.lower() in rom.manufacturers)
    )
    style = found.permission
    if google and style.google:
        # the module's ids keep their own name space
        style = msgspec.structs.replace(style, package=style.google)
        found = msgspec.structs.replace(found, permission=style)
    return found
