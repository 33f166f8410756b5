"""A server of its own process that is going to be killed: `python -m support.doomed_server FOLDER`.

Prints staff token, exam, attempt and candidate token once an incident is open, then goes on.
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from support.live import TOGETHER, Json, live_house, quick_policy, sending


def two_faces(update: Json) -> bool:
    body = update["body"]
    return body["type"] == "incident" and body["incident"]["signal"] == "multiple_faces"


async def main(folder: Path) -> None:
    policy = replace(quick_policy(), evidence_after_s=10.0)  # it dies before they are all there
    async with live_house(folder, policy=policy) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            await page.say(type="event", seq=1, kind="clipboard_copy", page_ms=1, occurred_at=1)
            await page.next("ack")
            async with sending(page, TOGETHER):
                await wall.next("update", where=two_faces)
                tokens = (house.staff_token, house.exam_id, candidate.attempt_id, candidate.token)
                sys.stdout.write(" ".join(tokens) + "\n")
                sys.stdout.flush()
                await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
