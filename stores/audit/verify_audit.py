"""Is an exported audit chain whole? Needs Python 3.11, the `cryptography` package and nothing of Rescind.

    python verify_audit.py proof.jsonl --key ID:BASE64 [--key ...] [--checkpoints FOLDER]

proof.jsonl: one JSON object a line ("is": "event", "checkpoint" or "head"). --key: the public key, which must
have reached you by another way than the export. --checkpoints: files that were exported earlier; only they
show that the end of a chain was cut off. Prints a line for each chain that is whole, one for each finding, and a
verdict. Exit code 0: whole; 1: not whole; 2: cannot be read.

A link is SHA-256("audit1\\n" + C({chain, seq, at, actor, kind, object, prev, body_digest})), body_digest the
SHA-256 of the body's text, C sorted JSON without spaces (RFC 8785). A statement is the canonical text of
{chain, seq, head, at, prev_checkpoint}, signed with Ed25519. A statement with `restored: {after, lost_from, gone}`
lets the chain go on behind `after` at `seq`: the database was put back from a copy. What was signed between
`lost_from` and `seq` speaks of entries that are lost; `gone` names chains that are lost whole.
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
SYSTEM, NOTE = "system", "audit.checkpoint"  # the chain that is told of each checkpoint, and how
COVERED = ("chain", "seq", "at", "actor", "kind", "object", "prev")
COPIED = ("seq", "head", "at", "chain")  # beside the signed text, to be found by: they must say the same
Line = Mapping[str, Any]
Keys = Mapping[str, Ed25519PublicKey]
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Problem:
    """A thing wrong with a chain. Everything before the first one's `seq` is as it was written. 0: the whole chain."""

    chain: str
    seq: int
    what: str

    def __str__(self) -> str:
        return f"entry {self.seq} {self.what}" if self.seq else self.what


@dataclass
class Statements:
    """What was signed: chain -> seq -> head. `problems`: statements that do not hold themselves.

    `restored`: chain -> seq -> (the entry it goes on behind, the first that is lost); `gone`: chain -> its last known
    seq, lost whole in a restore.
    """

    heads: dict[str, dict[int, str]] = field(default_factory=dict)
    restored: dict[str, dict[int, tuple[int, int]]] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def walk(self, chain: str, seq: int = 0, head: str = ZERO, signed: int = 0) -> Walk:
        return Walk(chain, self.heads.get(chain, {}), seq, head, signed, self.restored.get(chain, {}))


