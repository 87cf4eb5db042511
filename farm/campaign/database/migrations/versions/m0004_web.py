"""Accounts of the web page, their sign-ins, and the tokens of its API."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE account (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL UNIQUE,
        password text NOT NULL,
        roles text[] NOT NULL CHECK
            (roles <@ ARRAY['viewer', 'tester', 'operator', 'reviewer'] AND roles <> '{}'),
        disabled boolean NOT NULL DEFAULT false,
        created timestamptz NOT NULL DEFAULT now(),
        password_changed timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE sign_in (
        digest bytea PRIMARY KEY,
        account_id bigint NOT NULL REFERENCES account,
        csrf text NOT NULL,
        address text NOT NULL,
        agent text NOT NULL,
        created timestamptz NOT NULL DEFAULT now(),
        seen timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX sign_in_account ON sign_in (account_id)",
    """
    CREATE TABLE api_token (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        digest bytea NOT NULL UNIQUE,
        account_id bigint NOT NULL REFERENCES account,
        name text NOT NULL,
        scopes text[] NOT NULL,
        created timestamptz NOT NULL DEFAULT now(),
        expires timestamptz NOT NULL,
        used timestamptz,
        revoked timestamptz
    )
    """,
    "CREATE INDEX api_token_account ON api_token (account_id)",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: who did what is evidence."""
    raise NotImplementedError("accounts are never dropped by a migration")
