"""The authorisation table: one row for each route and socket, by the name of its function.

This is what is enforced (`auth.identify` reads it), and what a test walks completely, both ways.
A route without a row does not start; a row without a route fails the test. `MESSAGES` says the same of what may be
said on an open socket.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from examhall.application.access import Target
from examhall.application.ports.api_keys_store import Scope


class Who(StrEnum):
    """ANYONE: no identity needed. STAFF: any account that is signed in. CANDIDATE: of the path's attempt.

    ADMIN, PROCTOR, REVIEWER: with a target the role in the target's exam, without one the account's own.
    """

    ANYONE = "anyone"
    STAFF = "staff"
    ADMIN = "admin"
    PROCTOR = "proctor"
    REVIEWER = "reviewer"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may, and what is made of it.

    scope: an API key with it may too (as the administrator who made it); None: no key may.
    audit: what the audit log calls it, noted when it succeeded; None: it has its own lines (a candidate's, in the
    attempt's chain; a login's), or changes nothing.
    before_enrolment: open to staff who still have to set up their second factor.
    """

    who: frozenset[Who]
    target: Target | None = None
    scope: Scope | None = None
    audit: str | None = None
    before_enrolment: bool = False


def _rule(*who: Who, of: Target | None = None) -> Rule:
    return Rule(frozenset(who), of)


def _row(rule: Rule, *, audit: str | None = None, scope: Scope | None = None) -> Rule:
    return replace(rule, audit=audit, scope=scope)


_ANYONE = _rule(Who.ANYONE)
_STAFF = _rule(Who.STAFF)
_SELF = replace(_STAFF, before_enrolment=True)
_ADMIN = _rule(Who.ADMIN)
_ADMIN_OF_EXAM = _rule(Who.ADMIN, of=Target.EXAM)
_MEMBER_OF_EXAM = _rule(Who.ADMIN, Who.PROCTOR, Who.REVIEWER, of=Target.EXAM)
_PROCTOR_OF_EXAM = _rule(Who.ADMIN, Who.PROCTOR, of=Target.EXAM)
_PROCTOR_OF_ATTEMPT = _rule(Who.ADMIN, Who.PROCTOR, of=Target.ATTEMPT)
_REVIEWER_OF_ATTEMPT = _rule(Who.ADMIN, Who.REVIEWER, of=Target.ATTEMPT)
_ADMIN_OF_ATTEMPT = _rule(Who.ADMIN, of=Target.ATTEMPT)
_MEMBER_OF_ATTEMPT = _rule(Who.ADMIN, Who.PROCTOR, Who.REVIEWER, of=Target.ATTEMPT)
_MEMBER_OF_INCIDENT = _rule(Who.ADMIN, Who.PROCTOR, Who.REVIEWER, of=Target.INCIDENT)
_MEMBER_OF_EVIDENCE = _rule(Who.ADMIN, Who.PROCTOR, Who.REVIEWER, of=Target.EVIDENCE)
_MEMBER_OF_SEGMENT = _rule(Who.ADMIN, Who.PROCTOR, Who.REVIEWER, of=Target.SEGMENT)
_CANDIDATE = _rule(Who.CANDIDATE, of=Target.ATTEMPT)

