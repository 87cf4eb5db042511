"""Finds the cases that stand on a judgement, so that no recording of theirs is pruned."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    op.execute("CREATE INDEX case_evidence_job ON case_evidence (job_id)")


def downgrade() -> None:
    """Drop the index."""
    op.execute("DROP INDEX case_evidence_job")
