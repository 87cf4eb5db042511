"""What can go wrong with a phone, as an API for tests and benches."""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from farm.twin.phone import TwinPhone


class Faults:
    """Faults of one twin; each setter takes effect at once and stays until it is undone."""

    def __init__(self, phone: "TwinPhone") -> None:
        self._phone = phone
        self.shell_delay = 0.0
        """Seconds that every shell command waits before it runs."""
        self._shell_runs = asyncio.Event()
        self._shell_runs.set()

    async def unplug(self) -> None:
        """The cable is pulled: the port closes, connections drop, the phone runs on."""
        await self._phone.daemon.unplug()

    async def plug(self) -> None:
        """The cable is back on the same port."""
        await self._phone.daemon.plug()

    async def reboot(self) -> None:
        """The phone restarts by itself; returns when it has booted again."""
        await self._phone.reboot()

    def hang_shell(self, hung: bool = True) -> None:
        """Shell commands start and never answer while this is on."""
        if hung:
            self._shell_runs.clear()
        else:
            self._shell_runs.set()

    async def before_command(self) -> None:
        """What a shell command has to wait for."""
        if self.shell_delay:
            await asyncio.sleep(self.shell_delay)
        await self._shell_runs.wait()

    def fill_disk(self, full: bool = True) -> None:
        """Writes below /data fail with ENOSPC, installations with INSUFFICIENT_STORAGE."""
        self._phone.system.files.disk_full = full

    def refuse_root(self, refused: bool = True) -> None:
        """The root manager denies the shell, as after somebody tapped Deny."""
        self._phone.system.root_refused = refused

    def go_offline(self) -> None:
        """adbd stops answering: adb lists the phone as `offline`."""
        self._phone.daemon.silent = True
        self._phone.daemon.drop_connections()

    def come_online(self) -> None:
        """adbd answers again."""
        self._phone.daemon.silent = False
        self._phone.daemon.drop_connections()

    def revoke_authorization(self) -> None:
        """The host's key is forgotten: adb lists the phone as `unauthorized`."""
        self._phone.daemon.authorized.clear()
        self._phone.daemon.drop_connections()

    def authorize(self) -> None:
        """Somebody taps Allow."""
        self._phone.daemon.authorized.set()

    def jump_clock(self, offset_ns: int) -> None:
        """The phone's clock jumps."""
        self._phone.system.clock.jump(offset_ns)

    async def system_dialog(self, name: str) -> None:
        """A dialog of the system comes up: low_battery, update, crash, anr, wifi_sign_in."""
        await self._phone.runtime.show_system_dialog(name)

    async def crash_app(self, package: str) -> None:
        """The app dies as by an uncaught exception."""
        await self._phone.runtime.crash(package)

    async def stop_frida(self) -> None:
        """frida-server dies."""
        await self._phone.runtime.stop_frida()
