"""Which processes of an app Android started, and what for, by its own event log."""

import re

# AOSP, services/core/java/com/android/server/am/EventLogTags.logtags:
# am_proc_start (User|1|5),(PID|1|5),(UID|1|5),(Process Name|3),(Type|3),(Component|3)
_STARTED = re.compile(
    r"^./am_proc_start\s*\(\s*(?P<writer>\d+)\): \[\d+,\d+,\d+,(?P<process>[^,\]]+),"
    r"(?P<cause>[^,\]]*),(?P<component>[^\]]*)\]",
    re.M,
)
_MOST = 20


def read_starts(output: str, package: str, system_server: int) -> list[str]:
    """What started the processes of a package, in order: `broadcast com.x/.Booted`; at most 20.

    Args:
        output: of `logcat -b events -d -v brief`.
        package: whose processes are meant.
        system_server: process id of Android's own server. Any app may write such an event
            (`EventLog.writeEvent`); only this one's word counts.
    """
    found = [
        f"{match['cause']} {match['component']}".strip()[:200]
        for match in _STARTED.finditer(output)
        if match["process"].partition(":")[0] == package and int(match["writer"]) == system_server
    ]
    return found[:_MOST]
