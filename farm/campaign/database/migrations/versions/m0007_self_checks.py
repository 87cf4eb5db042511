"""Apps that companies give in to check them, and the role of whoever may do only that."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE account DROP CONSTRAINT account_roles_check",
    """
    ALTER TABLE account ADD CONSTRAINT account_roles_check CHECK
        (roles <@ ARRAY['viewer', 'tester', 'operator', 'reviewer', 'company'] AND roles <> '{}')
    """,
    """
    CREATE TABLE self_check (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account_id bigint NOT NULL REFERENCES account,
        app_id bigint NOT NULL REFERENCES app,
        campaign_id bigint REFERENCES campaign,
        given timestamptz NOT NULL DEFAULT now(),
        UNIQUE (account_id, app_id)
    )
    """,
)


def upgrade() -> None:
    """Create the table."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: who gave in what is evidence."""
    raise NotImplementedError("self-checks are never dropped by a migration")
