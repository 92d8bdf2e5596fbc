"""What the three share: a token in a header, a fixed host, and no rate limit that an answer tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from stores.connectors.roles import Access, Effects
from stores.kernel.credentials import Secret
from stores.kernel.errors import OutcomeUnknown
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer


class Thin(Effects):
    api_version = "1"
    credentials = (Secret("token", "Token", required=True),)
    host: ClassVar[str]

    def base_url(self) -> str:
        return self.host

    def check_access(self) -> Access:
        return Access(shop_name=self.label, currency="", time_zone="UTC", granted=(), missing=())

    def send(self, method: str, path: str, **words: Any) -> Answer:
        answer: Answer = self.connection.transport.send(method, f"{self.host}{path}", caller=self, **words)
        return answer

    def look(self, path: str, name: str) -> tuple[Node, list[Node]]:
        """An answer and its list, which must be there: half an answer is never "not there"."""
        try:
            body = json_readers.node(self.send("GET", path).body, "body")
            return body, json_readers.listed(body, name)
        except Misread as exc:
            raise OutcomeUnknown(f"misread {exc}", code="bad_shape") from exc

    # --- the transport's caller ------------------------------------------------------------------
    def auth_headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.connection.secrets['token']}"}

    def renew(self) -> bool:
        return False

    def usage(self, answer: Answer) -> None:
        return None


def proved(answer: Answer, *names: str) -> Node:
    """An answer that holds all of `names`. Raises OutcomeUnknown: the effect may be there."""
    if not isinstance(answer.body, Mapping) or any(answer.body.get(name) is None for name in names):
        raise OutcomeUnknown("bad shape", code="bad_shape", status=answer.status)
    return answer.body
