"""The error tree. A class exists only where some caller acts differently on it.

Every message names the device, file, line or field, what was expected and what to do.
"""


class FarmError(Exception):
    """Something the farm could not do; the message is meant for its user."""


class UsageError(FarmError):
    """What the user gave cannot be used: the command line ends with exit code 2."""


class SetupError(UsageError):
    """A tool, key or file that the farm needs is missing or of the wrong version: exit code 2."""


class DeviceError(FarmError):
    """A command on one phone failed although the phone is there."""


class DeviceGone(DeviceError):
    """The phone vanished from the adb server or no longer answers."""


class AppError(FarmError):
    """The app under test cannot be installed or started: recorded, and not retried."""


class RecordingError(FarmError):
    """A recording cannot be read, or does not match its manifest."""


class DiskFull(RecordingError):
    """The disk (or quota) is full: what follows is not recorded, and the recording says so."""
