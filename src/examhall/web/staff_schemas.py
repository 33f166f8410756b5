"""Bodies of signing in and of staff accounts. Times are integers, ms since the epoch (UTC)."""

from typing import Annotated, Literal

from pydantic import Field

from examhall.web.plain import Flag, Ms
from examhall.web.schemas import Answer, Body, Email, Name, Role


class Login(Body):  # POST /session
    email: Annotated[str, Field(max_length=320)]
    password: Annotated[str, Field(max_length=1000)]
    code: Annotated[str, Field(max_length=64)] | None = None  # of the second factor, where it is on


class LinkLogin(Body):  # POST /session/link: demo links
    token: Annotated[str, Field(max_length=500)]


class SetPassword(Body):  # POST /session/set-password: first admin and invited staff
    token: Annotated[str, Field(max_length=500)]
    email: Email | None = None  # first admin only
    name: Name | None = None  # first admin only
    password: Annotated[str, Field(min_length=10, max_length=1000)]
    code: Annotated[str, Field(max_length=64)] | None = None  # of the second factor, where it is on


class LinkInfo(Answer):  # POST /session/link-info
    purpose: Literal["first_admin", "set_password", "demo"]
    email: str | None
    expires_at: Ms


class Me(Answer):  # GET /session
    id: str
    name: str
    email: str
    role: Role
    must_enrol: bool  # a second factor has to be set up before anything else


class StaffMember(Answer):
    id: str
    name: str
    email: str
    role: Role
    disabled: bool
    has_password: bool
    second_factor: bool
    created_at: Ms


class NewStaff(Body):  # POST /staff (admin)
    name: Name
    email: Email
    role: Role


class StaffLink(Answer):
    staff: StaffMember
    link: str  # one use, sets the password
    expires_at: Ms


class ChangeStaff(Body):  # PATCH /staff/{id}
    name: Name | None = None
    role: Role | None = None
    disabled: Flag | None = None
    reason: Annotated[str, Field(max_length=500)] | None = None  # for the audit log
