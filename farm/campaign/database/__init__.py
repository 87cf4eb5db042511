"""The database: connections that survive its restarts, and the schema with its migrations."""

from farm.campaign.database.connect import Database, DatabaseUnavailable
from farm.campaign.database.schema import migrate

__all__ = ["Database", "DatabaseUnavailable", "migrate"]
