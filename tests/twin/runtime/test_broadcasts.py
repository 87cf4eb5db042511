"""Who hears a broadcast, as AOSP's broadcast queue decides it."""

from pathlib import Path

import msgspec
import pytest

from farm.twin.contracts import InstalledPackage
from farm.twin.runtime.broadcasts import BOOT_COMPLETED, hears

BOOT_PERMISSION = "android.permission.RECEIVE_BOOT_COMPLETED"
PACKAGE_ADDED = "android.intent.action.PACKAGE_ADDED"
APP = InstalledPackage(
    package="com.example.app",
    label="app",
    version_name="1",
    version_code=1,
    target_sdk=28,
    uid=10100,
    apks=[Path("base.apk")],
    main_activity="com.example.app.Main",
    activities=["com.example.app.Main"],
    requested_permissions=[BOOT_PERMISSION],
    granted_permissions={BOOT_PERMISSION},
    signer_sha256="00" * 32,
    receivers={"com.example.app.Boot": [BOOT_COMPLETED], "com.example.app.New": [PACKAGE_ADDED]},
    stopped=False,
)


def test_a_boot_is_told_to_the_receiver_that_asks_for_it() -> None:
    assert hears(APP, BOOT_COMPLETED, 28, alone=False) == ["com.example.app.Boot"]


@pytest.mark.parametrize(
    "change", [{"stopped": True}, {"granted_permissions": set()}, {"receivers": {}}]
)
def test_a_boot_is_not_told_to_an_app_that(change: dict[str, object]) -> None:
    assert hears(msgspec.structs.replace(APP, **change), BOOT_COMPLETED, 28, alone=False) == []


@pytest.mark.parametrize(
    ("sdk", "target", "alone", "heard"),
    [(28, 28, False, False), (28, 25, False, True), (25, 28, False, True), (28, 28, True, True)],
)
def test_implicit_broadcasts_reach_old_apps_old_phones_and_who_is_meant(
    sdk: int, target: int, alone: bool, heard: bool
) -> None:
    app = msgspec.structs.replace(APP, target_sdk=target)
    names = ["com.example.app.New"] if heard else []
    assert hears(app, PACKAGE_ADDED, sdk, alone=alone) == names
