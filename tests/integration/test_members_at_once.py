"""Two admins who do the same at the same moment."""

import asyncio
from pathlib import Path

from examhall.adapters.db.accounts_store import DbAccountsStore
from support.attempts import EXAM, PROCTOR, opened, seed, seed_staff


async def test_the_same_member_added_many_times_at_once_is_one_member(
    tmp_path: Path, database_url: str
) -> None:
    async with opened(tmp_path, url=database_url) as world:
        await seed(world, "ada")
        await seed_staff(world)
        accounts = DbAccountsStore(world.database)
        for _ in range(5):
            await asyncio.gather(*(accounts.set_member(EXAM, PROCTOR, "proctor") for _ in range(8)))
            assert [(one.user_id, one.role) for one in await accounts.members(EXAM)] == [(PROCTOR, "proctor")]
            assert await accounts.remove_member(EXAM, PROCTOR)
