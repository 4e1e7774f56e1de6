"""A body for every operation, made out of its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yipan.config.api.root import api

#: What a text of this name may be.
KNOWN = {"sku": "TEA-250", "site": "W1", "supplier": "SUP-01", "source": "wms:W1/stock"}
TEXTS_BY_FORMAT = {
    "date": "2026-03-02",
    "date-time": "2026-03-02T04:00:00Z",
    "time": "06:00:00",
    "uuid": "0198c7b2-6a11-7c3e-9d0a-5b8f2f0a1c77",
}


def make_samples() -> dict[str, Any]:
    """Return a body for each operation that takes JSON, by method and address."""
    schema = api.get_openapi_schema(path_prefix="api/v1")
    components: Mapping[str, Any] = schema["components"]["schemas"]
    samples = {}
    for address, methods in schema["paths"].items():
        for method, details in methods.items():
            content = details.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                name = f"{method.upper()} {address.lstrip('/')}"
                samples[name] = make_sample(content["schema"], components)
    return samples


def make_sample(schema: Mapping[str, Any], components: Mapping[str, Any], name: str = "") -> Any:
    """Return a value that fits a JSON schema, every field given."""
    schema = _resolve(schema, components)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = str(schema.get("type"))
    if kind == "object":
        fields = schema.get("properties", {})
        return {each: make_sample(fields[each], components, each) for each in fields}
    if kind == "array":
        return [make_sample(schema.get("items", {}), components, name)]
    if kind == "string":
        return _make_text(schema, name)
    return {"integer": max(schema.get("minimum", 1), 1), "boolean": True, "number": 1}.get(kind)


def _resolve(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow references, and take the first of what may be chosen."""
    while True:
        if "$ref" in schema:
            schema = components[schema["$ref"].rpartition("/")[2]]
        elif "anyOf" in schema:
            schema = schema["anyOf"][0]
        elif "allOf" in schema:
            schema = schema["allOf"][0]
        else:
            return schema


def _make_text(schema: Mapping[str, Any], name: str) -> str:
    if "format" in schema:
        return TEXTS_BY_FORMAT.get(str(schema["format"]), "x")
    if "A-Z" in schema.get("pattern", ""):
        return "CNY"
    return KNOWN.get(name, "x" * max(1, int(schema.get("minLength", 1))))
