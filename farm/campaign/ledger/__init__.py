"""What the database says of jobs and attempts: taking, leasing and reporting, in transactions.

Decides nothing by itself: `farm.campaign.decisions` does.
"""

from farm.campaign.ledger.leases import beat, sign_off
from farm.campaign.ledger.report import report
from farm.campaign.ledger.take import take
from farm.campaign.ledger.values import Assignment, FoundRow, Offer, Report, Work

__all__ = [
    "Assignment",
    "FoundRow",
    "Offer",
    "Report",
    "Work",
    "beat",
    "report",
    "sign_off",
    "take",
]