@dataclass
class Walk:
    """One chain, link by link. `seq` and `head` are the last link; `signed` the last signed one met.

    After a problem it goes on with what stands there ("" as head: whatever follows). `lost`: of each restore (the
    entry before, the first that is lost, the note); `noted`: what the system chain tells of checkpoints, by chain.
    """

    chain: str
    heads: Mapping[int, str]
    seq: int = 0
    head: str = ZERO
    signed: int = 0
    restored: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    row: int = 0
    entries: int = 0
    lost: list[tuple[int, int, int]] = field(default_factory=list)
    noted: dict[str, dict[int, str]] = field(default_factory=dict)

    def step(self, event: Line) -> Problem | None:
        """Take the next event; the first problem with it, or None."""
        self.entries += 1
        expected, head = self.seq + 1, self.head
        computed = _link_of(event)
        if computed is None:
            self.seq, self.head = max(expected, _number(event.get("seq"))), ""
            return self._bad(expected, "cannot be read")
        if event["seq"] < expected:
            return self._bad(event["seq"], "stands there twice, or out of order: the chain has two heads")
        self.seq, self.head = event["seq"], event["hash"]
        after, first = self.restored.get(self.seq, (0, 0))
        if self.seq > expected and first and after == expected - 1:
            self.lost.append((after, first, self.seq))
        elif self.seq > expected:
            return self._bad(expected, "is missing")
        if head and event["prev"] != head:
            return self._bad(self.seq, "does not follow the entry before it")
        if self.head != computed:
            return self._bad(self.seq, "was changed after it was written")
        self._note(event)
        return self._signed() or self._in_order(event)

    def _signed(self) -> Problem | None:
        if self.heads.get(self.seq, self.head) != self.head:
            if self._is_lost(self.seq):
                return None
            return self._bad(self.seq, f"is not what was signed: rewritten between {self.signed + 1} and {self.seq}")
        self.signed = self.seq if self.seq in self.heads else self.signed
        return None

    def _is_lost(self, seq: int) -> bool:
        """Signed of an entry that a restore lost, where another stands now."""
        return any(first <= seq <= after for after, first in self.restored.values())

    def _in_order(self, event: Line) -> Problem | None:
        if event.get("id") is None:
            return None
        before, self.row = self.row, _number(event["id"])
        return self._bad(self.seq, "has a row whose id is not in order") if self.row <= before else None

    def _note(self, event: Line) -> None:
        if self.chain != SYSTEM or event["kind"] != NOTE:
            return
        try:
            told = json.loads(event["body"])
            self.noted.setdefault(event["object"].removeprefix("chain:"), {})[told["up_to"]] = told["head"]
        except UNREADABLE:
            pass  # its hash holds: it was written so, by a version that told it otherwise

    def end(self) -> Problem | None:
        """After the last event: was more of this chain signed than there is now?"""
        last = max(self.heads, default=0)
        return self._bad(self.seq + 1, f"is missing: the chain was signed up to {last}") if last > self.seq else None

    def is_gone(self, signed: Statements) -> bool:
        """Is the whole chain lost in a restore that the system chain notes? Then it is noted as a loss."""
        known = signed.gone.get(self.chain, 0)
        if self.entries or not known or known < max(self.heads, default=0):
            return False
        self.lost = [(0, 1, known + 1)]
        return True

    def losses(self) -> list[str]:
        """What restores lost, in words; the part that signed statements prove."""
        return [f"{self._lost(after, seq)}; {self._proven(first, seq)}" for after, first, seq in self.lost]

    def _lost(self, after: int, seq: int) -> str:
        if not self.entries:
            return "the whole chain is lost in a restore that the system chain notes"
        return f"a restore is noted at entry {seq}: it goes on behind entry {after}, what was written between is lost"

    def _proven(self, first: int, seq: int) -> str:
        last = max((at for at in self.heads if first <= at < seq), default=0)
        return f"signed statements prove that it went up to {last}" if last else "no signed statement speaks of it"

    def _bad(self, seq: int, what: str) -> Problem:
        return Problem(self.chain, seq, what)


def _number(value: Any) -> int:
    return value if type(value) is int else 0


def _link_of(event: Line) -> str | None:
    """None for an event that lacks a column, or holds what none of ours does."""
    texts = (event.get(name) for name in (*COVERED, "body", "hash") if name != "seq")
    if type(event.get("seq")) is not int or not all(isinstance(text, str) for text in texts):
        return None
    try:
        return link(event)
    except UNREADABLE:  # text that has no UTF-8
        return None


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def link(event: Line) -> str:
    """The hash this event must have."""
    covered = {name: event[name] for name in COVERED} | {"body_digest": sha256(event["body"].encode()).hexdigest()}
    return sha256(b"audit1\n" + canonical(covered)).hexdigest()


def statements(lines: Iterable[Line], keys: Keys) -> Statements:
    """Check every signature, that each row or file says what its text says, and that each names the one before it."""
    found, true = Statements(), dict[tuple[str, str], tuple[Line, Line]]()
    for line in lines:
        said, problem = read_statement(line, keys)
        if problem:
            found.problems.append(_of_line(line, said, problem))
        elif said:
            true[line["is"], line["text"]] = line, said
    places: dict[str, list[tuple[int, str]]] = {}
    for line, said in sorted(true.values(), key=lambda pair: (pair[1]["chain"], pair[1]["seq"], pair[0]["is"])):
        _add(found, places.setdefault(said["chain"], [(0, ZERO)]), line, said)
    found.problems = list(dict.fromkeys(found.problems))
    return found


