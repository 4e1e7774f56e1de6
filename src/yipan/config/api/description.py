"""What the API says of itself: OpenAPI with its problems, keys and actions spelled out."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.types import DictStrAny

from yipan.access.doors import get_action, is_repeatable
from yipan.config.edge import problems
from yipan.config.edge.idempotency import HEADER, KEY_LENGTH_MAX

PROBLEM = {"$ref": "#/components/schemas/Problem"}

#: What every operation may answer, besides what it declares itself.
PROBLEM_STATUSES = {
    400: "The request cannot be read, or its Idempotency-Key is missing.",
    401: "There is no valid key and no session.",
    403: "The roles do not allow this action.",
    404: "There is no such thing, or it belongs to a site that is not the asker's.",
    409: "Refused: `code` says why, `facts` what it was about.",
    412: "Somebody changed it since the `version` that was sent: read it again.",
    413: "The body is too large.",
    422: "A field is missing or out of its range, or the key was used for another body.",
    429: "Too many requests: wait `retry_after_ms`.",
    500: "A fault of ours, written down under `instance`.",
    503: "The database is busy or away: ask again, with the same key.",
}

PROBLEM_SCHEMA: DictStrAny = {
    "type": "object",
    "title": "Problem",
    "description": "A problem as RFC 9457 has it. Branch on `code` alone: it never changes.",
    "required": ["type", "title", "status", "detail", "instance", "code", "errors", "facts"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri"},
        "code": {"type": "string", "examples": ["ledger.stock_short"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON Pointer into the body"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "facts": {"type": "object"},
        "retry_after_ms": {"type": "integer"},
    },
}

KEY_PARAMETER: DictStrAny = {
    "in": "header",
    "name": HEADER,
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH_MAX},
    "description": "A repeat with the same key and body has no effect and gets the first answer.",
}


class DescribedApi(NinjaAPI):
    """An API whose description holds what its edge does."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: DictStrAny | None = None
    ) -> OpenAPISchema:
        """Return the description, with problems, keys and actions."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
        described = {
            details["operationId"]: (method, details)
            for methods in schema["paths"].values()
            for method, details in methods.items()
        }
        for operation in self.list_operations():
            name = operation.operation_id or self.get_openapi_operation_id(operation)
            if name in described:
                _complete(described[name][1], operation)
        return schema

    def list_operations(self) -> list[Operation]:
        """Return the operations of all routers."""
        return [
            operation
            for bound in self._get_bound_routers()
            for view in bound.path_operations.values()
            for operation in view.operations
        ]


def _complete(details: DictStrAny, operation: Operation) -> None:
    responses: dict[Any, Any] = details["responses"]
    for status, meaning in PROBLEM_STATUSES.items():
        content = {problems.CONTENT_TYPE: {"schema": PROBLEM}}
        responses.setdefault(status, {"description": meaning, "content": content})
    action = get_action(operation.view_func)
    if action is not None:
        details["x-action"] = action
    if "POST" in operation.methods and not is_repeatable(operation.view_func):
        # Ninja shares this list between the methods of one function.
        details["parameters"] = [*details["parameters"], KEY_PARAMETER]
