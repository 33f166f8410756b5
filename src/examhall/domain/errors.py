"""The one error tree. Codes are stable: programs and translations depend on them."""

from enum import StrEnum


class ErrorKind(StrEnum):
    """What went wrong in general; the web layer maps a kind to an HTTP status."""

    INVALID = "invalid"  # the request itself is wrong -> 422
    UNAUTHENTICATED = "unauthenticated"  # who are you -> 401
    FORBIDDEN = "forbidden"  # not yours -> 403
    NOT_FOUND = "not_found"  # -> 404
    CONFLICT = "conflict"  # not in this state -> 409
    GONE = "gone"  # was valid once -> 410
    TOO_LARGE = "too_large"  # -> 413
    UNSUPPORTED = "unsupported"  # not a format we take -> 415
    TOO_MANY = "too_many"  # slow down -> 429
    UNAVAILABLE = "unavailable"  # try again later -> 503
    STORAGE_FULL = "storage_full"  # -> 507


class ExamhallError(Exception):
    """An error a caller can act on.

    `code` is stable snake_case, `message` says what happened and what to do in plain words
    (never a name, a picture or a token), `retry_after_s` tells whether and when a retry can help.
    """

    def __init__(
        self, kind: ErrorKind, code: str, message: str, *, retry_after_s: float | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.kind = kind
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s

    @property
    def passes(self) -> bool:
        """The same may succeed later by itself: the store is away or full."""
        return self.kind in {ErrorKind.UNAVAILABLE, ErrorKind.STORAGE_FULL}


class IllegalTransition(ExamhallError):
    """An action that the attempt's state does not allow; names the state and the action."""

    def __init__(self, state: str, action: str, would_be: str | None) -> None:
        goal = f" (it would become {would_be})" if would_be else ""
        super().__init__(
            ErrorKind.CONFLICT,
            "illegal_state_change",
            f"An attempt that is {state} cannot {action.replace('_', ' ')}{goal}.",
        )
