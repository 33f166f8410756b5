"""Staff accounts; for admins."""

from fastapi import APIRouter

from examhall.application.accounts import OneTimeLink
from examhall.application.ports.accounts_store import UserRecord
from examhall.web.auth import Use
from examhall.web.schemas import ChangeStaff, NewStaff, StaffLink, StaffMember

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


@router.get("")
async def list_staff(services: Use) -> list[StaffMember]:
    return [_member(user) for user in await services.accounts.staff()]


@router.post("", status_code=201)
async def add_staff(body: NewStaff, services: Use) -> StaffLink:
    """A new account, and the link that sets its password."""
    return _with_link(*await services.accounts.add_staff(body.name, body.email, body.role))


@router.patch("/{user_id}")
async def change_staff(user_id: str, body: ChangeStaff, services: Use) -> StaffMember:
    """Only what is given changes; a new role or disabling ends their logins."""
    user = await services.accounts.change_staff(
        user_id, name=body.name, role=body.role, disabled=body.disabled
    )
    return _member(user)


@router.post("/{user_id}/link", status_code=201)
async def new_staff_link(user_id: str, services: Use) -> StaffLink:
    """A new link that sets the password; the one before stops working."""
    return _with_link(*await services.accounts.staff_link(user_id))


def _with_link(user: UserRecord, link: OneTimeLink) -> StaffLink:
    return StaffLink(staff=_member(user), link=link.url, expires_at=link.expires_at)


def _member(user: UserRecord) -> StaffMember:
    return StaffMember(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        disabled=user.disabled_at is not None,
        has_password=user.password_hash is not None,
        created_at=user.created_at,
    )
