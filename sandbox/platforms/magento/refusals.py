"""How Magento says no: bodies as `Framework/Webapi/ErrorProcessor.php` makes them; bytes are HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.core.messages import Refused

NO_ENTITY = {"message": "The entity that was requested doesn't exist. Verify the entity and try again."}
NO_ROUTE = {"message": "Request does not match any route."}
NOT_SAVED = {"message": "Could not save a Creditmemo, see error log for details"}
TOO_MANY = b"<html><head><title>429 Too Many Requests</title></head><body>Too Many Requests</body></html>"
MAINTENANCE = b"<!doctype html><html><head><title>503 backend fetch failed</title></head><body>Back soon</body></html>"
CREDITMEMO = "Creditmemo Document Validation Error(s):\n"


def said(message: str, parameters: Mapping[str, Any] | Sequence[Any] = (), status: int = 400) -> Refused:
    body: dict[str, Any] = {"message": message}
    return Refused(status, body | ({"parameters": parameters} if parameters else {}))


def unauthorised(resource: str) -> Refused:
    return said("The consumer isn't authorized to access %resources.", {"resources": resource}, status=401)


def oauth(problem: str) -> Refused:
    return said(f"oauth_problem={problem}", status=401)


def wrong(*lines: str) -> Refused:
    return said(CREDITMEMO + "\n".join(lines))


def crashed(request: str) -> Refused:
    words = (
        "Internal Error. Details are available in Magento log file. Report ID: webapi-" + request.replace("-", "")[:13]
    )
    return said(words, status=500)
