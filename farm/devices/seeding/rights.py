"""What the shell may do, as `appops` keeps it: asked, allowed for a session, set back.

Source: AOSP frameworks/base, AppOpsService (shell command `appops`).
"""

from farm.devices.outputs.app_ops import MODES, read_mode
from farm.devices.phone import Phone
from farm.model.errors import DeviceError, UsageError

WRITE_SMS = "WRITE_SMS"
MOCK_LOCATION = "android:mock_location"
_OPERATIONS = frozenset({WRITE_SMS, MOCK_LOCATION})
_SHELL = "com.android.shell"


async def mode(phone: Phone, operation: str) -> str | None:
    """The mode now in force for the shell; None where the phone does not tell."""
    answer = await phone.shell("appops", "get", _SHELL, operation)
    return read_mode(answer.stdout + answer.stderr)


async def allow(phone: Phone, operation: str) -> None:
    """Let the shell do it.

    Raises:
        DeviceError: the phone refuses.
    """
    await _set(phone, operation, "allow")


async def restore(phone: Phone, operation: str, before: str) -> None:
    """Set back what was in force before.

    Raises:
        UsageError: not one of the operations or modes that a ledger of the farm's can hold.
        DeviceError: the phone refuses.
    """
    if operation not in _OPERATIONS or before not in MODES:
        raise UsageError(f"the ledger names an unknown right: {operation[:40]} {before[:40]}")
    await _set(phone, operation, before)


async def _set(phone: Phone, operation: str, value: str) -> None:
    result = await phone.shell("appops", "set", _SHELL, operation, value)
    words = (result.stderr + result.stdout).strip()
    if result.exit_code or "Error" in words or "Exception" in words:
        raise DeviceError(f"{phone.serial}: appops set {_SHELL} {operation} {value}: {words[:200]}")
