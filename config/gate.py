"""In front of Django: what cannot be understood is answered before anything reads it, and nothing falls through.

Browsers send forms in UTF-8 and name no other charset; a foreign one is an attack or a broken program. A NUL stands in
no address of ours, and PostgreSQL keeps none: in a path it is a page that does not exist, in a query it is shown as
the sign for what cannot be read, as browsers do.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.conf import settings
from django.utils.http import parse_header_parameters

from config import plain
from stores.kernel.context import known_or_new, request_id
from stores.kernel.security import redaction

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
FORM_CHARSETS: Final = frozenset({"", "utf-8", "utf8"})
CHARSETS: Final = FORM_CHARSETS | {"us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252"}  # what hooks may name
LONGEST_TYPE: Final = 500  # characters of a Content-Type
BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]", re.ASCII)  # RFC 2046, 5.1.1
LENGTH: Final = re.compile(r"[0-9]{0,18}", re.ASCII)
NUL_IN_COOKIE: Final = re.compile(r"\x00|\\000")  # raw, or as the octal that the parser of cookies reads


class Gate:
    """A WSGI application around Django's."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        ours = known_or_new(environ.get("HTTP_X_REQUEST_ID", ""))
        environ["HTTP_X_REQUEST_ID"] = ours
        token = request_id.set(ours)
        try:
            return self._answer(environ, start_response)
        finally:
            request_id.reset(token)

    def _answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if status := trouble(environ):
            logger.warning("Not understood", extra=_told(environ, status))
            return _refuse(environ, start_response, status)
        environ["QUERY_STRING"] = without_nul(environ.get("QUERY_STRING", ""))
        try:
            return self.application(environ, start_response)
        except Exception:
            logger.error("A request failed outside of every page", exc_info=True, extra=_told(environ, 500))
            return _refuse(environ, start_response, 500)


def trouble(environ: Environ) -> int:
    """The status of a request that nobody should read; 0 when it may go in."""
    if "\0" in environ.get("PATH_INFO", ""):
        return 404
    length = environ.get("CONTENT_LENGTH") or ""
    if not LENGTH.fullmatch(length) or NUL_IN_COOKIE.search(environ.get("HTTP_COOKIE", "")):
        return 400
    is_hook = environ.get("PATH_INFO", "").startswith("/hooks/")
    if int(length or 0) > (settings.HOOK_MAX_BYTES if is_hook else settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
        return 413
    return 0 if is_known_type(environ.get("CONTENT_TYPE") or "") else 400


def is_known_type(said: str) -> bool:
    """Whether a Content-Type can be read as browsers and platforms write it."""
    if len(said) > LONGEST_TYPE or not said.isascii():
        return False
    try:
        kind, parameters = parse_header_parameters(said)
    except (ValueError, LookupError):
        return False
    is_form = kind in FORMS
    if parameters.get("charset", "").lower() not in (FORM_CHARSETS if is_form else CHARSETS):
        return False
    return kind != "multipart/form-data" or bool(BOUNDARY.fullmatch(parameters.get("boundary", "")))


def without_nul(query: str) -> str:
    return query.replace("\0", "%00").replace("%00", "%EF%BF%BD")  # U+FFFD


def _told(environ: Environ, status: int) -> dict[str, object]:
    path = environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace")
    method = str(environ.get("REQUEST_METHOD", ""))[:10]
    return {"path": redaction.address(path), "method": method, "status": status}


def _refuse(environ: Environ, start_response: StartResponse, status: int) -> Iterable[bytes]:
    line, headers, body = plain.bare(status)
    start_response(line, [*headers, ("X-Request-Id", environ["HTTP_X_REQUEST_ID"])])
    return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else body]