RULES: dict[str, Rule] = {
    # operations and pages
    "healthz": _ANYONE,
    "readyz": _ANYONE,
    "metrics": _ANYONE,  # loopback or a token, see routers/operations.py
    "openapi_json": _ANYONE,
    "docs_page": _ANYONE,
    "docs_asset": _ANYONE,
    "page": _ANYONE,
    "static_file": _ANYONE,
    "detect_faces_preflight": _ANYONE,
    "meeting_page": _ANYONE,
    "detect_faces": _ANYONE,  # loopback or a token, see routers/detect_faces.py
    # session
    "log_in": _ANYONE,
    "who_am_i": _SELF,
    "log_out": _row(_SELF, audit="session.log_out"),
    "link_info": _ANYONE,
    "enter_by_link": _ANYONE,
    "set_password": _ANYONE,
    "join": _ANYONE,
    # one's own account
    "read_account": _SELF,
    "list_my_sessions": _SELF,
    "end_my_session": _row(_SELF, audit="session.end"),
    "end_my_other_sessions": _row(_SELF, audit="session.end_others"),
    "change_my_password": _row(_SELF, audit="password.change"),
    "begin_second_factor": _row(_SELF, audit="second_factor.begin"),
    "confirm_second_factor": _row(_SELF, audit="second_factor.on"),
    "new_recovery_codes": _row(_SELF, audit="second_factor.new_codes"),
    "remove_second_factor": _row(_SELF, audit="second_factor.off"),
    # staff
    "list_staff": _ADMIN,
    "list_staff_sessions": _ADMIN,
    "end_staff_sessions": _row(_ADMIN, audit="session.end_for"),
    "reset_second_factor": _row(_ADMIN, audit="second_factor.reset"),
    "withdraw_staff_link": _row(_ADMIN, audit="staff.link_withdrawn"),
    # programs and the audit log
    "list_api_keys": _ADMIN,
    "make_api_key": _row(_ADMIN, audit="key.make"),
    "revoke_api_key": _row(_ADMIN, audit="key.revoke"),
    "list_audit": _row(_ADMIN, scope=Scope.AUDIT_READ),
    "audit_csv": _row(_ADMIN, audit="audit.export", scope=Scope.AUDIT_READ),
    "add_staff": _row(_ADMIN, audit="staff.add"),
    "change_staff": _row(_ADMIN, audit="staff.change"),
    "new_staff_link": _row(_ADMIN, audit="staff.link"),
    # exams
    "policy_catalogue": _row(_STAFF, scope=Scope.EXAMS_READ),
    "policy_cost": _row(_STAFF, scope=Scope.EXAMS_READ),
    "list_exams": _row(_STAFF, scope=Scope.EXAMS_READ),
    "create_exam": _row(_ADMIN, audit="exam.create", scope=Scope.EXAMS_WRITE),
    "read_exam": _row(_MEMBER_OF_EXAM, scope=Scope.EXAMS_READ),
    "change_exam": _row(_ADMIN_OF_EXAM, audit="exam.change", scope=Scope.EXAMS_WRITE),
    "read_policy": _row(_MEMBER_OF_EXAM, scope=Scope.EXAMS_READ),
    "change_policy": _row(_ADMIN_OF_EXAM, audit="exam.policy", scope=Scope.EXAMS_WRITE),
    "list_members": _row(_ADMIN_OF_EXAM, scope=Scope.EXAMS_READ),
    "set_member": _row(_ADMIN_OF_EXAM, audit="exam.member_set", scope=Scope.EXAMS_WRITE),
    "remove_member": _row(_ADMIN_OF_EXAM, audit="exam.member_removed", scope=Scope.EXAMS_WRITE),
    # roster
    "list_candidates": _row(_PROCTOR_OF_EXAM, scope=Scope.ROSTER_READ),
    "add_candidate": _row(_ADMIN_OF_EXAM, audit="roster.add", scope=Scope.ROSTER_WRITE),
    "import_candidates": _row(_ADMIN_OF_EXAM, audit="roster.import", scope=Scope.ROSTER_WRITE),
    "change_candidate": _row(_ADMIN_OF_EXAM, audit="roster.change", scope=Scope.ROSTER_WRITE),
    "remove_candidate": _row(_ADMIN_OF_EXAM, audit="roster.remove", scope=Scope.ROSTER_WRITE),
    "put_photo": _row(_ADMIN_OF_EXAM, audit="roster.photo", scope=Scope.ROSTER_WRITE),
    "read_photo": _row(_ADMIN_OF_EXAM, scope=Scope.ROSTER_READ),
    "remove_photo": _row(_ADMIN_OF_EXAM, audit="roster.photo_removed", scope=Scope.ROSTER_WRITE),
    "new_candidate_link": _row(_ADMIN_OF_EXAM, audit="invite.new", scope=Scope.ROSTER_WRITE),
    "revoke_candidate_link": _row(_ADMIN_OF_EXAM, audit="invite.revoke", scope=Scope.ROSTER_WRITE),
    # proctoring and review
    "read_wall": _row(_MEMBER_OF_EXAM, scope=Scope.ATTEMPTS_READ),
    "message_all": _row(_PROCTOR_OF_EXAM, audit="exam.message"),
    "list_reviews": _row(_MEMBER_OF_EXAM, scope=Scope.ATTEMPTS_READ),
    "read_attempt": _row(_MEMBER_OF_ATTEMPT, scope=Scope.ATTEMPTS_READ),
    "admit": _row(_PROCTOR_OF_ATTEMPT, audit="attempt.admit"),
    "warn": _row(_PROCTOR_OF_ATTEMPT, audit="attempt.warn"),
    "message": _row(_PROCTOR_OF_ATTEMPT, audit="attempt.message"),
    "pause": _row(_PROCTOR_OF_ATTEMPT, audit="attempt.pause"),
    "resume": _row(_PROCTOR_OF_ATTEMPT, audit="attempt.resume"),
    "end": _row(_PROCTOR_OF_ATTEMPT, audit="attempt.end"),
    "credit": _row(_PROCTOR_OF_ATTEMPT, audit="attempt.credit"),
    "credit_all": _row(_PROCTOR_OF_EXAM, audit="exam.credit"),
    "close_review": _row(_REVIEWER_OF_ATTEMPT, audit="attempt.reviewed"),
    "export_attempt": _row(_REVIEWER_OF_ATTEMPT, audit="attempt.export", scope=Scope.EXPORT_READ),
    "signing_key": _ANYONE,
    "personal_data": _row(_ADMIN_OF_ATTEMPT, audit="attempt.personal_data"),
    "erase_data": _row(_ADMIN_OF_ATTEMPT, audit="attempt.erase"),
    "decide": _row(_MEMBER_OF_INCIDENT, audit="incident.verdict"),
    "read_evidence": _MEMBER_OF_EVIDENCE,
    "recording_index": _MEMBER_OF_ATTEMPT,
    "read_segment": _MEMBER_OF_SEGMENT,
    "monitor_socket": _MEMBER_OF_EXAM,
    # the candidate's page
    "read_room": _CANDIDATE,
    "consent": _CANDIDATE,
    "check_in": _CANDIDATE,
    "ready": _CANDIDATE,
    "submit": _CANDIDATE,
    "withdraw": _CANDIDATE,
    "post_frame": _CANDIDATE,
    "post_events": _CANDIDATE,
    "put_segment": _CANDIDATE,
    "received_segments": _CANDIDATE,
    "read_updates": _CANDIDATE,
    "candidate_says": _CANDIDATE,
    "raise_hand": _CANDIDATE,
    "acknowledge_warning": _CANDIDATE,
    "report_bandwidth": _CANDIDATE,
    "attempt_socket": _CANDIDATE,
    # the live meeting
    "join_meeting": _CANDIDATE,
    "join_live_view": _row(_PROCTOR_OF_EXAM, audit="exam.live_view"),
    "talk": _row(_PROCTOR_OF_EXAM, audit="exam.talk"),
    "read_meeting": _MEMBER_OF_ATTEMPT,
    "mute": _row(_PROCTOR_OF_ATTEMPT, audit="attempt.mute"),
    "remove_from_meeting": _row(_PROCTOR_OF_ATTEMPT, audit="attempt.remove"),
    "meeting_webhook": _ANYONE,  # the provider's signature, see application/meetings.py
}

# What may be said on an open socket, by the socket's function and the message's `type`; asked for every message.
MESSAGES: dict[str, dict[str, Rule]] = {
    "attempt_socket": {
        "frame": _CANDIDATE,  # what comes binary: pictures and sound
        "hello": _CANDIDATE,
        "event": _CANDIDATE,
        "check_in": _CANDIDATE,
        "bandwidth": _CANDIDATE,
        "chat": _CANDIDATE,
        "raise_hand": _CANDIDATE,
        "acknowledge_warning": _CANDIDATE,
        "watch_signal": _CANDIDATE,
        "ping": _CANDIDATE,
        "pong": _CANDIDATE,
    },
    "monitor_socket": {
        "hello": _MEMBER_OF_EXAM,
        "pong": _MEMBER_OF_EXAM,
        "watch_open": _PROCTOR_OF_EXAM,
        "watch_close": _PROCTOR_OF_EXAM,
        "watch_signal": _PROCTOR_OF_EXAM,
    },
}
