"""A template as plain HTML: tags of the template language taken out, what is translated taken out with them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?%}.*?{%\s*endblocktrans(?:late)?\s*%}", re.S)
COMMENT = re.compile(r"{%\s*comment\b.*?%}.*?{%\s*endcomment\s*%}|{#.*?#}", re.S)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.S)
SPOKEN = ("title", "placeholder", "aria-label", "alt", "aria-description", "aria-roledescription", "label", "summary")
SILENT = {"script", "style", "kbd", "code", "template"}


class Markup(HTMLParser):
    """`spoken`: words a person reads or hears, with their line; `attributes`: all of them."""

    def __init__(self, template: str) -> None:
        super().__init__(convert_charrefs=True)
        self.spoken: list[tuple[int, str]] = []
        self.attributes: list[tuple[int, str, str, str]] = []  # line, element, name, value
        self.stack: list[str] = []
        self.inline: list[tuple[int, str]] = []  # <script> or <style> with a body
        self.feed(_plain(template))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.stack.append(tag)
        line = self.getpos()[0]
        for name, value in attrs:
            self.attributes.append((line, tag, name, value or ""))
            if name in SPOKEN:
                self.spoken.append((line, value or ""))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop() != tag:
            continue

    def handle_data(self, text: str) -> None:
        if not text.strip():
            return
        line = self.getpos()[0]
        if self.stack and self.stack[-1] in ("script", "style"):
            self.inline.append((line, text.strip()))
        elif not SILENT & set(self.stack[-1:]):
            self.spoken.append((line, text.strip()))


def _plain(template: str) -> str:
    """Line breaks stay, so that lines keep their numbers."""

    def gap(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    for pattern in (COMMENT, TRANSLATED, TAG):
        template = pattern.sub(gap, template)
    return template
