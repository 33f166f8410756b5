"""Health and metrics."""

import secrets
from typing import Literal

from fastapi import APIRouter, Request, Response

from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.web.auth import Config, Use, bearer
from examhall.web.callers import is_this_machine
from examhall.web.schemas import Answer

router = APIRouter(tags=["operations"])


class Health(Answer):
    status: Literal["ok"] = "ok"


class Readiness(Answer):
    status: Literal["ok", "failing"]
    checks: dict[str, str]  # name -> "ok" or what is wrong


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers."""
    return Health()


@router.get("/readyz", responses={503: {"model": Readiness}})
async def readyz(services: Use, response: Response) -> Readiness:
    """Everything that an exam needs is there; each line says what to do when not."""
    verdict = await services.readiness.look()
    if not verdict.ready:
        response.status_code = 503
    return Readiness(status="ok" if verdict.ready else "failing", checks=verdict.lines)


@router.get("/metrics", response_class=Response)
async def metrics(request: Request, services: Use, config: Config) -> Response:
    """Prometheus metrics, for this machine or with the token of EXAMHALL_METRICS_TOKEN."""
    token = bearer(request)
    by_token = config.metrics_token is not None and secrets.compare_digest(
        (token or "").encode(), config.metrics_token.encode()
    )
    if not by_token and not is_this_machine(request):
        raise ExamhallError(
            ErrorKind.FORBIDDEN,
            "metrics_refused",
            "Metrics are for this machine, or with the token of EXAMHALL_METRICS_TOKEN.",
        )
    return Response(services.metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")
