"""Every router and every socket of the application. A new one is added to these lists.

A router gives its full paths itself; each of its functions needs a row in `web/authorisation.py`.
"""

from fastapi import APIRouter

from examhall.web.routers import attempts, incidents, operations, review, room

ROUTERS: tuple[APIRouter, ...] = (
    operations.router,
    room.router,
    attempts.router,
    incidents.router,
    review.router,
)
SOCKETS: tuple[APIRouter, ...] = ()
