"""What cases stand on: found by judgement, so that no recording of theirs is pruned; and what each
look was taken with, so that sessions with fewer hooks answer for none with more."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Looks that were taken before say nothing of their hooks."""
    op.execute("CREATE INDEX case_evidence_job ON case_evidence (job_id)")
    op.execute("ALTER TABLE case_look ADD COLUMN catalogue text NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE case_look ADD COLUMN hooks integer NOT NULL DEFAULT 0")


def downgrade() -> None:
    """Refuse: what a fix rests on is evidence."""
    raise NotImplementedError("what a fix rests on is never dropped by a migration")
