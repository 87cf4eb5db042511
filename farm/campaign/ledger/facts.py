"""A job's row as the facts that decisions are made of."""

from typing import Any

from farm.campaign.decisions import JobFacts
from farm.campaign.vocabulary import CampaignState, JobState


def facts_of(row: Any) -> JobFacts:
    """Read the facts from a row with the job's columns and `campaign_state`."""
    return JobFacts(
        state=JobState(row["state"]),
        campaign=CampaignState(row["campaign_state"]),
        fence=row["fence"],
        delivery=row["delivery"],
        faults=row["faults"],
        unknowns=row["unknowns"],
        losses=row["losses"],
    )
