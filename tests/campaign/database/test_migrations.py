"""Migrations are one chain, numbered as their files are; two of one number are seen at once."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

import farm.campaign.database.migrations.versions as versions


def test_every_migration_follows_the_one_before_it() -> None:
    folder = Path(str(versions.__file__)).parent
    names = sorted(path.name for path in folder.glob("m*.py"))
    assert [name[1:5] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)]
    config = Config()
    config.set_main_option("script_location", str(folder.parent))
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert len(scripts) == len(names)
    for script in scripts:
        number = int(script.revision)
        assert Path(script.path).name.startswith(f"m{script.revision}_")
        assert script.down_revision == (f"{number - 1:04}" if number > 1 else None)
