"""What a database says when it cannot, turned into errors that a caller can act on."""

import sqlite3
import time
from typing import Final

import structlog
from sqlalchemy import ExceptionContext

from examhall.domain.errors import ErrorKind, ExamhallError

_TRY_EVERY_S = 1.0
_ONE_TRY_TAKES_S = 10.0  # at most; then the next one may


# Of https://www.postgresql.org/docs/current/errcodes-appendix.html; two letters stand for a whole class.
_LOST: Final = ("08", "57P", "53", "58", "55P03", "57014", "25P03", "25006")
_CONFLICT: Final = "40"  # a deadlock; a conflict of serialization where one asked for it
_AWAY: Final = ("08", "57P", "533")  # the server itself, not only this statement
_FULL: Final = "53100"
_UNSTORABLE: Final = ("22021", "22P05", "22001")  # a NUL, a sign outside of UTF-8, more than the column takes
_SQLITE_LOST: Final = ("locked", "unable to open", "disk i/o error", "readonly", "malformed", "is closed")

log = structlog.get_logger(__name__)


class Conflict(ExamhallError):
    """This transaction was rolled back so that another one could go on; see conflicts.py."""

    def __init__(self) -> None:
        super().__init__(
            ErrorKind.UNAVAILABLE,
            "storage_unavailable",
            "The database is busy with the same things for others; nothing was changed. Try again.",
            retry_after_s=1,
        )


class Outage:
    """While the database is away, callers hear so at once, and one of them tries again each second.

    Otherwise each would wait as long as the first did, and lines to the pages with them.
    """

    def __init__(self) -> None:
        self._next_try_s: float | None = None

    def may_try(self) -> bool:
        if self._next_try_s is None:
            return True
        now_s = time.monotonic()
        if now_s < self._next_try_s:
            return False
        self._next_try_s = now_s + _ONE_TRY_TAKES_S
        return True

    def began(self, cause: BaseException) -> None:
        self._next_try_s = time.monotonic() + _TRY_EVERY_S
        say_lost(cause)

    def given_up(self) -> None:
        """Who tried was called away before it knew."""
        if self._next_try_s is not None:
            self._next_try_s = time.monotonic() + _TRY_EVERY_S

    def over(self) -> None:
        if self._next_try_s is not None:
            log.info("database_is_back")
        self._next_try_s = None

    def acted_on(self, context: ExceptionContext) -> ExamhallError | None:
        """As the function, and remembers when the server itself is away."""
        cause = context.original_exception
        if not isinstance(cause, Exception):
            return None  # the caller was called away; that says nothing of the database
        error = acted_on(context)
        if error is not None and (context.is_disconnect or _state_of(cause).startswith(_AWAY)):
            self.began(cause)
        elif error is not None and error.code == "storage_unavailable":
            say_lost(cause)
        return error


def acted_on(context: ExceptionContext) -> ExamhallError | None:
    """For SQLAlchemy's `handle_error`: our own error in place of the driver's, None to leave it.

    What waited too long is treated as a lost connection: nobody knows what state it is in.
    """
    cause = context.original_exception
    if isinstance(cause, OSError):
        context.is_disconnect = True
    return _error_for(cause, lost=context.is_disconnect)


def unavailable() -> ExamhallError:
    """The database does not answer now."""
    return ExamhallError(
        ErrorKind.UNAVAILABLE,
        "storage_unavailable",
        "The server cannot reach its database now; nothing was lost. It tries again by itself.",
        retry_after_s=2,
    )


def say_lost(cause: BaseException) -> None:
    """One line for the operator; never the statement or its values."""
    log.warning("database_unavailable", error=type(cause).__name__, sqlstate=_state_of(cause))


def _error_for(cause: BaseException, *, lost: bool) -> ExamhallError | None:
    state = _state_of(cause)
    words = str(cause).lower() if isinstance(cause, sqlite3.Error) else ""
    if state == _FULL or "disk is full" in words:
        return ExamhallError(
            ErrorKind.STORAGE_FULL,
            "storage_full",
            "The server's disk is full; nothing was changed. Free some space and try again.",
        )
    if state.startswith(_UNSTORABLE):
        return ExamhallError(
            ErrorKind.INVALID,
            "text_not_storable",
            "A text holds a sign that cannot be stored, or is too long; nothing was changed.",
        )
    if state.startswith(_CONFLICT):
        return Conflict()
    if lost or state.startswith(_LOST) or any(word in words for word in _SQLITE_LOST):
        return unavailable()
    return None


def _state_of(cause: BaseException) -> str:
    """PostgreSQL's five letters, empty where there are none."""
    return str(getattr(cause, "sqlstate", None) or "")
