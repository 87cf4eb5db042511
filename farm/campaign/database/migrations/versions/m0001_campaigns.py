"""Campaigns, jobs, attempts, results, findings, hosts and phones."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE schedule (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL UNIQUE,
        cron text NOT NULL,
        plan jsonb NOT NULL,
        next_due timestamptz NOT NULL,
        enabled boolean NOT NULL DEFAULT true
    )
    """,
    """
    CREATE TABLE campaign (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL UNIQUE,
        state text NOT NULL CHECK
            (state IN ('planning', 'active', 'paused', 'cancelled', 'finished')),
        priority integer NOT NULL DEFAULT 0,
        plan jsonb NOT NULL,
        schedule_id bigint REFERENCES schedule,
        due timestamptz,
        planner_beat timestamptz,
        created timestamptz NOT NULL DEFAULT now(),
        finished timestamptz,
        UNIQUE (schedule_id, due)
    )
    """,
    """
    CREATE TABLE app (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        sha256 text NOT NULL UNIQUE CHECK (sha256 ~ '^[0-9a-f]{64}$'),
        package text NOT NULL,
        version_code bigint NOT NULL DEFAULT 0,
        version_name text NOT NULL DEFAULT '',
        lowest_sdk integer NOT NULL DEFAULT 0,
        abis text[] NOT NULL DEFAULT '{}',
        files jsonb NOT NULL DEFAULT '[]'
    )
    """,
    "CREATE INDEX app_package ON app (package, version_code)",
    """
    CREATE TABLE requirement (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        key text NOT NULL UNIQUE,
        wants jsonb NOT NULL
    )
    """,
    """
    CREATE TABLE task (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        campaign_id bigint NOT NULL REFERENCES campaign,
        kind text NOT NULL CHECK (kind IN ('session', 'analysis')),
        scenario text NOT NULL DEFAULT '',
        scenario_sha256 text NOT NULL DEFAULT '',
        profile text NOT NULL DEFAULT '',
        options jsonb NOT NULL DEFAULT '{}',
        UNIQUE (campaign_id, kind, scenario, profile)
    )
    """,
    """
    CREATE TABLE campaign_requirement (
        campaign_id bigint NOT NULL REFERENCES campaign,
        requirement_id integer NOT NULL REFERENCES requirement,
        PRIMARY KEY (campaign_id, requirement_id)
    )
    """,
    """
    CREATE TABLE job (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        key bytea NOT NULL UNIQUE,
        campaign_id bigint NOT NULL REFERENCES campaign,
        task_id bigint NOT NULL REFERENCES task,
        app_id bigint NOT NULL REFERENCES app,
        requirement_id integer NOT NULL REFERENCES requirement,
        repetition smallint NOT NULL DEFAULT 1,
        subject_job bigint,
        subject_fence integer,
        state text NOT NULL DEFAULT 'planned' CHECK
            (state IN ('planned', 'queued', 'running', 'done', 'failed', 'cancelled')),
        fence integer NOT NULL DEFAULT 0,
        delivery integer NOT NULL DEFAULT 0,
        queue_id bigint,
        faults smallint NOT NULL DEFAULT 0,
        unknowns smallint NOT NULL DEFAULT 0,
        losses smallint NOT NULL DEFAULT 0,
        avoid text[],
        avoid_until timestamptz,
        not_before timestamptz
    )
    """,
    "CREATE INDEX job_planned ON job (campaign_id, requirement_id, id) WHERE state = 'planned'",
    "CREATE INDEX job_open ON job (campaign_id, state) WHERE state IN ('queued', 'running')",
    "CREATE INDEX job_subject ON job (subject_job) WHERE subject_job IS NOT NULL",
    """
    CREATE TABLE attempt (
        job_id bigint NOT NULL REFERENCES job,
        fence integer NOT NULL,
        state text NOT NULL DEFAULT 'running' CHECK
            (state IN ('running', 'accepted', 'retried', 'superseded', 'lost')),
        host text NOT NULL,
        worker uuid NOT NULL,
        slot text NOT NULL,
        started timestamptz NOT NULL DEFAULT now(),
        beat timestamptz NOT NULL DEFAULT now(),
        ended timestamptz,
        cause text CHECK (cause IN ('none', 'app', 'phone', 'farm', 'unknown', 'stopped')),
        reason text,
        detail text,
        seconds real,
        session_id text,
        recording text,
        manifest_sha256 text,
        PRIMARY KEY (job_id, fence)
    )
    """,
    "CREATE INDEX attempt_running ON attempt (worker) WHERE state = 'running'",
    "CREATE INDEX attempt_session ON attempt (session_id)",
    "CREATE INDEX attempt_ended ON attempt (ended)",
    """
    CREATE TABLE result (
        job_id bigint PRIMARY KEY,
        fence integer NOT NULL,
        cause text NOT NULL,
        verdict text,
        recorded timestamptz NOT NULL DEFAULT now(),
        FOREIGN KEY (job_id, fence) REFERENCES attempt
    )
    """,
    """
    CREATE TABLE finding (
        job_id bigint NOT NULL REFERENCES job,
        finding_id text NOT NULL,
        determined boolean NOT NULL,
        rule text NOT NULL,
        clause text NOT NULL,
        phase text NOT NULL,
        level text NOT NULL,
        data_type text NOT NULL,
        severity text NOT NULL,
        confidence text NOT NULL,
        caller text NOT NULL,
        caller_sdk text NOT NULL DEFAULT '',
        receiver text NOT NULL DEFAULT '',
        receiver_domain text NOT NULL DEFAULT '',
        third_party boolean NOT NULL DEFAULT false,
        PRIMARY KEY (job_id, finding_id, determined)
    )
    """,
    """
    CREATE TABLE host (
        name text PRIMARY KEY,
        worker uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('up', 'draining', 'gone')),
        started timestamptz NOT NULL DEFAULT now(),
        beat timestamptz NOT NULL DEFAULT now(),
        version text NOT NULL DEFAULT '',
        slots integer NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE phone (
        serial text PRIMARY KEY,
        host text NOT NULL,
        state text NOT NULL,
        reason text NOT NULL DEFAULT '',
        profile text NOT NULL DEFAULT '',
        model text NOT NULL DEFAULT '',
        access text NOT NULL DEFAULT '',
        abi text NOT NULL DEFAULT '',
        sdk integer NOT NULL DEFAULT 0,
        fingerprint text NOT NULL DEFAULT '',
        failures integer NOT NULL DEFAULT 0,
        battery integer,
        temperature real,
        storage_free bigint,
        job_id bigint,
        beat timestamptz NOT NULL DEFAULT now(),
        rest_reason text NOT NULL DEFAULT '',
        rest_until timestamptz,
        rebooted timestamptz,
        quarantined_by text NOT NULL DEFAULT '',
        quarantine_reason text NOT NULL DEFAULT '',
        reserved_for text NOT NULL DEFAULT '',
        reserved_until timestamptz,
        release_asked boolean NOT NULL DEFAULT false
    )
    """,
    """
    CREATE TABLE phone_health (
        serial text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        event text NOT NULL,
        detail text NOT NULL DEFAULT '',
        battery integer,
        temperature real,
        storage_free bigint
    )
    """,
    "CREATE INDEX phone_health_serial ON phone_health (serial, at DESC)",
)


def upgrade() -> None:
    """Create everything."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: results are evidence and are not dropped by a command."""
    raise NotImplementedError("campaign data is never dropped by a migration")
