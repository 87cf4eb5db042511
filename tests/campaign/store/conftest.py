"""Both kinds of store: a folder, and S3."""

from pathlib import Path

import pytest

from farm.campaign.store import Store


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store of either kind."""
    if request.param == "folder":
        return Store(str(tmp_path / "store"))
    request.getfixturevalue("s3_wire")
    return Store("s3://evidence/farm")
