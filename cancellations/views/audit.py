"""The audit log: list, one entry with its proof, exports, and the seal that anybody may check again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from cancellations.forms.audit import AuditSearch
from cancellations.pages.audit_entry import Entry
from cancellations.selectors import audit, audit_names, audit_seal
from stores.audit import actions, export, proof, trail, verify
from stores.kernel import clock, csv_export, queue
from stores.models import AuditEvent
from stores.views.access import DeskRequest, may, without_token

LOOK_AT_MOST = timedelta(seconds=4)  # from a page; a worker goes on with the rest
COLUMNS = ("chain", "seq", "at", "actor", "who", "action", "sentence", "object", "on", "changes", "facts", "request id")
HASHES = ("body", "prev", "hash")
NARROWING = ("about", "since", "until", "person", "action", "shop", "money", "failed")


@require_safe
@may("audit.view")
def audit_list(request: DeskRequest) -> HttpResponse:
    form = _form(request, request.GET)
    page = audit.search(request.user, form.query(), after=request.GET.get("after", ""))
    labels = audit_names.labels(page.rows)
    context = {
        "form": form,
        "page": page,
        "entries": [Entry(event, labels) for event in page.rows],
        "narrowed": any(request.GET.get(name) for name in NARROWING),
        "seal": audit_seal.seal(request.user),
        "may_export": audit.chains(request.user, "audit.export").exists(),
    }
    fragment = request.htmx and not request.htmx.history_restore_request
    template = "audit/_results.html" if fragment else "audit/list.html"
    response = render(request, template, context, status=200 if form.is_valid() else 422)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@may("audit.view")
def audit_detail(request: DeskRequest, chain: str, seq: int) -> HttpResponse:
    try:
        event = audit.one(request.user, chain, seq)
    except AuditEvent.DoesNotExist as exc:
        raise Http404 from exc
    beside = audit.neighbours(event)
    labels = audit_names.labels([event, *(other for other in beside if other)])
    before, after = (Entry(other, labels) if other else None for other in beside)
    context = {
        "entry": Entry(event, labels),
        "proof": proof.of(event),
        "before": before,
        "after": after,
        "neighbours": [near for near in (before, after) if near],
    }
    return render(request, "audit/detail.html", context)


@require_safe
@may("audit.view")
def audit_seal_line(request: DeskRequest) -> HttpResponse:
    """The seal alone, while a look goes on."""
    return _seal(request)


@require_POST
@may("audit.view")
def audit_check(request: DeskRequest) -> HttpResponse:
    """Walk the viewer's chains again for a few seconds; what remains goes on in the background."""
    until = clock.now() + LOOK_AT_MOST
    for chain in audit.chains(request.user).filter(seq__gt=0):
        look = verify.look(chain, at_most=max(until - clock.now(), timedelta(0)))
        if look.finished_at is None:
            queue.enqueue_on_commit("stores.look_at_chain", chain.name)
    return _seal(request) if request.htmx else redirect("audit:list")


@require_POST
@may("audit.export")
def audit_csv(request: DeskRequest) -> StreamingHttpResponse | HttpResponseRedirect:
    """What the filters leave, as a table; who took it is noted. A wrong filter exports nothing."""
    asked = without_token(request.POST)
    form = _form(request, asked)
    if not form.is_valid():
        return HttpResponseRedirect(f"{reverse('audit:list')}?{asked.urlencode()}")
    query = form.query()
    _note(request, query.chain, "csv")
    rows = _rows(audit.every(request.user, query))
    name = f"rescind-audit-{clock.now():%Y-%m-%d}.csv"
    return csv_export.download(csv_export.lines([*COLUMNS, *HASHES], rows), name=name)


@require_POST
@may("audit.export")
def audit_proof(request: DeskRequest) -> StreamingHttpResponse | HttpResponseRedirect:
    """Whole chains with what was signed, for verify_audit.py. Filters do not apply: a proof has no gaps."""
    wanted = request.POST.get("shop", "").replace("\0", "")  # in no name of a chain, and no text of PostgreSQL
    chains = audit.chains(request.user, "audit.export")
    if wanted and not chains.filter(name=wanted).exists():
        return HttpResponseRedirect(f"{reverse('audit:list')}?{urlencode({'shop': wanted})}")  # there it is refused
    chains = chains.filter(name=wanted) if wanted else chains
    _note(request, wanted, "proof")
    name = f"rescind-audit-{clock.now():%Y-%m-%d}.jsonl"
    return csv_export.download(export.lines(list(chains)), name=name, kind="application/jsonl")


def _seal(request: DeskRequest) -> HttpResponse:
    return render(request, "audit/_seal.html", {"seal": audit_seal.seal(request.user)})


def _form(request: DeskRequest, asked: QueryDict) -> AuditSearch:
    return AuditSearch(asked, chains=audit.chains(request.user), people=audit.actors(request.user))


def _note(request: DeskRequest, chain: str, form: str) -> None:
    """On the shop's chain when one shop was asked for, else on the system's."""
    found = audit.chains(request.user, "audit.export").filter(name=chain).first() if chain else None
    store = found.store if found else None
    with transaction.atomic():
        target = f"chain:{found.name if found else trail.SYSTEM}"
        trail.record(actions.EXPORTED, actor=request.user, target=target, store=store, form=form)


def _rows(events: Iterator[AuditEvent]) -> Iterator[list[Any]]:
    """Names are looked up a thousand at a time."""
    while batch := list(islice(events, 1000)):
        labels = audit_names.labels(batch)
        yield from (_row(Entry(event, labels)) for event in batch)


def _row(entry: Entry) -> list[Any]:
    event = entry.event
    changes = "; ".join(f"{what}: {before or '—'} → {after or '—'}" for what, before, after in entry.changes)
    facts = "; ".join(f"{what}: {value}" for what, value in entry.facts)
    words = [event.actor, entry.who, event.kind, entry.sentence, event.object, entry.subject, changes, facts]
    return [event.chain.name, event.seq, event.at, *words, entry.request_id, event.body, event.prev, event.hash]