def read_statement(line: Line, keys: Keys) -> tuple[Line, str]:
    """What a row or a file states, and what is wrong with it in itself."""
    said = _said(line)
    if not said:
        return {}, "has a checkpoint that cannot be read"
    if line["key_id"] not in keys:
        return said, f"is signed with an unknown key ({line['key_id']})"
    try:
        signature = base64.b64decode(line["signature"], validate=True)
        keys[line["key_id"]].verify(signature, line["text"].encode())
    except (InvalidSignature, ValueError):
        return said, "has a checkpoint whose signature is false"
    if base64.b64encode(signature).decode() != line["signature"]:
        return said, "has a checkpoint whose signature is false"
    wrong = [name for name in COPIED if line.get(name, said[name]) != said[name]]
    return said, f"has a checkpoint whose {wrong[0]} is not the signed one" if wrong else ""


def _said(line: Line) -> Line:
    """The text of a statement, read; empty for what is none."""
    try:
        said = json.loads(line["text"])
        texts = [
            *(said[name] for name in ("chain", "head", "at", "prev_checkpoint")),
            line["key_id"],
            line["signature"],
        ]
        counts = [said["seq"], *(_counts(said["restored"]) if "restored" in said else ())]
        are_ours = all(type(count) is int for count in counts) and all(isinstance(text, str) for text in texts)
        are_ours = are_ours and line["is"] in ("checkpoint", "head")
        return said if are_ours else {}
    except UNREADABLE:
        return {}


def _counts(restored: Line) -> list[Any]:
    return [restored["after"], restored["lost_from"], *restored.get("gone", {}).values()]


def _of_line(line: Line, said: Line, what: str) -> Problem:
    """Placed where it stands; by what it says itself where that is not told."""
    seq = _number(line.get("seq")) or _number(said.get("seq"))
    return Problem(str(line.get("chain", said.get("chain", "?"))), seq, what)


def _add(found: Statements, places: list[tuple[int, str]], line: Line, said: Line) -> None:
    """`places`: (seq, digest) of the checkpoints of this chain that came before."""
    chain, seq, restored = said["chain"], said["seq"], said.get("restored")
    if found.heads.get(chain, {}).get(seq, said["head"]) != said["head"]:
        found.problems.append(Problem(chain, seq, "was signed with two heads"))
        return
    if line["is"] == "checkpoint":
        known = [place for place in places if place[0] >= restored["lost_from"]] if restored else []
        base = [place for place in places if place not in known][-1:]
        if said["prev_checkpoint"] not in [digest for _, digest in (*base, *known)]:
            what = f"has a checkpoint that does not follow the one at {places[-1][0]}: one is missing"
            found.problems.append(Problem(chain, seq, what))
        places.append((seq, sha256(line["text"].encode()).hexdigest()))
    found.heads.setdefault(chain, {})[seq] = said["head"]
    if restored:
        found.restored.setdefault(chain, {})[seq] = (restored["after"], restored["lost_from"])
        found.gone |= restored.get("gone", {}) if chain == SYSTEM else {}


def check(events: Iterable[Line], signed: Statements) -> Iterator[tuple[Walk, list[Problem]]]:
    """One result a chain, for events that come chain by chain. Chains that are only signed are missing whole."""
    walks: dict[str, Walk] = {}
    problems: dict[str, list[Problem]] = {}
    for event in events:
        name = event["chain"]
        walk = walks.setdefault(name, signed.walk(name))
        if problem := walk.step(event):
            problems.setdefault(name, []).append(problem)
    for problem in signed.problems:
        problems.setdefault(problem.chain, []).append(problem)
    noted = walks[SYSTEM].noted if SYSTEM in walks else {}
    for name in sorted({*walks, *signed.heads, *problems}):
        walk = walks.setdefault(name, signed.walk(name))
        ends = [walk.end(), *unsigned(walk, noted.get(name, {}))] if not walk.is_gone(signed) else []
        yield walk, sorted([*problems.get(name, []), *filter(None, ends)], key=lambda problem: problem.seq)


