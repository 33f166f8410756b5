"""Evidence in a bucket of an S3-compatible store."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from obstore.store import S3Store

from examhall.adapters.evidence.object_store import SealedBlobs
from examhall.application.ports.keys import KeyRing

if TYPE_CHECKING:
    from obstore.store import S3Config

# A store that is away is asked again by those who wait for it; one call must not take minutes.
_ANSWER_S = timedelta(seconds=10)
_CONNECT_S = timedelta(seconds=3)
_TRIES = 2
_TRYING_S = timedelta(seconds=8)


@dataclass(frozen=True, slots=True)
class Bucket:
    """url: s3://bucket/prefix. endpoint: of a store that is not Amazon's; http is for one on the same network."""

    url: str
    endpoint: str | None = None
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)


def evidence_in_bucket(bucket: Bucket, keys: KeyRing) -> SealedBlobs:
    """Evidence in a bucket that is there already; connects to nothing yet.

    Without keys the environment of the machine gives them, as Amazon's own tools take them.
    """
    url = urlsplit(bucket.url)
    config: S3Config = {"region": bucket.region or "us-east-1"}
    if bucket.endpoint is not None:
        config["endpoint"] = bucket.endpoint
    if bucket.access_key_id is not None:
        config["access_key_id"] = bucket.access_key_id
    if bucket.secret_access_key is not None:
        config["secret_access_key"] = bucket.secret_access_key
    store = S3Store(
        url.netloc,
        prefix=url.path.strip("/") or None,
        config=config,
        client_options={
            "timeout": _ANSWER_S,
            "connect_timeout": _CONNECT_S,
            "allow_http": (bucket.endpoint or "").startswith("http://"),
        },
        retry_config={"max_retries": _TRIES, "retry_timeout": _TRYING_S},
    )
    return SealedBlobs(store, keys)
