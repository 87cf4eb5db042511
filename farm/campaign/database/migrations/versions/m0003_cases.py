"""Cases with their history and counts, reviews signed by two people, and the audit log."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE case_file (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        product_id bigint NOT NULL REFERENCES product,
        problem text NOT NULL,
        clause text NOT NULL,
        severity text NOT NULL,
        state text NOT NULL CHECK (state IN ('found', 'noticed', 'retest', 'fixed', 'recurring',
            'overdue', 'published', 'removed', 'dismissed')),
        developer_id bigint REFERENCES developer,
        product_line text NOT NULL DEFAULT '',
        category smallint,
        month date NOT NULL,
        opened timestamptz NOT NULL DEFAULT now(),
        changed timestamptz NOT NULL DEFAULT now(),
        due timestamptz,
        closed timestamptz,
        found_app bigint NOT NULL REFERENCES app,
        fixed_app bigint REFERENCES app,
        notice text,
        noticed timestamptz,
        notices integer NOT NULL DEFAULT 0,
        recurrences integer NOT NULL DEFAULT 0,
        UNIQUE (product_id, problem)
    )
    """,
    "CREATE INDEX case_changed ON case_file (changed DESC, id DESC)",
    "CREATE INDEX case_state ON case_file (state, changed DESC, id DESC)",
    "CREATE INDEX case_developer ON case_file (developer_id, changed DESC, id DESC)",
    "CREATE INDEX case_due ON case_file (due, id) WHERE due IS NOT NULL",
    "CREATE UNIQUE INDEX case_notice ON case_file (notice) WHERE notice IS NOT NULL",
    """
    CREATE TABLE case_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        case_id bigint NOT NULL REFERENCES case_file,
        at timestamptz NOT NULL DEFAULT now(),
        actor text NOT NULL CHECK (actor <> ''),
        action text NOT NULL,
        before text NOT NULL DEFAULT '',
        after text NOT NULL,
        reason text NOT NULL CHECK (reason <> ''),
        app_id bigint REFERENCES app,
        job_id bigint REFERENCES job
    )
    """,
    "CREATE INDEX case_event_case ON case_event (case_id, id)",
    # The findings a case stands on, each with the judged session that shows it.
    """
    CREATE TABLE case_evidence (
        case_id bigint NOT NULL REFERENCES case_file,
        job_id bigint NOT NULL REFERENCES job,
        finding_id text NOT NULL,
        app_id bigint NOT NULL REFERENCES app,
        session_id text NOT NULL,
        analysis text NOT NULL DEFAULT '',
        manifest_sha256 text NOT NULL DEFAULT '',
        scenario text NOT NULL DEFAULT '',
        profile text NOT NULL DEFAULT '',
        rules jsonb NOT NULL DEFAULT '{}',
        phase text NOT NULL,
        level text NOT NULL,
        data_type text NOT NULL,
        caller text NOT NULL DEFAULT '',
        caller_sdk text NOT NULL DEFAULT '',
        receiver text NOT NULL DEFAULT '',
        receiver_domain text NOT NULL DEFAULT '',
        seen timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (case_id, job_id, finding_id)
    )
    """,
    # A version that may have mended a case, and what its sessions showed.
    """
    CREATE TABLE case_retest (
        case_id bigint NOT NULL REFERENCES case_file,
        app_id bigint NOT NULL REFERENCES app,
        asked timestamptz NOT NULL DEFAULT now(),
        campaign_id bigint REFERENCES campaign,
        outcome text NOT NULL DEFAULT 'waiting' CHECK
            (outcome IN ('waiting', 'shown', 'gone', 'cannot_tell')),
        reason text NOT NULL DEFAULT '',
        job_id bigint REFERENCES job,
        decided timestamptz,
        PRIMARY KEY (case_id, app_id)
    )
    """,
    "CREATE INDEX case_retest_waiting ON case_retest (app_id) WHERE outcome <> 'shown'",
    # Judgements of recordings that cases and reviews have taken note of.
    """
    CREATE TABLE judgement_intake (
        job_id bigint PRIMARY KEY REFERENCES job,
        recorded timestamptz NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        outcome text NOT NULL CHECK (outcome IN ('taken', 'unreadable')),
        detail text NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX judgement_intake_recorded ON judgement_intake (recorded)",
    # What each judged session of a product says about each of its cases.
    """
    CREATE TABLE case_look (
        case_id bigint NOT NULL REFERENCES case_file,
        job_id bigint NOT NULL REFERENCES job,
        app_id bigint NOT NULL REFERENCES app,
        scenario text NOT NULL,
        profile text NOT NULL,
        rules jsonb NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('shown', 'gone', 'cannot_tell')),
        reason text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (case_id, job_id)
    )
    """,
    # Versions whose products' cases have not been asked whether they need a re-test.
    "ALTER TABLE app_version ADD COLUMN cases_told boolean NOT NULL DEFAULT false",
    "CREATE INDEX app_version_untold ON app_version (app_id) WHERE NOT cases_told",
    """
    CREATE TABLE case_label (
        case_id bigint NOT NULL REFERENCES case_file,
        dimension text NOT NULL CHECK (dimension IN ('problem', 'category', 'store', 'sdk')),
        value text NOT NULL,
        PRIMARY KEY (case_id, dimension, value)
    )
    """,
    "CREATE INDEX case_label_value ON case_label (dimension, value, case_id)",
    # Kept by triggers, so that statistics read some hundred rows and not every case.
    """
    CREATE TABLE case_tally (
        dimension text NOT NULL,
        value text NOT NULL,
        month date NOT NULL,
        state text NOT NULL,
        n bigint NOT NULL,
        PRIMARY KEY (dimension, value, month, state)
    )
    """,
    """
    CREATE TABLE offender (
        developer_id bigint NOT NULL REFERENCES developer,
        product_line text NOT NULL,
        cases integer NOT NULL DEFAULT 0,
        open_cases integer NOT NULL DEFAULT 0,
        recurrences integer NOT NULL DEFAULT 0,
        PRIMARY KEY (developer_id, product_line)
    )
    """,
    "CREATE INDEX offender_rank ON offender (recurrences DESC, cases DESC, developer_id)",
    """
    CREATE TABLE review (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('clause', 'notice')),
        product_id bigint NOT NULL REFERENCES product,
        app_id bigint NOT NULL REFERENCES app,
        case_id bigint REFERENCES case_file,
        clause text NOT NULL,
        state text NOT NULL DEFAULT 'open' CHECK
            (state IN ('open', 'signed_once', 'agreed', 'disagreed', 'withdrawn')),
        answer text CHECK (answer IN ('broken', 'kept', 'cannot_tell')),
        evidence text NOT NULL DEFAULT '[]',
        opened timestamptz NOT NULL DEFAULT now(),
        changed timestamptz NOT NULL DEFAULT now(),
        CHECK ((kind = 'notice') = (case_id IS NOT NULL)),
        CHECK ((state = 'agreed') = (answer IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX review_clause ON review (app_id, clause) WHERE kind = 'clause'",
    (
        "CREATE UNIQUE INDEX review_notice ON review (case_id) "
        "WHERE kind = 'notice' AND state IN ('open', 'signed_once', 'disagreed')"
    ),
    "CREATE INDEX review_case ON review (case_id) WHERE case_id IS NOT NULL",
    "CREATE INDEX review_state ON review (state, opened, id)",
    "CREATE INDEX review_product ON review (product_id, id)",
    """
    CREATE TABLE review_judgement (
        review_id bigint NOT NULL REFERENCES review,
        reviewer text NOT NULL CHECK (reviewer <> ''),
        answer text NOT NULL CHECK (answer IN ('broken', 'kept', 'cannot_tell')),
        reason text NOT NULL CHECK (reason <> ''),
        evidence_sha256 text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (review_id, reviewer)
    )
    """,
    "CREATE UNIQUE INDEX review_judgement_once ON review_judgement (review_id, lower(reviewer))",
    """
    CREATE TABLE audit (
        id bigint PRIMARY KEY,
        at timestamptz NOT NULL,
        actor text NOT NULL CHECK (actor <> ''),
        action text NOT NULL CHECK (action <> ''),
        subject text NOT NULL,
        detail text NOT NULL,
        previous bytea NOT NULL,
        hash bytea NOT NULL UNIQUE
    )
    """,
    "CREATE INDEX audit_actor ON audit (actor, id DESC)",
    "CREATE INDEX audit_subject ON audit (subject, id DESC)",
)

_FUNCTIONS = (
    """
    CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    """
    CREATE FUNCTION case_is_open(state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
    $$ SELECT state NOT IN ('fixed', 'removed', 'dismissed') $$
    """,
    """
    CREATE FUNCTION case_label_counted() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            UPDATE case_tally t SET n = t.n - 1 FROM case_file c WHERE c.id = OLD.case_id
            AND t.dimension = OLD.dimension AND t.value = OLD.value
            AND t.month = c.month AND t.state = c.state;
        ELSE
            INSERT INTO case_tally SELECT NEW.dimension, NEW.value, c.month, c.state, 1
            FROM case_file c WHERE c.id = NEW.case_id
            ON CONFLICT (dimension, value, month, state) DO UPDATE SET n = case_tally.n + 1;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION offender_add(c case_file, n integer) RETURNS void LANGUAGE sql AS $$
        INSERT INTO offender SELECT c.developer_id, line, n,
            n * case_is_open(c.state)::integer, n * c.recurrences
        FROM (SELECT '' AS line UNION SELECT c.product_line) AS lines
        WHERE c.developer_id IS NOT NULL ORDER BY line
        ON CONFLICT (developer_id, product_line) DO UPDATE
        SET cases = offender.cases + excluded.cases,
            open_cases = offender.open_cases + excluded.open_cases,
            recurrences = offender.recurrences + excluded.recurrences
    $$
    """,
    """
    CREATE FUNCTION case_counted() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        opened integer := case_is_open(NEW.state)::integer;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            opened := opened - case_is_open(OLD.state)::integer;
            PERFORM offender_add(OLD, -1);
            IF OLD.state <> NEW.state THEN
                UPDATE case_tally t SET n = t.n - 1 FROM case_label l
                WHERE l.case_id = NEW.id AND t.dimension = l.dimension AND t.value = l.value
                AND t.month = OLD.month AND t.state = OLD.state;
                INSERT INTO case_tally SELECT l.dimension, l.value, NEW.month, NEW.state, 1
                FROM case_label l WHERE l.case_id = NEW.id ORDER BY 1, 2
                ON CONFLICT (dimension, value, month, state) DO UPDATE SET n = case_tally.n + 1;
            END IF;
        END IF;
        PERFORM offender_add(NEW, 1);
        IF opened <> 0 THEN
            UPDATE product SET open_cases = open_cases + opened WHERE id = NEW.product_id;
        END IF;
        RETURN NULL;
    END $$
    """,
    # What the register learns of a product later holds for its cases too.
    """
    CREATE FUNCTION product_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE case_file SET developer_id = NEW.developer_id, product_line = NEW.product_line,
            category = NEW.category WHERE product_id = NEW.id;
        IF OLD.category IS DISTINCT FROM NEW.category THEN
            DELETE FROM case_label l USING case_file c WHERE c.id = l.case_id
            AND c.product_id = NEW.id AND l.dimension = 'category';
            INSERT INTO case_label SELECT id, 'category', coalesce(NEW.category::text, '')
            FROM case_file WHERE product_id = NEW.id;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION product_store_added() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO case_label SELECT c.id, 'store', s.name FROM case_file c, app_store s
        WHERE c.product_id = NEW.product_id AND s.id = NEW.app_store_id ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$
    """,
    # Counts everything anew, after a bulk load.
    """
    CREATE FUNCTION case_recount() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        LOCK TABLE case_file IN SHARE ROW EXCLUSIVE MODE;
        DELETE FROM case_tally;
        INSERT INTO case_tally SELECT l.dimension, l.value, c.month, c.state, count(*)
        FROM case_label l JOIN case_file c ON c.id = l.case_id GROUP BY 1, 2, 3, 4;
        DELETE FROM offender;
        INSERT INTO offender SELECT developer_id, line, count(*),
            count(*) FILTER (WHERE case_is_open(state)), sum(recurrences)
        FROM case_file, LATERAL (SELECT '' AS line UNION SELECT product_line) AS lines
        WHERE developer_id IS NOT NULL GROUP BY 1, 2;
        UPDATE product p SET open_cases = coalesce(found.n, 0)
        FROM product q LEFT JOIN (SELECT product_id, count(*) AS n FROM case_file
            WHERE case_is_open(state) GROUP BY 1) AS found ON found.product_id = q.id
        WHERE p.id = q.id AND p.open_cases <> coalesce(found.n, 0);
    END $$
    """,
    """
    CREATE TRIGGER case_counted
    AFTER INSERT OR UPDATE OF state, recurrences, developer_id, product_line ON case_file
    FOR EACH ROW EXECUTE FUNCTION case_counted()
    """,
    """
    CREATE TRIGGER case_label_counted AFTER INSERT OR DELETE ON case_label
    FOR EACH ROW EXECUTE FUNCTION case_label_counted()
    """,
    """
    CREATE TRIGGER product_changed AFTER UPDATE OF developer_id, product_line, category ON product
    FOR EACH ROW WHEN ((OLD.developer_id, OLD.product_line, OLD.category)
        IS DISTINCT FROM (NEW.developer_id, NEW.product_line, NEW.category))
    EXECUTE FUNCTION product_changed()
    """,
    """
    CREATE TRIGGER product_store_added AFTER INSERT ON product_store
    FOR EACH ROW EXECUTE FUNCTION product_store_added()
    """,
)

_APPEND_ONLY = ("case_event", "review_judgement", "audit")


def upgrade() -> None:
    """Create everything."""
    for statement in (*_TABLES, *_FUNCTIONS):
        op.execute(statement)
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )


def downgrade() -> None:
    """Refuse: cases and who decided them are evidence."""
    raise NotImplementedError("cases and reviews are never dropped by a migration")
