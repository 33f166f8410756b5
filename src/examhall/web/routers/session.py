"""Signing in and out, and one-time links."""

from fastapi import APIRouter, Request, Response

from examhall.application.accounts import Login as StaffLogin
from examhall.web.auth import STAFF_COOKIE, Staff, Use
from examhall.web.callers import caller_address
from examhall.web.cookies import clear_cookie, set_cookie
from examhall.web.schemas import LinkInfo, LinkLogin, Login, Me, SetPassword

router = APIRouter(prefix="/api/v1/session", tags=["session"])


@router.post("")
async def log_in(body: Login, request: Request, response: Response, services: Use) -> Me:
    """Sign in; sets the cookie. 429 after too many failed tries."""
    login = await services.accounts.log_in(body.email, body.password, caller_address(request))
    return _signed_in(login, request, response)


@router.get("")
async def who_am_i(staff: Staff) -> Me:
    return Me(id=staff.user_id, name=staff.name, email=staff.email, role=staff.role)


@router.delete("", status_code=204)
async def log_out(staff: Staff, request: Request, response: Response, services: Use) -> None:
    await services.accounts.log_out(staff)
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
    return _signed_in(await services.accounts.enter(body.token), request, response)


@router.post("/set-password")
async def set_password(body: SetPassword, request: Request, response: Response, services: Use) -> Me:
    """Set a password by a one-time link, and sign in."""
    login = await services.accounts.set_password(body.token, body.password, email=body.email, name=body.name)
    return _signed_in(login, request, response)


def _signed_in(login: StaffLogin, request: Request, response: Response) -> Me:
    set_cookie(response, request, STAFF_COOKIE, login.token)
    who = login.identity
    return Me(id=who.user_id, name=who.name, email=who.email, role=who.role)
