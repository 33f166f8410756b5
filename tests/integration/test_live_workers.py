"""The whole way with real worker processes and the real face detector."""

from pathlib import Path

import numpy as np

from examhall.bootstrap.vision import build_vision_pool
from support.live import live_house, sending
from support.people import MODELS_DIR, seat
from support.pictures import encode


def camera(*, people: int) -> list[bytes]:
    """A seat with a sensor's noise: two pictures are never the same."""
    still = seat(people=people).astype(np.int16)
    dice = np.random.default_rng(7)
    noisy = [np.clip(still + dice.integers(-3, 4, still.shape), 0, 255) for _ in range(20)]
    return [encode(picture.astype(np.uint8), ".jpg") for picture in noisy]


async def test_two_people_in_the_picture_are_an_incident_and_one_closes_it(tmp_path: Path) -> None:
    pool = build_vision_pool(MODELS_DIR, hang_limit_s=20.0)  # a loaded test machine is not a hang
    async with live_house(tmp_path, vision=pool) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page:
            await page.next("welcome")
            async with sending(page, camera(people=2), every_s=0.6):
                update = await wall.next(
                    "update",
                    where=lambda m: (
                        m["body"]["type"] == "incident"
                        and m["body"]["incident"]["signal"] == "multiple_faces"
                    ),
                )
            incident = update["body"]["incident"]
            assert "2 faces" in incident["words"]
            assert wall.pictures
            assert len(wall.pictures[-1]) < 6_100
            async with sending(page, camera(people=1), every_s=0.6):
                await wall.next(
                    "update",
                    where=lambda m: (
                        m["body"]["type"] == "incident"
                        and m["body"]["incident"]["id"] == incident["id"]
                        and m["body"]["incident"]["closed_at"] is not None
                    ),
                )
        assert house.metric("examhall_frame_wait_seconds_count") >= 2
