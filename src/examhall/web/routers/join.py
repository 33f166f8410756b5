"""A candidate comes in by the link."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from examhall.web.auth import Use, attempt_cookie
from examhall.web.cookies import set_cookie
from examhall.web.schemas import Join, Joined

router = APIRouter(prefix="/api/v1", tags=["candidate"])


@router.post("/join")
async def join(
    body: Join,
    request: Request,
    response: Response,
    services: Use,
    examhall_client: Annotated[str | None, Header()] = None,
) -> Joined:
    """Exchange the link's token for the attempt's cookie; a program gets a bearer token instead."""
    joined = await services.invites.join(body.token)
    if examhall_client == "program":
        return Joined(attempt_id=joined.attempt_id, bearer=joined.token)
    set_cookie(response, request, attempt_cookie(joined.attempt_id), joined.token, lasts_s=joined.lasts_s)
    return Joined(attempt_id=joined.attempt_id)
