"""What the table of tests/resources/ must not say."""

from collections.abc import Iterator

from ..application import ROUTES
from ..resources import access_table, resources
from ..routes import ROOT
from .survey import Survey


def rows_without_route(found: Survey) -> Iterator[str]:
    """Yield rows of routes that do not exist, or that another file has as well."""
    known = {*ROUTES, *(route.name for router in found.routers for route in router.routes)}
    seen: dict[str, str] = {}
    for name, resource in resources().items():
        for route in resource.access:
            if route not in known:
                yield f"{_place(name, route)}: there is no route {route}. Remove the row."
            elif route in seen:
                yield f"{_place(name, route)}: {seen[route]} has the same row. Remove one."
            seen[route] = _place(name, route)


def rows_that_cannot_be() -> Iterator[str]:
    """Yield rows that would leave a test without a row to try, or a list without its owners."""
    table = access_table()
    lists = set()
    for name, resource in resources().items():
        for route_name, access in resource.access.items():
            if (route := ROUTES.get(route_name)) is None or not access.owned:
                continue
            if not route.parameters and route.method != "GET":
                yield (
                    f"{_place(name, route_name)}: {route_name} names no row that could have an "
                    "owner. Say LOGGED_IN: who may call it."
                )
            parent = f"GET {route.path.rpartition('/')[0]}"
            if parent in table and not table[parent].owned and parent not in lists:
                lists.add(parent)
                yield (
                    f"{_place(name, parent)}: {parent} lists rows that have owners, as "
                    f"{route_name} says. Say OWNER here, too."
                )


def _place(name: str, route: str) -> str:
    """Return the file and line of a row."""
    path = ROOT / "tests" / "resources" / f"{name}.py"
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next((n for n, line in enumerate(lines, 1) if f'"{route}"' in line), 1)
    return f"{path.relative_to(ROOT)}:{number}"
