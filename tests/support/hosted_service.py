"""RealtimeKit's and Dyte's REST interface on loopback.

What it answers is made with the response types of the official client, what it is asked is held against that
client's parameter types: what either does not know is refused here as it would be there.
"""

import base64
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import jwt
import uvicorn
from cloudflare.types.realtime_kit import (
    ActiveSessionGetActiveSessionResponse,
    ActiveSessionKickAllParticipantsResponse,
    ActiveSessionKickParticipantsResponse,
    MeetingAddParticipantResponse,
    MeetingCreateResponse,
    MeetingDeleteMeetingParticipantResponse,
    MeetingGetMeetingParticipantsResponse,
    MeetingGetResponse,
    MeetingRefreshParticipantTokenResponse,
    MeetingUpdateMeetingByIDResponse,
    PresetGetResponse,
    SessionGetSessionParticipantsResponse,
    active_session_kick_participants_params,
    meeting_add_participant_params,
    meeting_create_params,
    meeting_get_params,
    meeting_update_meeting_by_id_params,
)
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import APIRouter, FastAPI, HTTPException, Request
from pydantic import BaseModel

from examhall.application.ports.meetings import Media, MeetingEventKind
from support.livekit_server import LIMIT_S, free_ports
from support.reports import Report

Json = dict[str, object]
NOT_IN_BODY = {"account_id", "app_id"}


@dataclass
class Sitting:
    participant_id: str
    custom_id: str
    preset: str
    there: bool = False
    left_at: str | None = None


@dataclass
class Meeting:
    id: str
    title: str
    created_at: str
    status: str = "ACTIVE"
    people: dict[str, Sitting] = field(default_factory=dict)

    @property
    def session_id(self) -> str:
        return f"session-of-{self.id}"


