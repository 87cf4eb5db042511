"""What keeps campaigns going: feeding the queue, mending what crashes left, starting schedules.

Every worker runs it; one at a time acts, by a lock that ends with its transaction. No process is
special, and none that dies or freezes holds the others up.
"""

from farm.campaign.controller.tick import Controller

__all__ = ["Controller"]
