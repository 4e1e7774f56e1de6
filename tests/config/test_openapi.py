"""Goal: the API's description tells all of it, and each name in it means one thing."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.access.routes import list_routes
from yipan.config.api.root import api

OPERATIONS = [
    (method.upper(), address, details)
    for address, methods in api.get_openapi_schema(path_prefix="")["paths"].items()
    for method, details in methods.items()
]
NAMES = [f"{method} {address}" for method, address, _ in OPERATIONS]


def test_the_description_is_open_to_everybody() -> None:
    answer = Client().get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.json()["info"] == {"title": "Yipan", "version": "1", "description": ""}


def test_it_lists_every_operation_once() -> None:
    described = sorted(f"{method} /{address.strip('/')}" for method, address, _ in OPERATIONS)
    mounted = sorted(
        f"{method} /{route.address.removeprefix('api/v1/').strip('/')}"
        for route in list_routes()
        if route.is_api
        for method in route.methods
    )

    assert described == mounted
    ids = [details["operationId"] for _, _, details in OPERATIONS]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("method", "address", "details"), OPERATIONS, ids=NAMES)
def test_an_operation_tells_its_action_its_problems_and_what_it_is_for(
    method: str, address: str, details: dict[str, object]
) -> None:
    responses = details["responses"]
    parameters = details["parameters"]

    assert isinstance(responses, dict)
    assert isinstance(parameters, list)
    assert address.startswith("/")
    assert details.get("x-action")
    assert details.get("description"), "its function has no docstring"
    assert {400, 401, 403, 404, 409, 412, 413, 422, 429, 500, 503} <= set(responses)
    wants_key = any(parameter["name"] == "Idempotency-Key" for parameter in parameters)
    assert wants_key <= (method == "POST")


def test_a_time_of_the_day_has_no_zone_and_says_so() -> None:
    schemas = api.get_openapi_schema(path_prefix="")["components"]["schemas"]

    # The format `time` of JSON Schema wants a zone: 00:00:00 would be none.
    zoned = [name for name, schema in schemas.items() if "'format': 'time'" in str(schema)]
    assert zoned == []
    assert schemas["SiteOut"]["properties"]["day_starts_at"]["examples"] == ["09:30"]


def test_no_two_schemas_share_a_name() -> None:
    meanings: dict[str, set[type]] = {}
    for operation in api.list_operations():
        # Queries and headers are spread out into parameters; their schemas have no names.
        bodies = [model for model in operation.models if model.__ninja_param_source__ == "body"]
        models = [*bodies, *operation.response_models.values()]
        for model in models:
            if isinstance(model, type):
                for below in walk(model, set()):
                    meanings.setdefault(below.__name__, set()).add(below)

    doubled = {
        name: sorted(f"{kind.__module__}.{name}" for kind in kinds)
        for name, kinds in meanings.items()
        if len(kinds) > 1 and name not in {"NinjaResponseSchema", "Input"}
    }
    assert doubled == {}


def walk(model: type, seen: set[type]) -> set[type]:
    """Return the schemas below a model that ninja made of a signature or a response."""
    for field in getattr(model, "model_fields", {}).values():
        for kind in find_types(field.annotation):
            if hasattr(kind, "model_fields") and kind not in seen:
                seen.add(kind)
                walk(kind, seen)
    return seen


def find_types(annotation: object) -> list[type]:
    """Return the classes in an annotation: of `list[LineOut] | None`, LineOut."""
    if isinstance(annotation, type) and not hasattr(annotation, "__args__"):
        return [annotation]
    return [kind for part in getattr(annotation, "__args__", ()) for kind in find_types(part)]
