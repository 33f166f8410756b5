"""A worker with every model in it stays small."""

import psutil

from examhall.application.ports.vision import FrameJob, Look
from examhall.bootstrap.vision import build_vision_pool
from examhall.domain.observation import Scan
from examhall.domain.policy import ScanPlan
from support.people import MODELS_DIR, seat
from support.pictures import encode
from support.workers import workers_of

LIMIT_MB = 500
ALL = frozenset({Look.ALL_HEADS, Look.ALL_IDENTITIES, Look.OBJECTS})
SIZES = ((640, 480), (480, 640), (1280, 720), (1920, 1080), (320, 240))


async def test_all_models_and_pictures_of_all_shapes_take_less_than_500_mb() -> None:
    pool = build_vision_pool(MODELS_DIR, hang_limit_s=30.0)
    await pool.start()
    try:
        (worker,) = workers_of(psutil.Process())
        for width, height in SIZES:
            payload = encode(seat(people=2, width=width, height=height), ".jpg")
            for scan in Scan:
                await pool.analyze(FrameJob("a", payload, scan, ScanPlan(), looks=ALL))
        assert worker.memory_info().rss < LIMIT_MB * 2**20
    finally:
        await pool.stop()
