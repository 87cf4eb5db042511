"""Restarts a leased phone and waits for it: its lease goes on meanwhile."""

import asyncio
import contextlib

from farm.devices.identity import await_boot, prove_access
from farm.devices.phone import Phone
from farm.model.errors import DeviceError

RESTART_SECONDS = 300.0
_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_LOOK_SECONDS = 1.0


async def restart(phone: Phone, timeout: float = RESTART_SECONDS) -> None:
    """Restart the phone; returns once its system is up again and root works as before.

    What does not survive a restart is gone: forwarded and reversed ports, frida-server, mounts.

    Raises:
        DeviceError: it refuses, or is not up again within `timeout` seconds.
    """
    before = (await phone.check("cat", _BOOT_ID)).strip()
    await phone.forget_connections()
    suspect = phone.suspect
    phone.restarting = True
    try:
        async with asyncio.timeout(timeout):
            refusal = ""
            # The connection ends with the command, sometimes before its answer.
            with contextlib.suppress(DeviceError):
                result = await phone.shell("reboot", timeout=10)
                refusal = result.stderr.strip() if result.exit_code != 0 else ""
            if refusal:
                raise DeviceError(f"{phone.serial}: reboot: {refusal[:200]}")
            while True:
                boot = await _boot_id(phone)
                if boot and boot != before:
                    break
                await asyncio.sleep(_LOOK_SECONDS)
            await await_boot(phone.adb, phone.serial, timeout)
            await prove_access(phone)
    except TimeoutError:
        raise DeviceError(f"{phone.serial}: not up again {timeout:g} s after its restart") from None
    finally:
        phone.restarting = False
        phone.suspect = suspect  # an answer that the restart swallowed is no fault of the phone


async def _boot_id(phone: Phone) -> str:
    """A word that is another one after each boot; empty while the phone does not answer."""
    try:
        return (await phone.shell("cat", _BOOT_ID, timeout=10)).text
    except DeviceError:
        return ""
