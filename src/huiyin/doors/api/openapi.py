"""What the framework's description of the API leaves out: errors, the token, repeating a call."""

from typing import Any

from huiyin.doors.api.gate import BODY_MOST
from huiyin.doors.api.problems import MEDIA_TYPE
from huiyin.doors.api.schemas import ProblemOut

PROBLEMS = {
    "400": "The body is not JSON.",
    "401": "No token, or not a valid one.",
    "403": "You may see it but not do this.",
    "404": "Not there, or not yours.",
    "409": "The present state does not allow it; or the key was used for another call.",
    "411": "The body has no length: chunked transfer is not taken.",
    "413": f"The body is larger than {BODY_MOST // 1024} KiB.",
    "415": "The body is not application/json.",
    "422": "Something given cannot be taken; `errors` names the fields.",
}
FOR_READING = ("401", "403", "404", "422")
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "A key of your own making. The same key with the same body gives the same answer and has"
        " one effect; with another body or address it gives 409. Answers 400, 411, 413, 415 and 422"
        " are not kept: correct the body and use the same key. Keys belong to the user."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 120, "pattern": "^[!-~]+$"},
}


def describe(document: dict[str, Any]) -> dict[str, Any]:
    """Complete the OpenAPI document: bearer token, problems and keys on every operation."""
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["ProblemOut"] = ProblemOut.model_json_schema()
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    for operations in document["paths"].values():
        for method, operation in operations.items():
            _complete(method, operation)
    return document


def _complete(method: str, operation: dict[str, Any]) -> None:
    reading = method == "get"
    for status in FOR_READING if reading else PROBLEMS:
        operation["responses"][status] = {
            "description": PROBLEMS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
        }
    if not reading:
        operation.setdefault("parameters", []).append(KEY)
