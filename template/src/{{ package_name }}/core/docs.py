"""The docs page: Swagger UI, all of it served by the service, under a strict policy."""

import hashlib
from base64 import b64encode
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import FileResponse, HTMLResponse

PATH = "/docs"
_FOLDER = Path(str(files("fastapi_offline"))) / "static"
_SCRIPT, _STYLE, _ICON = "swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"
_TYPES = {_SCRIPT: "text/javascript", _STYLE: "text/css", _ICON: "image/png"}


def add_docs(app: FastAPI) -> None:
    """Serve the docs page and what it loads, if the application shows its document."""
    if app.openapi_url is None:
        return
    app.add_route(PATH, _page, include_in_schema=False)
    for name in _TYPES:
        app.add_route(f"{PATH}/{name}", _asset, include_in_schema=False)


async def _page(request: Request) -> HTMLResponse:
    root: str = request.scope.get("root_path", "")
    page = get_swagger_ui_html(
        openapi_url=root + request.app.openapi_url,
        title=request.app.title,
        swagger_js_url=f"{root}{PATH}/{_SCRIPT}",
        swagger_css_url=f"{root}{PATH}/{_STYLE}",
        swagger_favicon_url=f"{root}{PATH}/{_ICON}",
    )
    page.headers["Content-Security-Policy"] = _policy(bytes(page.body))
    return page


def _policy(page: bytes) -> str:
    """Allow what the service serves, and the one script that stands in the page."""
    script = page.partition(b"<script>")[2].partition(b"</script>")[0]
    digest = b64encode(hashlib.sha256(script).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


async def _asset(request: Request) -> FileResponse:
    name = request.url.path.rpartition("/")[2]
    headers = {"Cache-Control": "public, max-age=3600"}
    return FileResponse(_FOLDER / name, headers=headers, media_type=_TYPES[name])
