"""What a scenario may do by itself while it waits for something else."""

from enum import StrEnum

import msgspec


class PermissionPolicy(StrEnum):
    """How permission requests of the system are answered."""

    DENY = "deny"
    ALLOW = "allow"
    LEAVE = "leave"  # not touched


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Limits and habits of one run. Times in seconds."""

    read_pictures: bool = True  # words from the picture where views tell none, if RapidOCR is there
    permissions: PermissionPolicy = PermissionPolicy.DENY
    close_advertisements: bool = True
    close_updates: bool = True
    close_crash_notices: bool = True
    restarts: int = 1  # how often an app that went away is started again
    observe_interval: float = 0.7  # between two looks at the screen
    keep_interval: float = 5.0  # a screen that did not change is kept again after this
    screen_opens: float = 0.8  # for a screen to open after a tap, before it is looked at
    alive_interval: float = 2.0  # between two looks at the process
    answer_timeout: float = 10.0  # for a dialog to go after a tap, per tap
    retap_after: float = 3.0  # a dialog that is still there is tapped again
    max_taps: int = 3  # on one dialog
    max_stages: int = 4  # dialogs that follow each other
    max_interruptions: int = 20  # dialogs answered on the way
    max_screens: int = 400  # screens kept with files; later ones are events only
    restart_pause: float = 2.0  # before an app that crashed is started again
