"""One's own account: where one is signed in, the password, the second factor."""

from fastapi import APIRouter, Request

from examhall.application.ports.sessions_store import SessionRecord
from examhall.web.access_schemas import (
    Account,
    BeginSecondFactor,
    ChangePassword,
    ConfirmSecondFactor,
    Ended,
    RecoveryCodes,
    SecondFactorSecret,
    StaffSession,
    WithCode,
)
from examhall.web.auth import Audited, Staff, Use
from examhall.web.callers import caller_of

router = APIRouter(prefix="/api/v1/account", tags=["account"])


@router.get("")
async def read_account(staff: Staff, services: Use) -> Account:
    factor = await services.factors.state(staff.user_id)
    return Account(
        id=staff.user_id,
        name=staff.name,
        email=staff.email,
        role=staff.role,
        second_factor_at=factor.confirmed_at,
        second_factor_required=services.access.asks_second_factor(staff.role),
        recovery_codes_left=factor.codes_left,
    )


@router.get("/sessions")
async def list_my_sessions(staff: Staff, services: Use) -> list[StaffSession]:
    """Where I am signed in, the last used first."""
    return [session_out(one, staff.session_id) for one in await services.sessions.of_user(staff.user_id)]


@router.delete("/sessions/{session_id}", status_code=204)
async def end_my_session(session_id: str, staff: Staff, services: Use) -> None:
    """Its pages are signed out at once."""
    await services.sessions.end(staff.user_id, session_id)


@router.post("/sessions/end-others")
async def end_my_other_sessions(staff: Staff, services: Use, note: Audited) -> Ended:
    """Stay signed in here alone."""
    ended = await services.sessions.end_all(staff.user_id, but=staff.session_id)
    note.details["ended"] = ended
    return Ended(ended=ended)


@router.put("/password", status_code=204)
async def change_my_password(body: ChangePassword, request: Request, staff: Staff, services: Use) -> None:
    """Every other login of mine ends."""
    await services.sign_in.change_password(staff, body.present, body.new, caller_of(request))


@router.post("/second-factor", status_code=201)
async def begin_second_factor(
    body: BeginSecondFactor, request: Request, staff: Staff, services: Use
) -> SecondFactorSecret:
    """A new secret for an authenticator app (TOTP). It counts once a code of it has come."""
    await services.sign_in.require_password(staff, body.password, caller_of(request))
    made = await services.factors.begin(staff.user_id, staff.email)
    return SecondFactorSecret(secret=made.secret, uri=made.uri)


@router.post("/second-factor/confirm")
async def confirm_second_factor(body: ConfirmSecondFactor, staff: Staff, services: Use) -> RecoveryCodes:
    """The first code of the app: the second factor is on. The answer are recovery codes, shown once."""
    return RecoveryCodes(codes=list(await services.factors.confirm(staff.user_id, body.code)))


@router.post("/second-factor/recovery-codes")
async def new_recovery_codes(body: WithCode, request: Request, staff: Staff, services: Use) -> RecoveryCodes:
    """New recovery codes; the ones before are void."""
    await _require_both(body, request, staff, services)
    return RecoveryCodes(codes=list(await services.factors.new_codes(staff.user_id)))


@router.delete("/second-factor", status_code=204)
async def remove_second_factor(body: WithCode, request: Request, staff: Staff, services: Use) -> None:
    """Switch my second factor off."""
    await _require_both(body, request, staff, services)
    await services.factors.remove(staff.user_id)


async def _require_both(body: WithCode, request: Request, staff: Staff, services: Use) -> None:
    await services.sign_in.require_password(staff, body.password, caller_of(request), code=body.code)


def session_out(record: SessionRecord, current: str | None) -> StaffSession:
    return StaffSession(
        id=record.id,
        created_at=record.created_at,
        last_used_at=record.last_used_at,
        expires_at=record.expires_at,
        address=record.address,
        browser=record.browser,
        current=record.id == current,
    )
