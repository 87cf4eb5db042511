"""Schedules say whose clock they mean and how urgent they are; phones, in which network they are;
chores, who does what belongs to no host."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is there keeps what it meant: UTC, no priority, any network."""
    op.execute("ALTER TABLE schedule ADD COLUMN timezone text NOT NULL DEFAULT 'UTC'")
    op.execute("ALTER TABLE schedule ADD COLUMN priority integer NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE phone ADD COLUMN network text NOT NULL DEFAULT ''")
    op.execute(
        "CREATE TABLE chore (name text PRIMARY KEY, done timestamptz, "
        "detail text NOT NULL DEFAULT '')"
    )


def downgrade() -> None:
    """Refuse: an older farm would start campaigns at other hours."""
    raise NotImplementedError("a schedule's time zone is never dropped by a migration")