@dataclass
class HostedService:
    """One account. `prefix`: before the paths; `authorization`: the exact header that is let in."""

    prefix: str
    authorization: str
    header: str  # of reports: rtk or dyte
    presets: list[str] = field(default_factory=lambda: ["examhall-candidate", "examhall-proctor"])
    meetings: dict[str, Meeting] = field(default_factory=dict)
    port: int = field(default_factory=lambda: free_ports(1)[0])
    signing_key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # ---- what happens at the service without us ----------------------------------------------------

    def enter(self, title: str, custom_id: str) -> None:
        """Somebody joins with the token that they were given."""
        self._sitting(title, custom_id).there = True

    def leave(self, title: str, custom_id: str) -> None:
        one = self._sitting(title, custom_id)
        one.there, one.left_at = False, _now()

    def meeting(self, title: str) -> Meeting:
        """The one that can be joined."""
        return next(m for m in self.meetings.values() if m.title == title and m.status == "ACTIVE")

    def _sitting(self, title: str, custom_id: str) -> Sitting:
        return next(s for s in self.meeting(title).people.values() if s.custom_id == custom_id)

    def report(self, kind: MeetingEventKind, room: str, who: str | None, media: Media | None) -> Report:
        names = {
            MeetingEventKind.JOINED: "meeting.participantJoined",
            MeetingEventKind.LEFT: "meeting.participantLeft",
            MeetingEventKind.ENDED: "meeting.ended",
        }
        told: Json = {
            "event": names[kind],
            "meeting": {"id": "m", "sessionId": "s", "title": room, "status": "LIVE", "endedAt": _now()},
        }
        if who:
            told["participant"] = {"peerId": "p", "customParticipantId": who, "joinedAt": _now()}
        body = json.dumps(told).encode()
        return Report({**self.signed(body), f"{self.header}-uuid": f"{kind}-{room}-{who}"}, body)

    def signed(self, body: bytes) -> dict[str, str]:
        signature = self.signing_key.sign(body, padding.PKCS1v15(), SHA256())
        return {f"{self.header}-signature": base64.b64encode(signature).decode()}

    # ---- answering -----------------------------------------------------------------------------------

    def start(self) -> None:
        app = FastAPI()
        app.include_router(self._router(), prefix=self.prefix)

        @app.get("/.well-known/webhooks.json")
        def keys() -> Json:
            public = self.signing_key.public_key()
            return {
                "publicKey": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
            }

        config = uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        ends = time.monotonic() + LIMIT_S
        while not self._server.started:
            assert time.monotonic() < ends, "the service does not start"
            time.sleep(0.01)

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(LIMIT_S)
            self._server = self._thread = None

    def _router(self) -> APIRouter:
        routes = APIRouter()
        for method, path, answer in (
            ("GET", "/presets", self._presets),
            ("GET", "/meetings", self._list),
            ("POST", "/meetings", self._create),
            ("PATCH", "/meetings/{meeting_id}", self._update),
            ("GET", "/meetings/{meeting_id}/participants", self._people),
            ("POST", "/meetings/{meeting_id}/participants", self._add),
            ("DELETE", "/meetings/{meeting_id}/participants/{participant_id}", self._delete),
            ("POST", "/meetings/{meeting_id}/participants/{participant_id}/token", self._refresh),
            ("GET", "/meetings/{meeting_id}/active-session", self._session),
            ("POST", "/meetings/{meeting_id}/active-session/kick", self._kick),
            ("POST", "/meetings/{meeting_id}/active-session/kick-all", self._kick_all),
            ("GET", "/sessions/{session_id}/participants", self._sittings),
        ):
            routes.add_api_route(path, answer, methods=[method], response_model=None)
        return routes

    def _let_in(self, request: Request) -> None:
        if not secrets.compare_digest(request.headers.get("authorization", ""), self.authorization):
            raise HTTPException(401, "not authorised")

    def _here(self, meeting_id: str) -> Meeting:
        if meeting_id not in self.meetings:
            raise HTTPException(404, "no such meeting")
        return self.meetings[meeting_id]

    def _token(self, meeting: Meeting, one: Sitting) -> str:
        claims = {
            "meetingId": meeting.id,
            "participantId": one.participant_id,
            "exp": round(time.time()) + 86_400,
            "jti": secrets.token_hex(4),
        }
        return jwt.encode(claims, "a key that only the service has, long enough", algorithm="HS256")

    async def _presets(self, request: Request) -> Json:
        self._let_in(request)
        return _made(
            PresetGetResponse,
            success=True,
            data=[{"id": name, "name": name} for name in self.presets],
            paging=_paging(len(self.presets)),
        )

    async def _list(self, request: Request) -> Json:
        self._let_in(request)
        asked = dict(request.query_params)
        _known(asked, meeting_get_params.MeetingGetParams)
        page, size = int(float(asked.get("page_no", 1))), int(float(asked.get("per_page", 20)))
        found = [
            m
            for m in self.meetings.values()
            if asked.get("search", "") in m.title and asked.get("status", m.status) == m.status
        ]
        return _made(
            MeetingGetResponse,
            success=True,
            data=[_shown(m) for m in found[(page - 1) * size : page * size]],
            paging=_paging(len(found)),
        )

    async def _create(self, request: Request) -> Json:
        self._let_in(request)
        body = await _body(request, meeting_create_params.MeetingCreateParams)
        made = Meeting(secrets.token_hex(8), str(body["title"]), _now())
        self.meetings[made.id] = made
        return _made(MeetingCreateResponse, success=True, data=_shown(made))

    async def _update(self, request: Request, meeting_id: str) -> Json:
        self._let_in(request)
        body = await _body(request, meeting_update_meeting_by_id_params.MeetingUpdateMeetingByIDParams)
        meeting = self._here(meeting_id)
        meeting.status = str(body.get("status", meeting.status))
        return _made(MeetingUpdateMeetingByIDResponse, success=True, data=_shown(meeting))

    async def _people(self, request: Request, meeting_id: str) -> Json:
        self._let_in(request)
        people = list(self._here(meeting_id).people.values())
        return _made(
            MeetingGetMeetingParticipantsResponse,
            success=True,
            data=[_person(one) for one in people],
            paging=_paging(len(people)),
        )

    async def _add(self, request: Request, meeting_id: str) -> Json:
        self._let_in(request)
        body = await _body(request, meeting_add_participant_params.MeetingAddParticipantParams)
        meeting = self._here(meeting_id)
        if meeting.status != "ACTIVE" or body["preset_name"] not in self.presets:
            raise HTTPException(422, "the meeting is over, or there is no such preset")
        one = Sitting(secrets.token_hex(8), str(body["custom_participant_id"]), str(body["preset_name"]))
        meeting.people[one.participant_id] = one
        data = _person(one) | {"token": self._token(meeting, one)}
        return _made(MeetingAddParticipantResponse, success=True, data=data)

    async def _delete(self, request: Request, meeting_id: str, participant_id: str) -> Json:
        self._let_in(request)
        one = self._here(meeting_id).people.pop(participant_id, None)
        if one is None:
            raise HTTPException(404, "no such participant")
        gone = {"created_at": _now(), "updated_at": _now(), "custom_participant_id": one.custom_id}
        return _made(
            MeetingDeleteMeetingParticipantResponse, success=True, data=gone | {"preset_id": one.preset}
        )

    async def _refresh(self, request: Request, meeting_id: str, participant_id: str) -> Json:
        self._let_in(request)
        meeting = self._here(meeting_id)
        if participant_id not in meeting.people:
            raise HTTPException(404, "no such participant")
        token = self._token(meeting, meeting.people[participant_id])
        return _made(MeetingRefreshParticipantTokenResponse, success=True, data={"token": token})

    async def _session(self, request: Request, meeting_id: str) -> Json:
        self._let_in(request)
        meeting = self._running(meeting_id)
        session = {
            "id": meeting.session_id,
            "associated_id": meeting.id,
            "created_at": _now(),
            "updated_at": _now(),
            "started_at": _now(),
            "live_participants": 1,
            "max_concurrent_participants": 1,
            "meeting_display_name": meeting.title,
            "minutes_consumed": 0,
            "organization_id": "o",
            "status": "LIVE",
            "type": "meeting",
        }
        return _made(ActiveSessionGetActiveSessionResponse, success=True, data=session)

    async def _kick(self, request: Request, meeting_id: str) -> Json:
        self._let_in(request)
        body = await _body(
            request, active_session_kick_participants_params.ActiveSessionKickParticipantsParams
        )
        ids = body["custom_participant_ids"]
        assert isinstance(ids, list)
        meeting = self._running(meeting_id)
        _out(meeting, {str(one) for one in ids})
        return _made(ActiveSessionKickParticipantsResponse, success=True, data={"action": "kick"})

    async def _kick_all(self, request: Request, meeting_id: str) -> Json:
        self._let_in(request)
        meeting = self._running(meeting_id)
        _out(meeting, {one.custom_id for one in meeting.people.values()})
        return _made(ActiveSessionKickAllParticipantsResponse, success=True, data={"action": "kick"})

    def _running(self, meeting_id: str) -> Meeting:
        meeting = self._here(meeting_id)
        if not any(one.there for one in meeting.people.values()):
            raise HTTPException(404, "no session is running")
        return meeting

    async def _sittings(self, request: Request, session_id: str) -> Json:
        self._let_in(request)
        (meeting,) = (m for m in self.meetings.values() if m.session_id == session_id)
        people = [
            {
                "id": s.participant_id,
                "custom_participant_id": s.custom_id,
                "joined_at": _now(),
                "left_at": s.left_at,
            }
            for s in meeting.people.values()
            if s.there or s.left_at
        ]
        return _made(SessionGetSessionParticipantsResponse, success=True, data={"participants": people})


