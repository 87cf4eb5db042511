"""Decides whether an app may be installed, as Android's package manager does; changes nothing.

Failure names: AOSP frameworks/base, `PackageManager.java` (INSTALL_FAILED_*).
"""

from collections.abc import Collection

import msgspec

from farm.twin.contracts import InstalledPackage
from farm.twin.system.apk import ApkFacts


class InstallOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Flags of `pm install`."""

    replace: bool = True
    downgrade: bool = False
    grant: bool = False
    test: bool = False


class InstallError(Exception):
    """The installation was refused: `code` is Android's name, `detail` its explanation."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def base_of(read: list[ApkFacts]) -> ApkFacts:
    """The base APK among those of one session; the rest must be splits of it.

    Raises:
        InstallError: there is not exactly one base, or a split is of another app.
    """
    bases = [facts for facts in read if not facts.split]
    if len(bases) != 1:
        raise InstallError(
            "INSTALL_FAILED_INVALID_APK",
            "Full install must include a base package"
            if not bases
            else "Split null was defined multiple times",
        )
    base = bases[0]
    for facts in (each for each in read if each.split):
        if facts.package != base.package:
            raise InstallError(
                "INSTALL_FAILED_INVALID_APK",
                f"{facts.split} package {facts.package} inconsistent with {base.package}",
            )
        if facts.version_code != base.version_code or facts.signer_sha256 != base.signer_sha256:
            raise InstallError(
                "INSTALL_FAILED_INVALID_APK", f"{facts.split} inconsistent with base"
            )
    return base


def check_may_install(
    base: ApkFacts,
    old: InstalledPackage | None,
    options: InstallOptions,
    *,
    sdk: int,
    system_packages: Collection[str],
) -> None:
    """Refuse what a phone of that API level (`sdk`) refuses, given what is installed (`old`).

    Raises:
        InstallError: Android's reason.
    """
    if base.min_sdk > sdk:
        raise InstallError(
            "INSTALL_FAILED_OLDER_SDK",
            f"Failed parse during installPackageLI: Requires newer sdk version #{base.min_sdk} "
            f"(current version is #{sdk})",
        )
    if base.test_only and not options.test:
        raise InstallError("INSTALL_FAILED_TEST_ONLY", "installPackageLI")
    if base.package in system_packages:
        raise InstallError(
            "INSTALL_FAILED_UPDATE_INCOMPATIBLE",
            f"Package {base.package} signatures do not match previously installed version; "
            "ignoring!",
        )
    if old is not None:
        if not options.replace:
            raise InstallError(
                "INSTALL_FAILED_ALREADY_EXISTS",
                f"Attempt to re-install {base.package} without first uninstalling.",
            )
        if old.signer_sha256 != base.signer_sha256:
            raise InstallError(
                "INSTALL_FAILED_UPDATE_INCOMPATIBLE",
                f"Package {base.package} signatures do not match previously installed "
                "version; ignoring!",
            )
        # A downgrade is for debuggable apps only, also with -d (PackageManager, user builds).
        if base.version_code < old.version_code and not (
            options.downgrade and (old.debuggable or sdk < 29)
        ):
            raise InstallError(
                "INSTALL_FAILED_VERSION_DOWNGRADE",
                f"Downgrade detected: Update version code {base.version_code} is older than "
                f"current {old.version_code}"
                if sdk > 28
                else "",
            )
