"""Bodies around accounts: sessions, the second factor, API keys, the audit log. Times are ms since the epoch (UTC)."""

from typing import Annotated

from pydantic import Field

from examhall.application.ports.api_keys_store import Scope
from examhall.web.plain import Ms
from examhall.web.schemas import Answer, Body, Name, Role

Password = Annotated[str, Field(max_length=1000)]
NewPassword = Annotated[str, Field(min_length=10, max_length=1000)]
Code = Annotated[str, Field(min_length=1, max_length=64)]
Why = Annotated[str, Field(min_length=1, max_length=500)]


class Account(Answer):  # GET /account
    """second_factor_at: since when it is on, None: it is off; required: the server asks this account for one."""

    id: str
    name: str
    email: str
    role: Role
    second_factor_at: Ms | None
    second_factor_required: bool
    recovery_codes_left: int


class StaffSession(Answer):
    """One login; browser: as it names itself."""

    id: str
    created_at: Ms
    last_used_at: Ms
    expires_at: Ms
    address: str | None
    browser: str | None
    current: bool


class Ended(Answer):
    ended: int


class ChangePassword(Body):  # PUT /account/password
    present: Password
    new: NewPassword


class BeginSecondFactor(Body):  # POST /account/second-factor
    password: Password


class SecondFactorSecret(Answer):
    """Shown once: `uri` is what a QR code carries, `secret` the same to type."""

    secret: str
    uri: str


class ConfirmSecondFactor(Body):  # POST /account/second-factor/confirm
    code: Code


class RecoveryCodes(Answer):
    """Shown once; each is good once."""

    codes: list[str]


class WithCode(Body):  # POST /account/second-factor/recovery-codes, DELETE /account/second-factor
    password: Password
    code: Code


class EndSessions(Body):  # POST /staff/{user_id}/sessions/end
    session_id: Annotated[str, Field(max_length=32)] | None = None  # all of them without it
    reason: Why


class ResetSecondFactor(Body):  # DELETE /staff/{user_id}/second-factor
    reason: Why


class ApiKey(Answer):
    """works: neither revoked nor ended, and its maker is still an administrator."""

    id: str
    name: str
    scopes: list[Scope]
    made_by: str
    maker_name: str
    created_at: Ms
    expires_at: Ms
    last_used_at: Ms | None
    revoked_at: Ms | None
    works: bool


class NewApiKey(Body):  # POST /api-keys
    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    expires_at: Ms


class MadeApiKey(Answer):
    """token: shown once."""

    key: ApiKey
    token: str


class RevokeApiKey(Body):  # DELETE /api-keys/{key_id}
    reason: Why


class AuditEntry(Answer):
    """actor_name: of the account, None: nobody who is known, or the server itself; key_name: of its API key."""

    id: str
    at: Ms
    action: str
    actor_id: str | None
    actor_name: Name | None
    key_name: str | None
    address: str | None
    on_kind: str
    on_id: str | None
    exam_id: str | None
    exam_title: str | None
    reason: str | None
    details: dict[str, str | int | bool | None]


class AuditPage(Answer):  # GET /audit
    entries: list[AuditEntry]
    next: str | None  # give it as `after` to read on