def unsigned(walk: Walk, noted: Mapping[int, str]) -> Iterator[Problem]:
    """Checkpoints that the system chain tells of, and that nothing else tells of any more."""
    for seq, head in noted.items():
        if seq not in walk.heads:
            yield Problem(walk.chain, seq, "has lost the checkpoint that the system chain tells of")
        elif walk.heads[seq] != head:
            yield Problem(walk.chain, seq, "was signed with another head than the system chain tells of")


def verdict(chains: int, entries: int, problems: int, broken: int, restores: int) -> str:
    """The last line, in words."""
    if problems:
        return f"NOT WHOLE: {_count(problems, 'finding')} in {broken} of {_count(chains, 'chain')}"
    noted = f"; {_count(restores, 'restore')} noted, see above" if restores else ""
    return f"WHOLE: {_count(chains, 'chain')}, {entries} entries{noted}"


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def public_key(text: str) -> tuple[str, Ed25519PublicKey]:
    """Read "id:base64 of 32 bytes". Raises ValueError."""
    name, _, encoded = text.strip().partition(":")
    return name, Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded, validate=True))


def lines_of(path: Path) -> Iterator[Line]:
    with path.open(encoding="utf-8") as file:
        for text in filter(str.strip, file):
            yield json.loads(text)


def line_of_file(path: Path) -> Line:
    """An exported checkpoint: <chain>/<seq>.json. One that cannot be read says no more than where it lies."""
    named = path.stem.isascii() and path.stem.isdecimal() and len(path.stem) < 19
    place = {"is": "checkpoint", "chain": path.parent.name, "seq": int(path.stem) if named else 0}
    try:
        return place | json.loads(path.read_text(encoding="utf-8"))
    except (OSError, *UNREADABLE):
        return place


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("proof", type=Path)
    parser.add_argument("--key", action="append", default=[], type=public_key, metavar="ID:BASE64")
    parser.add_argument("--checkpoints", type=Path, help="folder of checkpoint files exported earlier")
    given = parser.parse_args(argv)
    files = sorted(given.checkpoints.resolve().rglob("*.json")) if given.checkpoints else []
    try:
        kept = [line for line in lines_of(given.proof) if line["is"] != "event"]
        events = (line for line in lines_of(given.proof) if line["is"] == "event")
        signed = statements([*kept, *map(line_of_file, files)], dict(given.key))
        return _tell(list(check(events, signed)))
    except (OSError, *UNREADABLE) as exc:
        sys.stderr.write(f"cannot be read: {exc!r}\n")
        return 2


def report(name: str, walk: Walk, problems: list[Problem]) -> Iterator[str]:
    """What is said of one chain, a line each; `name`: as it is shown."""
    said = [f"BROKEN {name}: {problem}" for problem in problems]
    if not problems and walk.entries:
        said.append(f"whole  {name}: {walk.entries} entries, signed up to {walk.signed}")
    said += [f"NOTE   {name}: {words}" for words in walk.losses()]
    yield from map(printable, said)


def printable(words: str) -> str:
    """What would rub out or forge a line of a terminal is spelt out: whoever tampers may write names as well."""
    return "".join(letter if letter.isprintable() else f"[U+{ord(letter):04X}]" for letter in words)


def _tell(results: list[tuple[Walk, list[Problem]]]) -> int:
    for walk, problems in results:
        sys.stdout.writelines(f"{words}\n" for words in report(walk.chain, walk, problems))
    wrong = [len(problems) for _, problems in results if problems]
    entries, restores = sum(walk.entries for walk, _ in results), sum(len(walk.lost) for walk, _ in results)
    sys.stdout.write(verdict(len(results), entries, sum(wrong), len(wrong), restores) + "\n")
    return 1 if wrong or not results else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
