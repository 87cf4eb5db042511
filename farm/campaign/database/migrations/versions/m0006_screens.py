"""Thumbnails of phones' screens while somebody looks, and the order of a campaign's jobs."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # Unlogged: a picture of a moment need not survive a crash.
    """
    CREATE UNLOGGED TABLE phone_screen (
        serial text PRIMARY KEY,
        taken timestamptz NOT NULL,
        jpeg bytea NOT NULL CHECK (length(jpeg) < 1000000)
    )
    """,
    """
    CREATE TABLE phone_watch (
        id smallint PRIMARY KEY CHECK (id = 1),
        until timestamptz NOT NULL
    )
    """,
    "CREATE INDEX job_campaign ON job (campaign_id, id DESC) WHERE subject_job IS NULL",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Refuse, as the other migrations do."""
    raise NotImplementedError("migrations lead forward only")
