"""Signing in and out, and one-time links."""

from fastapi import APIRouter, Request, Response

from examhall.application.accounts import normal_email
from examhall.application.identity import StaffIdentity
from examhall.application.services import Services
from examhall.application.sign_in import Credentials
from examhall.application.staff_sessions import Login as StaffLogin
from examhall.web.auth import STAFF_COOKIE, Staff, Use
from examhall.web.callers import caller_of
from examhall.web.cookies import clear_cookie, set_cookie
from examhall.web.staff_schemas import LinkInfo, LinkLogin, Login, Me, SetPassword

router = APIRouter(prefix="/api/v1/session", tags=["session"])

DEVICE_COOKIE = "examhall_device"
_DEVICE_KNOWN_S = 180 * 24 * 3600


@router.post("")
async def log_in(body: Login, request: Request, response: Response, services: Use) -> Me:
    """Sign in; sets the cookie.

    401 `second_factor_needed`: the password is right, send the code with it. 429 after too many failed tries.
    """
    device = request.cookies.get(DEVICE_COOKIE)
    given = Credentials(body.email, body.password, body.code, device)
    login = await services.sign_in.log_in(given, caller_of(request))
    mark = services.devices.new_mark(normal_email(body.email))
    set_cookie(response, request, DEVICE_COOKIE, mark, lasts_s=_DEVICE_KNOWN_S)
    return _signed_in(login, request, response, services)


@router.get("")
async def who_am_i(staff: Staff, services: Use) -> Me:
    return _me(staff, services)


@router.delete("", status_code=204)
async def log_out(staff: Staff, request: Request, response: Response, services: Use) -> None:
    await services.sessions.end(staff.user_id, staff.session_id)
    clear_cookie(response, request, STAFF_COOKIE)


@router.post("/link-info")
async def link_info(body: LinkLogin, services: Use) -> LinkInfo:
    """What a one-time link is for."""
    link, user = await services.accounts.link(body.token)
    return LinkInfo(
        purpose=link.purpose.value, email=user.email if user else None, expires_at=link.expires_at
    )


@router.post("/link")
async def enter_by_link(body: LinkLogin, request: Request, response: Response, services: Use) -> Me:
    """Sign in by a demo link."""
    login = await services.accounts.enter(body.token, caller_of(request))
    return _signed_in(login, request, response, services)


@router.post("/set-password")
async def set_password(body: SetPassword, request: Request, response: Response, services: Use) -> Me:
    """Set a password by a one-time link, and sign in."""
    login = await services.accounts.set_password(
        body.token,
        body.password,
        email=body.email,
        name=body.name,
        code=body.code,
        caller=caller_of(request),
    )
    return _signed_in(login, request, response, services)


def _signed_in(login: StaffLogin, request: Request, response: Response, services: Services) -> Me:
    set_cookie(response, request, STAFF_COOKIE, login.token)
    return _me(login.identity, services)


def _me(who: StaffIdentity, services: Services) -> Me:
    return Me(
        id=who.user_id,
        name=who.name,
        email=who.email,
        role=who.role,
        must_enrol=services.access.must_enrol(who),
    )
