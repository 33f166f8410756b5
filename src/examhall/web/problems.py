"""Errors as problem details (RFC 9457): a stable `code`, words that say what to do, never an inside."""

import math
from itertools import islice

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse, Response

from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.web.schemas import Problem

STATUS: dict[ErrorKind, int] = {
    ErrorKind.INVALID: 422,
    ErrorKind.UNAUTHENTICATED: 401,
    ErrorKind.FORBIDDEN: 403,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.GONE: 410,
    ErrorKind.TOO_LARGE: 413,
    ErrorKind.UNSUPPORTED: 415,
    ErrorKind.TOO_MANY: 429,
    ErrorKind.UNAVAILABLE: 503,
    ErrorKind.STORAGE_FULL: 507,
}
PROBLEM_TYPE = "application/problem+json"
TITLES: dict[int, str] = {
    400: "Bad request",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Not possible now",
    410: "No longer valid",
    413: "Too large",
    415: "Unsupported format",
    416: "Range not there",
    422: "Invalid request",
    429: "Too many requests",
    500: "Something went wrong",
    503: "Not available now",
    507: "Storage full",
}
# An answer to a body of 50,000 wrong fields would be many times as large as the body.
_MOST_FIELDS = 50
_FIELD_CHARS = 200
_WORDS = {
    400: ("unreadable_request", "The request's body cannot be read; send UTF-8 JSON."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("body_too_large", "The request is too large."),
}


def problem(
    status: int, code: str, detail: str, *, errors: list[dict[str, str]] | None = None
) -> JSONResponse:
    """One problem details answer."""
    body = Problem(
        title=TITLES.get(status, "Error"),
        status=status,
        detail=detail,
        code=code,
        errors=errors or [],
        request_id=structlog.contextvars.get_contextvars().get("request_id"),
    )
    return JSONResponse(body.model_dump(), status, media_type=PROBLEM_TYPE)


def error_answer(error: ExamhallError) -> JSONResponse:
    """The answer for one of our own errors."""
    answer = problem(STATUS[error.kind], error.code, error.message)
    if error.retry_after_s is not None:
        answer.headers["Retry-After"] = str(math.ceil(error.retry_after_s))
    return answer


def _field(location: tuple[int | str, ...]) -> str:
    return (".".join(str(part) for part in location[1:]) or str(location[0]))[:_FIELD_CHARS]


async def _on_own(_: Request, error: Exception) -> Response:
    assert isinstance(error, ExamhallError)  # noqa: S101  registered for this type
    return error_answer(error)


async def _on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for this type
    # The input itself is left out: it may be a password, a name or a picture.
    fields = [
        {"field": _field(one["loc"]), "message": str(one["msg"])}
        for one in islice(error.errors(), _MOST_FIELDS)
    ]
    return problem(422, "invalid_request", "Some fields are not right; see errors.", errors=fields)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for this type
    if error.status_code == 404 and "text/html" in request.headers.get("accept", ""):
        index = request.app.state.config.static_dir / "index.html"
        if index.is_file():  # a person mistyped an address: the pages say so in words and lead back
            return FileResponse(index, 404, headers={"Cache-Control": "no-cache"})
    code, detail = _WORDS.get(error.status_code, ("http_error", str(error.detail)))
    answer = problem(error.status_code, code, detail)
    answer.headers.update(error.headers or {})
    if error.status_code == 405:  # Starlette names the methods of one route; an address often has several
        answer.headers["Allow"] = ", ".join(request.app.methods_at(request.scope))
    return answer


def install(app: FastAPI) -> None:
    app.add_exception_handler(ExamhallError, _on_own)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
