"""Puts the application together: routers, errors, middleware, pages."""

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute

from examhall.application.services import Services
from examhall.web import problems
from examhall.web.audit_trail import AuditTrail
from examhall.web.auth import authorise
from examhall.web.authorisation import RULES
from examhall.web.buckets import Buckets
from examhall.web.config import WebConfig
from examhall.web.headers import SecurityHeaders
from examhall.web.limits import BodyLimit
from examhall.web.openapi import Application
from examhall.web.origin import OriginCheck
from examhall.web.request_log import RequestLog
from examhall.web.routers import ROUTERS, SOCKETS

VERSION = "1"
_KEY_BURST = 60  # requests of one API key at once
_KEY_PER_S = 10.0  # and in the long run


def create_app(services: Services, config: WebConfig) -> FastAPI:
    """The ASGI application. The services are started and stopped by who serves it, not by the app."""
    app = _with_routes()
    app.state.services = services
    app.state.config = config
    app.state.key_buckets = Buckets(_KEY_BURST, _KEY_PER_S)
    problems.install(app)
    # The last one added is the outermost.
    app.add_middleware(AuditTrail, audit=services.audit)
    app.add_middleware(BodyLimit)
    app.add_middleware(OriginCheck, config=config)
    app.add_middleware(SecurityHeaders, config=config)
    app.add_middleware(RequestLog, metrics=services.metrics)
    return app


def openapi_schema() -> dict[str, object]:
    """The schema of the HTTP API; nothing is constructed or started."""
    return _with_routes().openapi()


def route_names() -> list[str]:
    """The name of every route and socket, which is its key in the authorisation table."""
    return [route.name for router in (*ROUTERS, *SOCKETS) for route in routes_of(router)]


def routes_of(router: APIRouter) -> list[APIRoute | APIWebSocketRoute]:
    return [route for route in router.routes if isinstance(route, APIRoute | APIWebSocketRoute)]


def _with_routes() -> FastAPI:
    unknown = set(route_names()) - set(RULES)
    if unknown:
        raise LookupError(f"no row in web/authorisation.py for {sorted(unknown)}")
    app = Application(
        title="Examhall",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # every address is what the schema says it is
    )
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(authorise)])
    for router in SOCKETS:
        app.include_router(router)
    return app
