"""What every folder of tests may ask for: the databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from examhall.adapters.db.engine import sqlite_url
from support.postgres import Cluster, running_cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One PostgreSQL for all tests; each takes a database of its own. Do not stop it: see `running_cluster`."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def postgres_alone() -> Iterator[Cluster]:
    """A PostgreSQL of one's own that waits for the disk as in production: to be killed, frozen and started again."""
    with running_cluster(lasting=True) as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """A new PostgreSQL database with the newest schema."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """For what must hold on both databases."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "examhall.db")
    return str(request.getfixturevalue("postgres_url"))
