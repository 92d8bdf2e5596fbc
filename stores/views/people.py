"""People of the shops: list, invite, change role and limits, remove. Changes ask for the password again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stores.forms.people import ChangeMembership, Invite, put_errors
from stores.kernel.errors import InputRejected
from stores.models import User
from stores.selectors import people as selector
from stores.services import admin_mail, people, sessions
from stores.views import refusals
from stores.views.access import DeskRequest, get_store_or_404, may, step_up, uuid_or_404

FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@may("people.view")
def people_list(request: DeskRequest) -> HttpResponse:
    shops = selector.by_shop(request.user, request.stores)
    may_invite = any(shop.may_manage for shop in shops)
    context = {"shops": shops, "owners": selector.owners(), "may_invite": may_invite}
    return render(request, "people/list.html", context)


@FORM
@may("people.manage")
@step_up
def invite(request: DeskRequest) -> HttpResponse:
    form = Invite(request.POST or None, stores=request.stores, initial={"store": _named_shop(request)})
    if form.is_valid():
        try:
            invitation, token = people.invite(actor=request.user, **form.cleaned_data)
        except InputRejected as exc:
            refusals.of_error(request, exc)
            put_errors(form, exc)
        else:  # no redirect: the link is shown this once and stored nowhere
            link = request.build_absolute_uri(admin_mail.link("join", token))
            return render(request, "people/invited.html", {"invitation": invitation, "link": link}, status=201)
    return render(request, "people/invite.html", {"form": form}, status=422 if form.errors else 200)


def _named_shop(request: DeskRequest) -> str:
    """Of the address. Raises Http404: the first shop of the list is not what somebody meant who named another."""
    named = request.GET.get("shop", "")
    return str(get_store_or_404(request, uuid_or_404(named), "people.manage").uuid) if named else ""


@FORM
@may("people.manage")
@step_up
def change(request: DeskRequest, uuid: UUID) -> HttpResponse:
    membership = selector.membership(request.user, uuid)
    if membership is None:
        raise Http404
    form = ChangeMembership(request.POST or None, membership=membership)
    if form.is_valid():
        given = form.cleaned_data
        try:
            people.change(
                actor=request.user,
                membership=membership,
                role=given["role"],
                per_cancellation=given["limit_per_cancellation"],
                per_day=given["limit_per_day"],
                others=people.OtherCurrencies(given["limit_all_per_day"], given["others"]),
            )
        except InputRejected as exc:
            refusals.of_error(request, exc)
            put_errors(form, exc)
        else:
            messages.success(request, _("Changed. %(person)s signs in again.") % {"person": membership.person})
            return redirect("people:list")
    context = {"form": form, "membership": membership}
    return render(request, "people/change.html", context, status=422 if form.errors else 200)


@FORM
@may("people.manage")
@step_up
def remove(request: DeskRequest, uuid: UUID) -> HttpResponse:
    membership = selector.membership(request.user, uuid)
    if membership is None:
        raise Http404
    trouble = ""
    if request.method == "POST":
        try:
            people.remove(actor=request.user, membership=membership)
            messages.success(request, _("%(person)s left the shop.") % {"person": membership.person})
            return redirect("people:list")
        except InputRejected as exc:
            trouble = exc.user_message
    context = {"membership": membership, "trouble": trouble}
    return render(request, "people/remove.html", context, status=422 if trouble else 200)


@FORM
@may("people.manage")
def end_sessions(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """Where somebody is signed in, and the end of it. It closes, so nothing is asked."""
    person = User.objects.filter(uuid=uuid).first()
    if person is None or not sessions.may_end(request.user, person):
        raise Http404
    if request.method != "POST":
        return render(request, "people/sessions.html", {"person": person, "places": sessions.of_person(person)})
    sessions.end_of(actor=request.user, person=person)
    messages.success(request, _("%(person)s is signed out everywhere.") % {"person": person})
    return redirect("people:list")


@FORM
@may("people.manage")
def withdraw(request: DeskRequest, uuid: UUID) -> HttpResponse:
    invitation = selector.invitation(request.user, uuid)
    if invitation is None:
        raise Http404
    if request.method != "POST":
        return render(request, "people/withdraw.html", {"invitation": invitation})
    people.withdraw(actor=request.user, invitation=invitation)
    messages.success(request, _("The link no longer works."))
    return redirect("people:list")
