"""The register of apps: products and their versions, signers, developers, stores and sources."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE developer (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL UNIQUE CHECK (name <> ''),
        contact text NOT NULL DEFAULT '',
        created timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE app_store (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL UNIQUE CHECK (name <> '')
    )
    """,
    # A product is a package name: what a store lists and a notice is about.
    """
    CREATE TABLE product (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        package text COLLATE "C" NOT NULL UNIQUE CHECK (package <> ''),
        label text NOT NULL DEFAULT '',
        developer_id bigint REFERENCES developer,
        product_line text NOT NULL DEFAULT '',
        category smallint,
        first_seen timestamptz NOT NULL DEFAULT now(),
        last_seen timestamptz NOT NULL DEFAULT now(),
        latest_app bigint REFERENCES app,
        versions integer NOT NULL DEFAULT 0,
        flagged_signers integer NOT NULL DEFAULT 0,
        verdict text,
        judged timestamptz,
        open_cases integer NOT NULL DEFAULT 0
    )
    """,
    "CREATE INDEX product_recent ON product (last_seen DESC, id DESC)",
    "CREATE INDEX product_category ON product (category, last_seen DESC, id DESC)",
    "CREATE INDEX product_developer ON product (developer_id, last_seen DESC, id DESC)",
    "CREATE INDEX product_verdict ON product (verdict, last_seen DESC, id DESC)",
    "CREATE INDEX product_flagged ON product (last_seen DESC, id DESC) WHERE flagged_signers > 0",
    "CREATE INDEX product_offending ON product (last_seen DESC, id DESC) WHERE open_cases > 0",
    # What a search finds a product by: ends of its package and label, searched by prefix.
    """
    CREATE TABLE product_word (
        word text COLLATE "C" NOT NULL,
        product_id bigint NOT NULL REFERENCES product,
        PRIMARY KEY (word, product_id)
    )
    """,
    "CREATE INDEX product_word_product ON product_word (product_id)",
    # Who said what of a product; the columns of `product` hold the weightiest word.
    """
    CREATE TABLE product_fact (
        product_id bigint NOT NULL REFERENCES product,
        field text NOT NULL CHECK
            (field IN ('developer', 'product_line', 'category', 'label', 'contact')),
        source text NOT NULL,
        weight smallint NOT NULL,
        value text NOT NULL,
        said timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (product_id, field, source)
    )
    """,
    """
    CREATE TABLE app_version (
        app_id bigint PRIMARY KEY REFERENCES app,
        product_id bigint NOT NULL REFERENCES product,
        version_code bigint NOT NULL,
        signer_sha256 text NOT NULL DEFAULT '',
        label text NOT NULL DEFAULT '',
        size bigint NOT NULL DEFAULT 0,
        target_sdk integer NOT NULL DEFAULT 0,
        permissions text[] NOT NULL DEFAULT '{}',
        sdks text[] NOT NULL DEFAULT '{}',
        first_seen timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX app_version_product ON app_version (product_id, version_code DESC, app_id DESC)",
    "CREATE INDEX app_version_seen ON app_version (first_seen DESC, app_id DESC)",
    """
    CREATE TABLE sighting (
        app_id bigint NOT NULL REFERENCES app_version,
        app_store_id integer NOT NULL REFERENCES app_store,
        source text NOT NULL,
        reference text NOT NULL DEFAULT '',
        first_seen timestamptz NOT NULL DEFAULT now(),
        last_seen timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (app_id, app_store_id, source)
    )
    """,
    """
    CREATE TABLE product_store (
        product_id bigint NOT NULL REFERENCES product,
        app_store_id integer NOT NULL REFERENCES app_store,
        PRIMARY KEY (app_store_id, product_id)
    )
    """,
    "CREATE INDEX product_store_product ON product_store (product_id)",
    """
    CREATE TABLE product_signer (
        product_id bigint NOT NULL REFERENCES product,
        signer_sha256 text NOT NULL,
        state text NOT NULL CHECK (state IN ('first', 'genuine', 'flagged', 'accepted', 'refused')),
        first_app bigint NOT NULL REFERENCES app,
        first_seen timestamptz NOT NULL DEFAULT now(),
        decided timestamptz,
        decided_by text NOT NULL DEFAULT '',
        reason text NOT NULL DEFAULT '',
        PRIMARY KEY (product_id, signer_sha256)
    )
    """,
    # What the policy made of each version; waiting ones have not been looked at.
    """
    CREATE TABLE version_intake (
        app_id bigint PRIMARY KEY REFERENCES app_version,
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'queued', 'left_out')),
        rule text NOT NULL DEFAULT '',
        campaign_id bigint REFERENCES campaign,
        decided timestamptz
    )
    """,
    "CREATE INDEX version_intake_waiting ON version_intake (app_id) WHERE state = 'waiting'",
    """
    CREATE TABLE app_source (
        name text PRIMARY KEY,
        kind text NOT NULL,
        checked timestamptz,
        succeeded timestamptz,
        error text NOT NULL DEFAULT '',
        memory jsonb NOT NULL DEFAULT '{}'
    )
    """,
    # What a source offered and what became of it; `mark` tells one offer of a reference from
    # the next (an entity tag, a size with a time).
    """
    CREATE TABLE source_item (
        source text NOT NULL REFERENCES app_source,
        reference text NOT NULL,
        mark text NOT NULL DEFAULT '',
        state text NOT NULL CHECK (state IN ('taken', 'refused')),
        sha256 text NOT NULL DEFAULT '',
        error text NOT NULL DEFAULT '',
        seen timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (source, reference)
    )
    """,
    "CREATE INDEX source_item_seen ON source_item (source, seen DESC)",
    # Sessions and results of an app, and the latest results of all.
    "CREATE INDEX job_app ON job (app_id)",
    "CREATE INDEX result_recorded ON result (recorded DESC, job_id DESC)",
)


def upgrade() -> None:
    """Create everything."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: the register is evidence of what was offered where, and when."""
    raise NotImplementedError("the register is never dropped by a migration")
