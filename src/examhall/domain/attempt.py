"""The states of an attempt: one table, from which the docs diagram is made too."""

from enum import StrEnum

from examhall.domain.errors import IllegalTransition


class AttemptState(StrEnum):
    INVITED = "invited"
    CHECKING_IN = "checking_in"
    WAITING = "waiting"
    LIVE = "live"
    PAUSED = "paused"
    SUBMITTED = "submitted"
    ENDED = "ended"  # ended by a proctor
    EXPIRED = "expired"  # its time ran out
    REVIEWED = "reviewed"


class AttemptAction(StrEnum):
    CHECK_IN = "check_in"
    FINISH_CHECK_IN = "finish_check_in"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    SUBMIT = "submit"
    END = "end"
    EXPIRE = "expire"
    REVIEW = "review"


_S, _A = AttemptState, AttemptAction

TRANSITIONS: dict[tuple[AttemptState, AttemptAction], AttemptState] = {
    (_S.INVITED, _A.CHECK_IN): _S.CHECKING_IN,
    (_S.INVITED, _A.EXPIRE): _S.EXPIRED,
    (_S.INVITED, _A.END): _S.ENDED,
    (_S.CHECKING_IN, _A.FINISH_CHECK_IN): _S.WAITING,
    (_S.CHECKING_IN, _A.EXPIRE): _S.EXPIRED,
    (_S.CHECKING_IN, _A.END): _S.ENDED,
    (_S.WAITING, _A.START): _S.LIVE,
    (_S.WAITING, _A.EXPIRE): _S.EXPIRED,
    (_S.WAITING, _A.END): _S.ENDED,
    (_S.LIVE, _A.PAUSE): _S.PAUSED,
    (_S.LIVE, _A.SUBMIT): _S.SUBMITTED,
    (_S.LIVE, _A.END): _S.ENDED,
    (_S.LIVE, _A.EXPIRE): _S.EXPIRED,
    (_S.PAUSED, _A.RESUME): _S.LIVE,
    (_S.PAUSED, _A.SUBMIT): _S.SUBMITTED,
    (_S.PAUSED, _A.END): _S.ENDED,
    (_S.PAUSED, _A.EXPIRE): _S.EXPIRED,  # a pause that nobody ended
    (_S.SUBMITTED, _A.REVIEW): _S.REVIEWED,
    (_S.ENDED, _A.REVIEW): _S.REVIEWED,
    (_S.EXPIRED, _A.REVIEW): _S.REVIEWED,
}

OVER = frozenset({_S.SUBMITTED, _S.ENDED, _S.EXPIRED, _S.REVIEWED})
FRAMES_EXPECTED = frozenset({_S.CHECKING_IN, _S.WAITING, _S.LIVE, _S.PAUSED})


def next_state(state: AttemptState, action: AttemptAction) -> AttemptState:
    """Return the state after `action`; raise `IllegalTransition` naming both states if not allowed."""
    target = TRANSITIONS.get((state, action))
    if target is None:
        would_be = next((after for (_, a), after in TRANSITIONS.items() if a is action), None)
        raise IllegalTransition(state, action, would_be)
    return target
