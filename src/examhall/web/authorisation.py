"""The authorisation table: one row for each route and socket, by the name of its function.

This is what is enforced (`auth.identify` reads it), and what a test walks completely, both ways.
A route without a row does not start; a row without a route fails the test.
"""

from dataclasses import dataclass
from enum import StrEnum

from examhall.application.access import Target


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
    who: frozenset[Who]
    target: Target | None = None


def _rule(*who: Who, of: Target | None = None) -> Rule:
    return Rule(frozenset(who), of)


_ANYONE = _rule(Who.ANYONE)
_STAFF = _rule(Who.STAFF)
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
    "who_am_i": _STAFF,
    "log_out": _STAFF,
    "link_info": _ANYONE,
    "enter_by_link": _ANYONE,
    "set_password": _ANYONE,
    "join": _ANYONE,
    # staff
    "list_staff": _ADMIN,
    "add_staff": _ADMIN,
    "change_staff": _ADMIN,
    "new_staff_link": _ADMIN,
    # exams
    "policy_catalogue": _STAFF,
    "list_exams": _STAFF,
    "create_exam": _ADMIN,
    "read_exam": _MEMBER_OF_EXAM,
    "change_exam": _ADMIN_OF_EXAM,
    "read_policy": _MEMBER_OF_EXAM,
    "change_policy": _ADMIN_OF_EXAM,
    "list_members": _ADMIN_OF_EXAM,
    "set_member": _ADMIN_OF_EXAM,
    "remove_member": _ADMIN_OF_EXAM,
    # roster
    "list_candidates": _PROCTOR_OF_EXAM,
    "add_candidate": _ADMIN_OF_EXAM,
    "import_candidates": _ADMIN_OF_EXAM,
    "change_candidate": _ADMIN_OF_EXAM,
    "remove_candidate": _ADMIN_OF_EXAM,
    "put_photo": _ADMIN_OF_EXAM,
    "read_photo": _ADMIN_OF_EXAM,
    "remove_photo": _ADMIN_OF_EXAM,
    "new_candidate_link": _ADMIN_OF_EXAM,
    "revoke_candidate_link": _ADMIN_OF_EXAM,
    # proctoring and review
    "read_wall": _MEMBER_OF_EXAM,
    "message_all": _PROCTOR_OF_EXAM,
    "list_reviews": _MEMBER_OF_EXAM,
    "read_attempt": _MEMBER_OF_ATTEMPT,
    "admit": _PROCTOR_OF_ATTEMPT,
    "warn": _PROCTOR_OF_ATTEMPT,
    "message": _PROCTOR_OF_ATTEMPT,
    "pause": _PROCTOR_OF_ATTEMPT,
    "resume": _PROCTOR_OF_ATTEMPT,
    "end": _PROCTOR_OF_ATTEMPT,
    "credit": _PROCTOR_OF_ATTEMPT,
    "close_review": _REVIEWER_OF_ATTEMPT,
    "export_attempt": _REVIEWER_OF_ATTEMPT,
    "signing_key": _ANYONE,
    "personal_data": _ADMIN_OF_ATTEMPT,
    "erase_data": _ADMIN_OF_ATTEMPT,
    "decide": _MEMBER_OF_INCIDENT,
    "read_evidence": _MEMBER_OF_EVIDENCE,
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
    "attempt_socket": _CANDIDATE,
    # the live meeting
    "join_meeting": _CANDIDATE,
    "join_live_view": _PROCTOR_OF_EXAM,
    "talk": _PROCTOR_OF_EXAM,
    "read_meeting": _MEMBER_OF_ATTEMPT,
    "mute": _PROCTOR_OF_ATTEMPT,
    "remove_from_meeting": _PROCTOR_OF_ATTEMPT,
    "meeting_webhook": _ANYONE,  # the provider's signature, see application/meetings.py
}
