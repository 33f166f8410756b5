"""Every setting, read from the environment with the prefix EXAMHALL_. Units are in the names.

docs/operations.md lists them all; a test compares. No secret has a default.
"""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

CommaSeparated = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """What `serve` needs to know. Immutable after start."""

    model_config = SettingsConfigDict(env_prefix="EXAMHALL_", frozen=True, extra="forbid")

    data_dir: Path = Field(Path("data"), description="Database, evidence, keys and the log live here.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    public_url: str | None = Field(
        None, description="Address that browsers use, e.g. https://exams.example.org; links start with it."
    )
    tls_cert: Path | None = Field(None, description="PEM certificate chain, to serve https directly.")
    tls_key: Path | None = Field(None, description="PEM private key of the certificate.")
    trusted_proxies: CommaSeparated = Field(
        (), description="Addresses or networks whose X-Forwarded-For and -Proto are believed."
    )
    database_url: str | None = Field(None, description="SQLAlchemy URL; SQLite in the data folder if unset.")
    database_pool: int = Field(
        20, ge=4, le=1000, description="Connections to PostgreSQL at most, half of them for writing."
    )
    evidence_url: str | None = Field(
        None,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?$",
        description="Bucket for pictures, sound and recordings, s3://bucket/prefix; the data folder if unset.",
    )
    s3_endpoint: str | None = Field(
        None, pattern=r"^https?://[^/\s]+/?$", description="Address of the S3 store; Amazon's if unset."
    )
    s3_region: str | None = Field(None, description="Region of the bucket; us-east-1 if unset.")
    s3_access_key_id: str | None = Field(
        None, description="Access key for the bucket; the machine's own (AWS_...) if unset."
    )
    s3_secret_access_key: SecretStr | None = Field(None, description="Secret of the access key.")
    redis_url: SecretStr | None = Field(
        None, description="redis://host:6379/0, to be one of several servers; alone if unset. See scaling.md."
    )
    keys_dir: Path | None = Field(
        None, description="Folder of the keys, the same on every server; keys in the data folder if unset."
    )
    models_dir: Path | None = Field(None, description="Folder of the model files; the project's if unset.")
    static_dir: Path | None = Field(
        None, description="Folder of the built web pages; the package's if unset."
    )
    log_format: Literal["console", "json"] = Field("console", description="How the log is written.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level logged.")
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token for /metrics; without it only loopback may read."
    )
    workers: int | None = Field(
        None, ge=1, le=64, description="Vision worker processes; one for each processor (1 to 8) if unset."
    )
    worker_hang_limit_s: float = Field(2.0, gt=0, le=60, description="A worker that takes longer is killed.")
    staff_session_hours: float = Field(12.0, gt=0, le=720, description="How long a staff login lasts unused.")
    require_totp: Literal["off", "admins", "staff"] = Field(
        "off", description="Who has to set up a second factor (TOTP) before anything else."
    )
    audit_days: int = Field(
        400, ge=1, le=3660, description="How long the audit log of staff actions is kept."
    )
    min_free_disk_mb: int = Field(500, ge=0, description="Below this /readyz says the disk is full.")
    detect_faces: Literal["auto", "on", "off"] = Field(
        "auto", description="The tutorial's endpoint; auto: only for callers on this machine."
    )
    detect_faces_token: SecretStr | None = Field(
        None, description="Bearer token that opens the tutorial's endpoint to other machines."
    )
    detect_faces_origins: CommaSeparated = Field(
        (), description="Exact origins whose pages may call the tutorial's endpoint (CORS)."
    )
    detect_faces_every_s: float = Field(
        30.0, ge=1, le=3600, description="How often the tutorial's page /meeting sends a picture to it."
    )
    meetings: Literal["p2p", "livekit", "realtimekit", "dyte"] = Field(
        "p2p", description="Who carries the live view; see meetings.md."
    )
    meeting_token_minutes: float = Field(
        10.0, ge=1, le=1440, description="How long a page's way into a LiveKit meeting is good for."
    )
    ice_servers: CommaSeparated = Field((), description="STUN/TURN URLs for the live view (p2p).")
    ice_username: str | None = Field(None, description="User name for the TURN servers.")
    ice_credential: SecretStr | None = Field(None, description="Credential for the TURN servers.")
    ice_turn_secret: SecretStr | None = Field(
        None, description="Secret shared with coturn (static-auth-secret): credentials are made, not stored."
    )
    ice_turn_hours: float = Field(
        12.0, gt=0, le=48, description="How long made TURN credentials are good for."
    )
    ice_relay_only: bool = Field(False, description="Live view through TURN only; hides addresses.")

    livekit_url: str | None = Field(
        None,
        pattern=r"^(ws|wss|http|https)://[^/\s]+/?$",
        description="LiveKit's address, e.g. wss://live.example.org",
    )
    livekit_server_url: str | None = Field(
        None,
        pattern=r"^(ws|wss|http|https)://[^/\s]+/?$",
        description="LiveKit's address as this server reaches it; livekit_url if unset.",
    )
    livekit_api_key: str | None = Field(None, description="Name of the LiveKit API key.")
    livekit_api_secret: SecretStr | None = Field(None, description="Secret of the LiveKit API key.")

    realtimekit_account_id: str | None = Field(None, description="Cloudflare account that has the app.")
    realtimekit_app_id: str | None = Field(None, description="RealtimeKit app.")
    realtimekit_api_token: SecretStr | None = Field(
        None, description="Cloudflare API token with the right Realtime: Edit."
    )
    realtimekit_base_url: str = Field(
        "https://api.cloudflare.com/client/v4", description="Where Cloudflare's API is."
    )
    realtimekit_webhook_keys_url: str = Field(
        "https://api.realtime.cloudflare.com/.well-known/webhooks.json",
        description="Where RealtimeKit publishes the key of its reports.",
    )
    dyte_org_id: str | None = Field(None, description="Dyte organisation.")
    dyte_api_key: SecretStr | None = Field(None, description="Dyte API key.")
    dyte_base_url: str = Field("https://api.dyte.io/v2", description="Where Dyte's v2 API is.")
    dyte_webhook_keys_url: str = Field(
        "https://api.dyte.io/.well-known/webhooks.json",
        description="Where Dyte publishes the key of its reports.",
    )
    meeting_candidate_preset: str = Field(
        "examhall-candidate", description="Preset of candidates at RealtimeKit or Dyte."
    )
    meeting_proctor_preset: str = Field(
        "examhall-proctor", description="Preset of proctors at RealtimeKit or Dyte."
    )

    @field_validator("trusted_proxies", "detect_faces_origins", "ice_servers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("public_url")
    @classmethod
    def _origin_only(cls, value: str | None) -> str | None:
        if value is None:
            return None
        url = urlsplit(value)
        if url.scheme not in {"http", "https"} or not url.hostname or url.path.strip("/") or url.query:
            raise ValueError("must be scheme and host only, like https://exams.example.org")
        return f"{url.scheme}://{url.netloc}"

    @property
    def keys_folder(self) -> Path:
        return self.keys_dir or self.data_dir / "keys"

    @property
    def worker_count(self) -> int:
        """One for each processor: they run behind the server's own process, which takes what it needs first."""
        return self.workers or min(8, os.cpu_count() or 1)

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback_host(self.host)

    @property
    def base_url(self) -> str:
        """Where browsers find us; the public URL, or the listening address."""
        if self.public_url:
            return self.public_url
        scheme = "https" if self.tls_cert else "http"
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104  compared, not bound
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"


def is_loopback_host(host: str) -> bool:
    """True for localhost and loopback addresses."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