def _out(meeting: Meeting, custom_ids: set[str]) -> None:
    for one in meeting.people.values():
        if one.there and one.custom_id in custom_ids:
            one.there, one.left_at = False, _now()


def _made(shape: type[BaseModel], **fields: object) -> Json:
    """Checked by the client's own type."""
    made: Json = shape.model_validate(fields).model_dump(mode="json")
    return made


async def _body(request: Request, shape: type) -> Json:
    body: Json = await request.json()
    _known(body, shape)
    missing = shape.__required_keys__ - NOT_IN_BODY - set(body)  # type: ignore[attr-defined]
    if missing:
        raise HTTPException(422, f"missing: {missing}")
    return body


def _known(given: Json | dict[str, str], shape: type) -> None:
    unknown = set(given) - set(shape.__annotations__)
    if unknown:
        raise HTTPException(422, f"unknown: {unknown}")


def _shown(meeting: Meeting) -> Json:
    return {
        "id": meeting.id,
        "title": meeting.title,
        "status": meeting.status,
        "created_at": meeting.created_at,
        "updated_at": meeting.created_at,
    }


def _person(one: Sitting) -> Json:
    return {
        "id": one.participant_id,
        "custom_participant_id": one.custom_id,
        "preset_name": one.preset,
        "created_at": _now(),
        "updated_at": _now(),
    }


def _paging(total: int) -> Json:
    return {"start_offset": 0, "end_offset": total, "total_count": total}


def _now() -> str:
    return datetime.now(UTC).isoformat()


@contextmanager
def hosted_service(prefix: str, authorization: str, header: str) -> Iterator[HostedService]:
    service = HostedService(prefix, authorization, header)
    service.start()
    try:
        yield service
    finally:
        service.stop()
