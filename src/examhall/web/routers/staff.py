"""Staff accounts; for admins."""

from fastapi import APIRouter

from examhall.application.ports.accounts_store import UserRecord
from examhall.web.access_schemas import Ended, EndSessions, ResetSecondFactor, StaffSession
from examhall.web.auth import Audited, Staff, Use
from examhall.web.routers.account import session_out
from examhall.web.staff_schemas import ChangeStaff, NewStaff, StaffLink, StaffMember

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


@router.get("")
async def list_staff(services: Use) -> list[StaffMember]:
    second = await services.accounts.with_second_factor()
    return [_member(user, second_factor=user.id in second) for user in await services.accounts.staff()]


@router.post("", status_code=201)
async def add_staff(body: NewStaff, services: Use, note: Audited) -> StaffLink:
    """A new account, and the link that sets its password."""
    user, link = await services.accounts.add_staff(body.name, body.email, body.role)
    note.target_id, note.details["role"] = user.id, user.role
    return StaffLink(staff=_member(user, second_factor=False), link=link.url, expires_at=link.expires_at)


@router.patch("/{user_id}")
async def change_staff(user_id: str, body: ChangeStaff, services: Use, note: Audited) -> StaffMember:
    """Only what is given changes; a new role or disabling ends their logins."""
    user = await services.accounts.change_staff(
        user_id, name=body.name, role=body.role, disabled=body.disabled
    )
    note.reason = body.reason
    note.details |= {"role": body.role, "disabled": body.disabled, "renamed": body.name is not None}
    return _member(user, second_factor=await services.factors.is_on(user.id))


@router.post("/{user_id}/link", status_code=201)
async def new_staff_link(user_id: str, services: Use) -> StaffLink:
    """A new link that sets the password; the one before stops working."""
    user, link = await services.accounts.staff_link(user_id)
    second = await services.factors.is_on(user.id)
    return StaffLink(staff=_member(user, second_factor=second), link=link.url, expires_at=link.expires_at)


@router.delete("/{user_id}/link", status_code=204)
async def withdraw_staff_link(user_id: str, services: Use) -> None:
    """The link that sets their password stops working."""
    await services.accounts.withdraw_staff_link(user_id)


@router.get("/{user_id}/sessions")
async def list_staff_sessions(user_id: str, staff: Staff, services: Use) -> list[StaffSession]:
    """Where somebody is signed in, the last used first."""
    user = await services.accounts.existing(user_id)
    return [session_out(one, staff.session_id) for one in await services.sessions.of_user(user.id)]


@router.post("/{user_id}/sessions/end")
async def end_staff_sessions(user_id: str, body: EndSessions, services: Use, note: Audited) -> Ended:
    """Sign somebody out, of one place or of all, at once."""
    user = await services.accounts.existing(user_id)
    note.reason = body.reason
    ended = 1
    if body.session_id is None:
        ended = await services.sessions.end_all(user.id)
    else:
        await services.sessions.end(user.id, body.session_id)
    note.details["ended"] = ended
    return Ended(ended=ended)


@router.delete("/{user_id}/second-factor", status_code=204)
async def reset_second_factor(user_id: str, body: ResetSecondFactor, services: Use, note: Audited) -> None:
    """For who has lost the app and the recovery codes: the password alone is asked for, and logins end."""
    user = await services.accounts.existing(user_id)
    note.reason = body.reason
    await services.factors.remove(user.id)
    await services.sessions.end_all(user.id)


def _member(user: UserRecord, *, second_factor: bool) -> StaffMember:
    return StaffMember(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        disabled=user.disabled_at is not None,
        has_password=user.password_hash is not None,
        second_factor=second_factor,
        created_at=user.created_at,
    )
