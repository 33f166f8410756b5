"""Every router and every socket of the application. A new one is added to these lists.

A router gives its full paths itself; each of its functions needs a row in `web/authorisation.py`.
"""

from fastapi import APIRouter

from examhall.web.routers import (
    account,
    api_keys,
    attempts,
    audit,
    detect_faces,
    exams,
    fallback,
    frames,
    incidents,
    join,
    meetings,
    operations,
    pages,
    photos,
    recordings,
    records,
    review,
    room,
    roster,
    session,
    staff,
)
from examhall.web.sockets import candidate, monitor

ROUTERS: tuple[APIRouter, ...] = (
    operations.router,
    pages.router,
    session.router,
    account.router,
    staff.router,
    api_keys.router,
    audit.router,
    exams.router,
    roster.router,
    photos.router,
    join.router,
    room.router,
    attempts.router,
    incidents.router,
    review.router,
    recordings.router,
    records.router,
    frames.router,
    fallback.router,
    meetings.router,
    detect_faces.router,
)
SOCKETS: tuple[APIRouter, ...] = (candidate.router, monitor.router)
