"""What one worker was told; read once, passed in everywhere."""

import msgspec

from farm.campaign.decisions import RetryPolicy


class WorkerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One worker on one host. Times are in seconds."""

    name: str  # of the host in the inventory
    lease: float = 30.0  # silence after which its jobs go to others; the same on every host
    beat: float = 6.0  # between heartbeats: several may be lost before the lease ends
    poll: float = 1.0  # between looks into the queue while something is free
    gather: float = 0.05  # slots that become free within this time ask together
    deadline: float = 7200.0  # of one run, above all deadlines inside it
    grace: float = 180.0  # for a cancelled run to leave its phone in order
    uploads: int = 4  # recordings on their way at once
    keep_local: bool = False  # leave recordings on this host after they are in the store
    policy: RetryPolicy = RetryPolicy()
