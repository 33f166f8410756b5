"""The built web pages, and the page that shows the API."""

from contextlib import suppress
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.web.auth import Config

router = APIRouter(include_in_schema=False)

PAGES = (
    "/",
    "/join",
    "/exam/{attempt_id}",
    "/login",
    "/set-password",
    "/enter",
    "/exams",
    "/exams/new",
    "/exams/{exam_id}",
    "/exams/{exam_id}/wall",
    "/exams/{exam_id}/review",
    "/attempts/{attempt_id}",
    "/staff",
    "/account",
    "/api-keys",
    "/audit",
    "/meeting",
)
_DOCS = Path(__file__).parent.parent / "docs_page"
# Built files carry a hash in their names; the page that names them does not.
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_ASK_AGAIN = {"Cache-Control": "no-cache"}
_NOT_BUILT = """<!doctype html><html lang="en"><title>Examhall</title>
<h1>The web pages are not built yet</h1><p>Run <code>make setup</code> in the project's folder, then reload.</p>"""


async def page(config: Config) -> Response:
    """Every page is the same file; the browser's side reads the address."""
    index = config.static_dir / "index.html"
    if not index.is_file():
        return HTMLResponse(_NOT_BUILT, 503, headers=_ASK_AGAIN)
    return FileResponse(index, headers=_ASK_AGAIN)


for _path in PAGES:
    router.add_api_route(_path, page, methods=["GET", "HEAD"], response_class=Response)


@router.get("/assets/{file_path:path}", response_class=Response)
@router.get("/{file_name}.svg", response_class=Response)
async def static_file(request: Request, config: Config) -> Response:
    """A built file."""
    path = request.url.path
    return _file(
        config.static_dir, path.lstrip("/"), _FOR_EVER if path.startswith("/assets/") else _ASK_AGAIN
    )


@router.get("/openapi.json", response_class=JSONResponse)
async def openapi_json(request: Request) -> JSONResponse:
    return JSONResponse(request.app.openapi())


@router.get("/docs", response_class=Response)
async def docs_page() -> Response:
    """The API on one page; everything it needs comes from here."""
    return FileResponse(_DOCS / "index.html", headers=_ASK_AGAIN)


@router.get("/docs/{file_path:str}", response_class=Response)
async def docs_asset(file_path: str) -> Response:
    return _file(_DOCS, file_path, _ASK_AGAIN)


def _file(folder: Path, name: str, headers: dict[str, str]) -> Response:
    """A file inside the folder, and nothing outside of it."""
    inside = folder.resolve()
    with suppress(OSError, ValueError):  # longer than any name, or one that no name can be
        path = (inside / name).resolve()
        if path.is_relative_to(inside) and path.is_file():
            return FileResponse(path, headers=headers)
    raise ExamhallError(ErrorKind.NOT_FOUND, "not_found", "There is nothing at this address.")
