"""A server of its own process, killed while it takes a recording: `python -m support.doomed_recorder FOLDER`.

Prints staff token, exam, attempt, candidate token and its address. The first segment that it writes it writes, says
"written", and never notes in the database.
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from obstore.store import LocalStore

from examhall.adapters.evidence.object_store import SealedBlobs
from examhall.adapters.keys import FileKeyRing
from examhall.application.ports.evidence import StoredBlob
from examhall.domain.policy import Recording
from support.live import live_house, quick_policy


class NeverReturns(SealedBlobs):
    async def put(self, path: str, plain: bytes) -> StoredBlob:
        blob = await super().put(path, plain)
        say("written")
        await asyncio.Event().wait()
        return blob


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def main(folder: Path) -> None:
    (folder / "evidence").mkdir(parents=True)
    evidence = NeverReturns(LocalStore(folder / "evidence"), FileKeyRing(folder / "keys"))
    policy = replace(quick_policy(), recording=Recording.CAMERA)
    async with live_house(folder, evidence=evidence, policy=policy) as house:
        candidate = await house.live_candidate()
        tokens = (house.staff_token, house.exam_id, candidate.attempt_id, candidate.token, house.base_url)
        say(" ".join(tokens))
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
