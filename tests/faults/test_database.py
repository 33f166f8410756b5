"""Half a minute without the database, in two ways."""

from pathlib import Path

import pytest

from support.database_outage import through_an_outage
from support.postgres import Cluster


@pytest.mark.timeout(240)
@pytest.mark.parametrize("way", ["kill", "freeze"])
async def test_an_exam_goes_on_through_half_a_minute_without_its_database(
    tmp_path: Path, postgres_alone: Cluster, way: str
) -> None:
    await through_an_outage(tmp_path, postgres_alone, way, seconds=30.0)
