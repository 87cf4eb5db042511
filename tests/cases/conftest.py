from pathlib import Path

import pytest

from farm.campaign.database import Database
from farm.campaign.store import Store
from tests.cases.lab import Lab


@pytest.fixture
def lab(database: Database, tmp_path: Path) -> Lab:
    """Sessions in name only, on a database and a store of this test's own."""
    return Lab(database, Store(str(tmp_path / "store")))
