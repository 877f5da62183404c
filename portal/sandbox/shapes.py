"""The bodies in which the SpKey API, and gateways before it, refuse: each as its text."""

import json

GATEWAY_PAGE = (
    "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
)


def flat(error: str, message: str) -> str:
    """The usual shape."""
    return json.dumps({"success": False, "error": error, "message": message})


def listed(status: int, message: str) -> str:
    """The shape of the reading endpoints."""
    return json.dumps({"success": False, "errors": [{"code": status, "message": message}]})


def validation(message: str, *path: str) -> str:
    """The framework's own, of a request that does not validate; without `path`, it names none."""
    problem: dict[str, object] = {"code": 7001, "message": message}
    if path:
        problem["path"] = path
    return json.dumps({"success": False, "errors": [problem], "result": {}})


def detailed(field: str, message: str) -> str:
    """The shape of the reference's own sample."""
    told = {"error": "Bad Request", "message": "Invalid parameters", "code": 400}
    return json.dumps(told | {"details": [{"field": field, "message": message}]})


def named(name: str, status: int, message: str) -> str:
    """The framework's own, from inside the aggregate: to be sent with the header NAMED."""
    told = {"name": name, "message": message, "httpStatusCode": status, "aggregateType": "hub"}
    errors = [{"code": status, "message": message}]
    return json.dumps({"success": False, "errors": errors, "__ceves": told})


NAMED = {"X-Ceves-Error": "1"}
