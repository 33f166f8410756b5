"""The meeting provider that the settings name."""

from examhall.adapters.meetings import dyte, realtimekit
from examhall.adapters.meetings.dyte import DyteAccess, DyteApi
from examhall.adapters.meetings.hosted import HostedMeetings, Presets
from examhall.adapters.meetings.hosted_reports import Reports
from examhall.adapters.meetings.livekit import LiveKit, LiveKitAccess
from examhall.adapters.meetings.p2p import PeerToPeer, TurnSecret
from examhall.adapters.meetings.realtimekit import RealtimeKitAccess, RealtimeKitApi
from examhall.application.ports.clock import Clock
from examhall.application.ports.meetings import MeetingProvider
from examhall.application.views import IceServer
from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.settings import Settings


def build_provider(settings: Settings, clock: Clock) -> MeetingProvider:
    """Connects to nothing. Raises `ExamhallError` `meeting_settings_missing`, `relay_missing`."""
    if settings.meetings == "livekit":
        return _livekit(settings, clock)
    if settings.meetings == "realtimekit":
        return _realtimekit(settings, clock)
    if settings.meetings == "dyte":
        return _dyte(settings, clock)
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


def _realtimekit(settings: Settings, clock: Clock) -> HostedMeetings:
    account, app = settings.realtimekit_account_id, settings.realtimekit_app_id
    token = settings.realtimekit_api_token
    if account is None or app is None or token is None:
        raise _missing(
            "realtimekit",
            EXAMHALL_REALTIMEKIT_ACCOUNT_ID=account,
            EXAMHALL_REALTIMEKIT_APP_ID=app,
            EXAMHALL_REALTIMEKIT_API_TOKEN=token,
        )
    access = RealtimeKitAccess(account, app, token.get_secret_value(), settings.realtimekit_base_url)
    return HostedMeetings(
        "realtimekit",
        RealtimeKitApi(access),
        _presets(settings),
        Reports("rtk", settings.realtimekit_webhook_keys_url, clock),
        url=None,
        page_origins=realtimekit.PAGE_ORIGINS,
    )


def _dyte(settings: Settings, clock: Clock) -> HostedMeetings:
    org_id, key = settings.dyte_org_id, settings.dyte_api_key
    if org_id is None or key is None:
        raise _missing("dyte", EXAMHALL_DYTE_ORG_ID=org_id, EXAMHALL_DYTE_API_KEY=key)
    access = DyteAccess(org_id, key.get_secret_value(), settings.dyte_base_url.rstrip("/"))
    return HostedMeetings(
        "dyte",
        DyteApi(access),
        _presets(settings),
        Reports("dyte", settings.dyte_webhook_keys_url, clock),
        url=dyte.PAGE_DOMAIN,
        page_origins=dyte.PAGE_ORIGINS,
    )


def _presets(settings: Settings) -> Presets:
    return Presets(settings.meeting_candidate_preset, settings.meeting_proctor_preset)


def _missing(provider: str, **needed: object) -> ExamhallError:
    names = ", ".join(name for name, value in needed.items() if value is None)
    return ExamhallError(
        ErrorKind.INVALID,
        "meeting_settings_missing",
        f"EXAMHALL_MEETINGS is {provider}, which also needs {names}.",
    )
