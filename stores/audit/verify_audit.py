"""Is an exported audit chain whole? Needs Python 3.11, the `cryptography` package and nothing of Rescind.

    python verify_audit.py proof.jsonl --key ID:BASE64 [--key ...] [--checkpoints FOLDER]

proof.jsonl: one JSON object a line ("is": "event", "checkpoint" or "head"). --key: the public key, which must
have reached you by another way than the export. --checkpoints: files that were exported earlier; only they
show that the end of a chain was cut off. Prints a line a chain with the first bad seq. Exit code 0: whole;
1: not whole; 2: cannot be read.

A link is SHA-256("audit1\\n" + C({chain, seq, at, actor, kind, object, prev, body_digest})), body_digest the
SHA-256 of the body's text, C sorted JSON without spaces (RFC 8785). A statement is the canonical text of
{chain, seq, head, at, prev_checkpoint}, signed with Ed25519.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ZERO = "0" * 64
COVERED = ("chain", "seq", "at", "actor", "kind", "object", "prev")
Line = Mapping[str, Any]
Keys = Mapping[str, Ed25519PublicKey]


@dataclass(frozen=True)
class Problem:
    """The first thing wrong with a chain. Everything before `seq` is as it was written."""

    chain: str
    seq: int
    what: str


@dataclass
class Statements:
    """What was signed: chain -> seq -> head. `problems`: statements that do not hold themselves."""

    heads: dict[str, dict[int, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class Walk:
    """One chain, link by link. `seq` and `head` are the last good link; `signed` the last signed one met."""

    chain: str
    heads: Mapping[int, str]
    seq: int = 0
    head: str = ZERO
    signed: int = 0

    def step(self, event: Line) -> Problem | None:
        """Take the next event; the problem with it, or None."""
        if not _is_readable(event):
            return self._bad(self.seq + 1, "cannot be read")
        if event["seq"] != self.seq + 1:
            return self._out_of_order(event["seq"])
        if event["prev"] != self.head:
            return self._bad(self.seq + 1, "does not follow the entry before it")
        if event["hash"] != link(event):
            return self._bad(self.seq + 1, "was changed after it was written")
        self.seq, self.head = event["seq"], event["hash"]
        if self.heads.get(self.seq, self.head) != self.head:
            return self._bad(self.seq, f"is not what was signed: rewritten between {self.signed + 1} and {self.seq}")
        self.signed = self.seq if self.seq in self.heads else self.signed
        return None

    def end(self) -> Problem | None:
        """After the last event: was more of this chain signed than there is now?"""
        last = max(self.heads, default=0)
        return self._bad(self.seq + 1, f"is missing: the chain was signed up to {last}") if last > self.seq else None

    def _out_of_order(self, seq: int) -> Problem:
        if seq > self.seq + 1:
            return self._bad(self.seq + 1, "is missing")
        return self._bad(seq, "stands there twice, or out of order: the chain has two heads")

    def _bad(self, seq: int, what: str) -> Problem:
        return Problem(self.chain, seq, what)


def _is_readable(event: Line) -> bool:
    texts = (event.get(name) for name in (*COVERED, "body", "hash") if name != "seq")
    return type(event.get("seq")) is int and all(isinstance(text, str) for text in texts)


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def link(event: Line) -> str:
    """The hash this event must have."""
    covered = {name: event[name] for name in COVERED} | {"body_digest": sha256(event["body"].encode()).hexdigest()}
    return sha256(b"audit1\n" + canonical(covered)).hexdigest()


def statements(lines: Iterable[Line], keys: Keys) -> Statements:
    """Check every signature, and that each checkpoint names the one before it."""
    found, before = Statements(), dict[str, tuple[int, str]]()
    unique = {(line["is"], line["text"], line["signature"]): line for line in lines}
    read = [(line, json.loads(line["text"])) for line in unique.values()]
    for line, said in sorted(read, key=lambda pair: (pair[1]["chain"], pair[1]["seq"], pair[0]["is"])):
        problem = _untrue(line, said, keys, found, before.get(said["chain"], (0, ZERO)))
        if problem:
            found.problems.append(Problem(said["chain"], said["seq"], problem))
            continue
        found.heads.setdefault(said["chain"], {})[said["seq"]] = said["head"]
        if line["is"] == "checkpoint":
            before[said["chain"]] = (said["seq"], sha256(line["text"].encode()).hexdigest())
    return found


def _untrue(line: Line, said: Line, keys: Keys, found: Statements, before: tuple[int, str]) -> str:
    if line["key_id"] not in keys:
        return f"is signed with an unknown key ({line['key_id']})"
    try:
        keys[line["key_id"]].verify(base64.b64decode(line["signature"]), line["text"].encode())
    except (InvalidSignature, ValueError):
        return "has a checkpoint whose signature is false"
    if found.heads.get(said["chain"], {}).get(said["seq"], said["head"]) != said["head"]:
        return "was signed with two heads"
    if line["is"] == "checkpoint" and said["prev_checkpoint"] != before[1]:
        return f"has a checkpoint that does not follow the one at {before[0]}: one is missing"
    return ""


def check(events: Iterable[Line], signed: Statements) -> Iterator[tuple[Walk, Problem | None]]:
    """One result a chain, for events that come chain by chain. Chains that are only signed are missing whole."""
    walks: dict[str, Walk] = {}
    wrong = {problem.chain: problem for problem in reversed(signed.problems)}
    broken: dict[str, Problem] = {}
    for event in events:
        name = event["chain"]
        walk = walks.setdefault(name, Walk(name, signed.heads.get(name, {})))
        if name not in broken and (problem := walk.step(event)):
            broken[name] = problem
    for name in sorted({*walks, *signed.heads, *wrong}):
        walk = walks.setdefault(name, Walk(name, signed.heads.get(name, {})))
        found = [problem for problem in (broken.get(name) or walk.end(), wrong.get(name)) if problem]
        yield walk, min(found, key=lambda problem: problem.seq, default=None)


def public_key(text: str) -> tuple[str, Ed25519PublicKey]:
    """Read "id:base64 of 32 bytes". Raises ValueError."""
    name, _, encoded = text.strip().partition(":")
    return name, Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded, validate=True))


def lines_of(path: Path) -> Iterator[Line]:
    with path.open(encoding="utf-8") as file:
        for text in filter(str.strip, file):
            yield json.loads(text)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("proof", type=Path)
    parser.add_argument("--key", action="append", default=[], type=public_key, metavar="ID:BASE64")
    parser.add_argument("--checkpoints", type=Path, help="folder of checkpoint files exported earlier")
    given = parser.parse_args(argv)
    files = sorted(given.checkpoints.rglob("*.json")) if given.checkpoints else []
    try:
        kept = [line for path in (given.proof, *files) for line in lines_of(path) if line["is"] != "event"]
        events = (line for line in lines_of(given.proof) if line["is"] == "event")
        return _tell(list(check(events, statements(kept, dict(given.key)))))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        sys.stderr.write(f"cannot be read: {exc!r}\n")
        return 2


def _tell(results: list[tuple[Walk, Problem | None]]) -> int:
    for walk, problem in results:
        if problem:
            sys.stdout.write(f"BROKEN {walk.chain}: entry {problem.seq} {problem.what}\n")
        else:
            sys.stdout.write(f"whole  {walk.chain}: {walk.seq} entries, signed up to {walk.signed}\n")
    return 1 if any(problem for _, problem in results) or not results else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
