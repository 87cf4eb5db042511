"""What a campaign is asked to do."""

import re
from typing import Any, Literal

import msgspec

from farm.campaign.decisions import Requirement
from farm.campaign.ledger.values import AppFile, SessionOptions
from farm.model.errors import UsageError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_FILES = msgspec.json.Decoder(tuple[AppFile, ...])


class ScenarioRef(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario by name, and which text of it was meant."""

    name: str
    sha256: str


class CampaignPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that makes two campaigns the same one, but for the list of apps."""

    scenarios: tuple[ScenarioRef, ...]
    profiles: tuple[str, ...] = ("",)  # "": any phone
    access: str = ""
    repeat: int = 1
    options: SessionOptions = SessionOptions()
    analyse: bool = True
    examine: bool = False  # by the outside engines of whichever worker takes the app
    build: str = ""  # only phones with this system image, by its fingerprint
    network: str = ""  # only hosts in this network
    purpose: Literal["", "repeat", "trace"] = ""  # what a night made it for; "": for itself
    apps: str = ""  # where the list came from; an absolute path, for schedules

    @property
    def jobs_of_an_app(self) -> int:
        """Jobs that are planned for each app at once; judgements come with their recordings."""
        return len(self.scenarios) * len(self.profiles) * self.repeat + self.examine


class AppEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One app of a campaign's list. Its texts are the app's own claims."""

    sha256: str  # of the base APK
    package: str
    version_code: int = 0
    version_name: str = ""
    lowest_sdk: int = 0
    abis: tuple[str, ...] = ()
    files: tuple[AppFile, ...] = ()


def entry_of(row: Any) -> AppEntry:
    """An app of the database's `app` table, as a plan takes it."""
    return AppEntry(
        sha256=row["sha256"],
        package=row["package"],
        version_code=row["version_code"],
        version_name=row["version_name"],
        lowest_sdk=row["lowest_sdk"],
        abis=tuple(row["abis"]),
        files=_FILES.decode(row["files"]),
    )


def check_name(name: str) -> str:
    """Return a campaign's name.

    Raises:
        UsageError: it cannot be used in paths and reports.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r}: a campaign's name has up to 80 letters, digits, dots, dashes and "
            "underscores, and begins with a letter or digit"
        )
    return name


def requirement_of(plan: CampaignPlan, profile: str, app: AppEntry) -> Requirement:
    """What a session of `app` asks of a phone."""
    return Requirement(
        profile=profile,
        access=plan.access,
        lowest_sdk=app.lowest_sdk,
        abis=tuple(sorted(app.abis)),
        build=plan.build,
        network=plan.network,
    )
