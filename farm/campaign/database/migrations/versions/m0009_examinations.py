"""What outside engines say of app versions, and every opinion on a clause beside the others."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE task DROP CONSTRAINT task_kind_check",
    """
    ALTER TABLE task ADD CONSTRAINT task_kind_check CHECK
        (kind IN ('session', 'analysis', 'examination'))
    """,
    # One row an engine's version: a later one stands beside the earlier, so that drift is seen.
    """
    CREATE TABLE engine_result (
        app_id bigint NOT NULL REFERENCES app,
        engine text NOT NULL,
        version text NOT NULL,
        status text NOT NULL CHECK (status IN ('done', 'failed', 'timed_out', 'absent')),
        reason text NOT NULL DEFAULT '',
        seconds real NOT NULL DEFAULT 0,
        statements jsonb NOT NULL DEFAULT '[]',
        topics text[] NOT NULL DEFAULT '{}',
        job_id bigint NOT NULL REFERENCES job,
        examined timestamptz NOT NULL DEFAULT now(),
        taken boolean NOT NULL DEFAULT false,
        PRIMARY KEY (app_id, engine, version)
    )
    """,
    "CREATE INDEX engine_result_waiting ON engine_result (examined) WHERE NOT taken",
    "CREATE INDEX engine_result_period ON engine_result (examined, engine)",
    # Of the farm one row a session (`source`), of an engine one.
    """
    CREATE TABLE clause_opinion (
        app_id bigint NOT NULL REFERENCES app,
        clause text NOT NULL,
        engine text NOT NULL,
        source text NOT NULL DEFAULT '',
        answer text NOT NULL CHECK (answer IN ('broken', 'kept', 'for_review')),
        confidence real NOT NULL,
        subjects text[] NOT NULL DEFAULT '{}',
        evidence jsonb,
        said timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (app_id, clause, engine, source)
    )
    """,
    # Where an outside engine decided: the farm decides of every app, and is joined from here.
    """
    CREATE INDEX clause_opinion_outside ON clause_opinion (app_id, clause)
        WHERE engine <> 'farm' AND answer IN ('broken', 'kept')
    """,
    """
    CREATE TABLE engine_sample (
        id integer PRIMARY KEY CHECK (id = 1),
        share real NOT NULL CHECK (share BETWEEN 0 AND 1),
        salt text NOT NULL
    )
    """,
    "INSERT INTO engine_sample VALUES (1, 0, replace(gen_random_uuid()::text, '-', ''))",
)


def upgrade() -> None:
    """Create everything."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: what engines said is evidence."""
    raise NotImplementedError("examinations are never dropped by a migration")
