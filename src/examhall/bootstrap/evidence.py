"""Where pictures, sound and recordings are kept: a folder, or the bucket that the settings name."""

import tempfile
from pathlib import Path

from examhall.adapters.evidence.bucket import Bucket, evidence_in_bucket
from examhall.adapters.evidence.object_store import SealedBlobs, evidence_in_folder
from examhall.adapters.keys import FileKeyRing
from examhall.application.ports.keys import KeyRing
from examhall.settings import Settings


def build_evidence(settings: Settings, keys: KeyRing) -> SealedBlobs:
    """Connects to nothing yet."""
    if settings.evidence_url is None:
        return evidence_in_folder(settings.data_dir / "evidence", keys)
    secret = settings.s3_secret_access_key
    bucket = Bucket(
        url=settings.evidence_url,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=secret.get_secret_value() if secret else None,
    )
    return evidence_in_bucket(bucket, keys)


async def evidence_problem(settings: Settings) -> str | None:
    """For `examhall doctor`: what is wrong with a bucket; it changes nothing and makes no key of the server."""
    if settings.evidence_url is None:
        return None  # the data folder is looked at already
    with tempfile.TemporaryDirectory() as folder:
        return await build_evidence(settings, FileKeyRing(Path(folder))).check()
