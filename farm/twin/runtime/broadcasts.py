"""Broadcasts to receivers that apps declare in their manifests.

Who hears what: AOSP `ActivityManagerService.broadcastIntentLocked` and `BroadcastQueue`. An app
that was never started, or was ended by force, hears nothing; since Android 8 an app made for it
hears only what is meant for it alone or what the platform excepts; a boot is told to apps that
hold the permission for it.
"""

from collections.abc import Awaitable, Callable

from farm.twin.contracts import InstalledPackage, SystemHalf
from farm.twin.runtime.activities import Activities
from farm.twin.runtime.app_process import AppProcess, Message
from farm.twin.runtime.processes import Processes, ProcessStartError

BOOT_COMPLETED = "android.intent.action.BOOT_COMPLETED"
_BOOTS = frozenset({BOOT_COMPLETED, "android.intent.action.LOCKED_BOOT_COMPLETED"})
_BOOT_PERMISSION = "android.permission.RECEIVE_BOOT_COMPLETED"
# https://developer.android.com/develop/background-work/background-tasks/broadcasts/broadcast-exceptions
_EXCEPTED = _BOOTS | {
    "android.intent.action.TIME_SET",
    "android.intent.action.TIMEZONE_CHANGED",
    "android.intent.action.LOCALE_CHANGED",
    "android.intent.action.PACKAGE_FULLY_REMOVED",
    "android.intent.action.MY_PACKAGE_REPLACED",
    "android.intent.action.USER_INITIALIZE",
    "android.accounts.LOGIN_ACCOUNTS_CHANGED",
}
_OREO = 26


def hears(package: InstalledPackage, action: str, sdk: int, *, alone: bool) -> list[str]:
    """The receivers of an app that get a broadcast; `alone`: it is meant for this app only."""
    if package.stopped:
        return []
    if action in _BOOTS and _BOOT_PERMISSION not in package.granted_permissions:
        return []
    implicit = not alone and action not in _EXCEPTED
    if implicit and sdk >= _OREO and package.target_sdk >= _OREO:
        return []
    return [name for name, actions in package.receivers.items() if action in actions]


class Broadcasts:
    """Delivers broadcasts, one app after the other as ordered queues do."""

    def __init__(
        self,
        system: SystemHalf,
        processes: Processes,
        activities: Activities,
        prepare: Callable[[AppProcess, InstalledPackage], Awaitable[None]],
    ) -> None:
        self._system = system
        self._processes = processes
        self._activities = activities
        self._prepare = prepare

    async def send(self, action: str, package: str = "") -> None:
        """Deliver to every receiver that hears it; a process that does not run is started."""
        for installed in self._system.packages():
            if package and installed.package != package:
                continue
            names = hears(installed, action, self._system.sdk, alone=bool(package))
            if names:
                await self._deliver(installed, action, names)

    async def _deliver(self, package: InstalledPackage, action: str, names: list[str]) -> None:
        messages: list[Message] = [
            {"op": "receive", "receiver": name, "action": action} for name in names
        ]
        process = self._processes.named(package.package)
        if process is not None and process.bound:
            for message in messages:
                process.send(message)
            return
        if process is not None:
            process.after_bind += messages
            return
        try:
            process = await self._processes.start(
                package, package.package, names[0], {}, cause="broadcast"
            )
        except ProcessStartError as error:
            self._system.log("E", "ActivityManager", str(error)[:500])
            return
        process.after_bind += messages
        await self._prepare(process, package)
        self._activities.bind_unless_held(process)
