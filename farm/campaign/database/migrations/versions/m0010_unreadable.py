"""Judgements that could not be read are tried again: found at once among all that were taken."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Those that were given up before are tried again as well."""
    op.execute(
        "CREATE INDEX judgement_intake_unreadable ON judgement_intake (at) "
        "WHERE outcome = 'unreadable'"
    )


def downgrade() -> None:
    """Only an index."""
    op.execute("DROP INDEX judgement_intake_unreadable")
