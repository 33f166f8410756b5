"""The application class: FastAPI whose schema names every part of a path, every refusal and who may ask.

A route that knows its attempt from the identity that was let in does not ask for the id again; FastAPI then
leaves the id out of the schema, and generated clients could not call the route. Refusals follow from what a route
is (its row in `authorisation.py`, its method, whether it takes a body), so no route lists them by hand.
"""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from examhall.web.authorisation import RULES, Who
from examhall.web.problems import PROBLEM_TYPE, TITLES
from examhall.web.routers import ROUTERS
from examhall.web.schemas import Problem

_IN_BRACES = re.compile(r"{(\w+)}")
_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# What a caller without any right meets all the same: tokens, signatures and "this machine only".
_OWN_DOOR: dict[str, frozenset[int]] = {
    "detect_faces": frozenset({401, 403, 404}),
    "enter_by_link": frozenset({404, 410}),
    "join": frozenset({401, 404, 410}),
    "link_info": frozenset({404, 410}),
    "log_in": frozenset({401}),
    "meeting_webhook": frozenset({401, 404}),
    "metrics": frozenset({403}),
    "set_password": frozenset({404, 410}),
}
# What only these routes answer.
_ALSO: dict[str, frozenset[int]] = {
    "export_attempt": frozenset({409, 507}),
    "personal_data": frozenset({409, 507}),
    "put_photo": frozenset({415}),
    "post_frame": frozenset({415}),
    "detect_faces": frozenset({415, 429}),
    "meeting_webhook": frozenset({422}),
    "read_evidence": frozenset({410}),
    "put_segment": frozenset({415}),
    "read_segment": frozenset({410, 416}),
}
_NEEDS_NOTHING = frozenset({"healthz"})  # neither the store nor anything else that may be away
_SCHEMES = {
    "staff": {
        "type": "apiKey",
        "in": "cookie",
        "name": "examhall_staff",
        "description": "The cookie of `POST /api/v1/session`",
    },
    "staffToken": {"type": "http", "scheme": "bearer", "description": "A staff member's token"},
    "candidate": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of `POST /api/v1/join` for programs; pages have the attempt's cookie",
    },
}


class Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is not None:
            return self.openapi_schema
        schema = super().openapi()
        components = schema["components"]
        components["schemas"].pop("HTTPValidationError", None)
        components["schemas"].pop("ValidationError", None)
        components["schemas"].setdefault("Problem", Problem.model_json_schema())
        components["securitySchemes"] = _SCHEMES
        said: set[int] = set()
        for route in (one for router in ROUTERS for one in router.routes):
            operations = schema["paths"].get(getattr(route, "path_format", ""), {})
            if isinstance(route, APIRoute) and route.include_in_schema:
                for method in sorted(route.methods or ()):
                    said |= _complete(route, method, operations[method.lower()])
        components["responses"] = {f"Problem{status}": _problem(status) for status in sorted(said)}
        return schema

    def methods_at(self, scope: Scope) -> list[str]:
        """What may be asked of a request's address."""
        found: set[str] = set()
        for route in (one for router in ROUTERS for one in router.routes):
            if isinstance(route, APIRoute) and route.matches(scope)[0] is not Match.NONE:
                found |= route.methods or set()
        return sorted(found)


def _complete(route: APIRoute, method: str, operation: dict[str, Any]) -> set[int]:
    """Add to an operation what FastAPI does not know of it; answers its refusals' status codes."""
    _name_path_parts(route.path_format, operation)
    rule = RULES[route.name]
    if Who.CANDIDATE in rule.who:
        operation["security"] = [{"candidate": []}]
    elif rule.who != {Who.ANYONE}:
        operation["security"] = [{"staff": []}, {"staffToken": []}]
    refusals = _refusals(route, method, operation)
    answers = operation["responses"]
    answers.pop("422", None)
    for status in sorted(refusals):
        answers.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    return refusals


def _refusals(route: APIRoute, method: str, operation: dict[str, Any]) -> set[int]:
    if route.name in _NEEDS_NOTHING:
        return set()
    rule = RULES[route.name]
    found = {503} | _ALSO.get(route.name, set())
    found |= _OWN_DOOR.get(route.name, set()) if rule.who == {Who.ANYONE} else {401, 403}
    if "parameters" in operation:
        found.add(422)
        if "{" in route.path_format:
            found.add(404)
    if "requestBody" in operation:
        found |= {400, 413, 422}
    if method in _CHANGES and route.path_format.startswith("/api/"):
        # 403: a page of another address; the rest: not in this state, a body where none belongs, too often, no room.
        found |= {403, 409, 413, 429, 507}
    return found


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": TITLES[status], "content": {PROBLEM_TYPE: {"schema": schema}}}


def _name_path_parts(path: str, operation: dict[str, Any]) -> None:
    parameters = operation.setdefault("parameters", [])
    named = {one["name"] for one in parameters if one["in"] == "path"}
    parameters[:0] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _IN_BRACES.findall(path)
        if name not in named
    ]
    if not parameters:
        del operation["parameters"]
