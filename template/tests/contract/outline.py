"""Puts an OpenAPI document on a page: what clients depend on, in lines that a review can read."""

import json
import re
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
BOUNDS = {
    "minLength": ">=",
    "maxLength": "<=",
    "minItems": ">=",
    "maxItems": "<=",
    "minimum": ">=",
    "exclusiveMinimum": ">",
    "maximum": "<=",
    "exclusiveMaximum": "<",
}


def outline(document: Schema) -> str:
    """Return a block of lines for each operation, then one for each model."""
    blocks = [
        _operation(f"{method.upper()} {path}", operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    models = document["components"]["schemas"]
    blocks += [_model(name, models[name]) for name in sorted(models)]
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def _operation(name: str, operation: Schema) -> Iterator[str]:
    schemes = [scheme for either in operation.get("security", []) for scheme in either]
    yield f"{name} [{', '.join(schemes) or 'public'}]"
    for parameter in operation.get("parameters", []):
        mark = "" if parameter["required"] else "?"
        text = _type(parameter["schema"])
        yield f"  {parameter['in']} {parameter['name']}{mark}: {text}"
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"  body: {_body(content)} as {media_type}"
    problems = []
    answers = operation["responses"].values()
    of_problems = {name for answer in answers if _is_problem(answer) for name in _headers(answer)}
    for status, response in operation["responses"].items():
        contents = response.get("content", {})
        if _is_problem(response):
            problems.append(status)
            continue
        bodies = [f"{_body(content)} as {kind}" for kind, content in contents.items()]
        headers = [name for name in _headers(response) if name not in of_problems]
        yield f"  {status}: {', '.join([*bodies, *headers]) or 'nothing'}"
    if problems:
        yield f"  problems: {' '.join(problems)}"


def _is_problem(response: Schema) -> bool:
    return "application/problem+json" in response.get("content", {})


def _headers(response: Schema) -> list[str]:
    return list(response.get("headers", ()))


def _body(content: Schema) -> str:
    """Return the type of a body, or of the items that a stream is made of."""
    if "itemSchema" in content:
        return f"stream of {_type(content['itemSchema'])}"
    return _type(content.get("schema", {}))


def _model(name: str, schema: Schema) -> Iterator[str]:
    closed = " and nothing else" if schema.get("additionalProperties") is False else ""
    if "properties" not in schema:
        yield f"{name}: {_type(schema)}"
        return
    yield f"{name}{closed}"
    for field, its_schema in schema["properties"].items():
        mark = "" if field in schema.get("required", ()) else "?"
        yield f"  {field}{mark}: {_type(its_schema)}"


def _type(schema: Schema) -> str:
    """Return a type with its bounds, such as `integer >=1 <=100 = 20`."""
    text = _bare_type(schema)
    for bound, sign in BOUNDS.items():
        if bound in schema:
            text += f" {sign}{schema[bound]}"
    if "pattern" in schema:
        text += f" /{schema['pattern']}/"
    if schema.get("default") is not None:
        text += f" = {json.dumps(schema['default'])}"
    elif default := re.search(r"Default: (.+)\.$", schema.get("description", "")):
        text += f" = {default[1]}"
    return text


def _bare_type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(map(_type, schema["anyOf"]))
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(map(json.dumps, schema["enum"]))
    if schema.get("type") == "array":
        return f"[{_type(schema['items'])}]"
    if isinstance(values := schema.get("additionalProperties"), dict):
        return f"{{string: {_type(values)}}}"
    return str(schema.get("format") or schema.get("type", "anything"))
