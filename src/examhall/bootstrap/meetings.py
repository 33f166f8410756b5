"""The meeting provider that the settings name."""

from examhall.adapters.meetings.livekit import LiveKit, LiveKitAccess
from examhall.adapters.meetings.p2p import PeerToPeer, TurnSecret
from examhall.application.ports.clock import Clock
from examhall.application.ports.meetings import MeetingProvider
from examhall.application.views import IceServer
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.settings import Settings


def build_provider(settings: Settings, clock: Clock) -> MeetingProvider:
    """Connects to nothing. Raises `ExamhallError` `meeting_settings_missing`, `relay_missing`."""
    if settings.meetings == "livekit":
        return _livekit(settings, clock)
    return _p2p(settings, clock)


def _p2p(settings: Settings, clock: Clock) -> PeerToPeer:
    secret, turn_secret = settings.ice_credential, settings.ice_turn_secret
    server = IceServer(
        urls=settings.ice_servers,
        username=settings.ice_username,
        credential=secret.get_secret_value() if secret else None,
    )
    return PeerToPeer(
        (server,) if settings.ice_servers else (),
        clock,
        turn_secret=(
            TurnSecret(turn_secret.get_secret_value(), settings.ice_turn_hours * 3600)
            if turn_secret
            else None
        ),
        relay_only=settings.ice_relay_only,
    )


def _livekit(settings: Settings, clock: Clock) -> LiveKit:
    url, key, secret = settings.livekit_url, settings.livekit_api_key, settings.livekit_api_secret
    if url is None or key is None or secret is None:
        raise _missing(
            "livekit",
            EXAMHALL_LIVEKIT_URL=url,
            EXAMHALL_LIVEKIT_API_KEY=key,
            EXAMHALL_LIVEKIT_API_SECRET=secret,
        )
    return LiveKit(
        LiveKitAccess(
            url=url,
            server_url=settings.livekit_server_url or url,
            api_key=key,
            api_secret=secret.get_secret_value(),
            token_lasts_s=settings.meeting_token_minutes * 60,
        ),
        clock,
    )


def _missing(provider: str, **needed: object) -> ExamhallError:
    names = ", ".join(name for name, value in needed.items() if value is None)
    return ExamhallError(
        ErrorKind.INVALID,
        "meeting_settings_missing",
        f"EXAMHALL_MEETINGS is {provider}, which also needs {names}.",
    )
