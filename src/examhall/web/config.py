"""What the web layer needs of the settings; bootstrap fills it in."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WebConfig:
    """`public_origin`: scheme://host[:port] that browsers use, None when it was not set.

    `loopback_only`: the server listens on this machine only. `detect_faces`: auto | on | off.
    `meeting_origins`: where pages connect to for the live meeting.
    """

    base_url: str
    public_origin: str | None
    loopback_only: bool
    static_dir: Path
    models_dir: Path | None = None
    metrics_token: str | None = field(default=None, repr=False)
    detect_faces: str = "auto"
    detect_faces_token: str | None = field(default=None, repr=False)
    detect_faces_origins: tuple[str, ...] = ()
    detect_faces_every_s: float = 30.0
    meeting_origins: tuple[str, ...] = ()
    demo: bool = False
