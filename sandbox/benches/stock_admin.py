"""The framework's own admin over the same tables, beside the product's pages: what a page costs without any thought."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from cancellations.models import Cancellation
from stores.models import AuditEvent, OrderRecord

site = admin.AdminSite("stock")


class OrderAdmin(admin.ModelAdmin):
    list_display = (
        "number",
        "store",
        "customer_name",
        "placed_at",
        "cancellable",
        "fulfilment",
        "payment",
        "total_minor",
    )
    list_filter = ("cancellable", "fulfilment", "payment", "is_disputed")
    list_select_related = ("store",)
    search_fields = ("number", "customer_name", "customer_email")
    ordering = ("-placed_at", "-id")
    list_per_page = 50


class CancellationAdmin(admin.ModelAdmin):
    list_display = ("reference", "order", "store", "requester", "state", "units", "money_minor", "created_at")
    list_filter = ("state", "differs")
    list_select_related = ("order", "store", "requester")
    search_fields = ("order__number", "order__customer_name")
    ordering = ("-created_at", "-id")
    list_per_page = 50
    raw_id_fields = ("order", "preview", "note")


class EventAdmin(admin.ModelAdmin):
    list_display = ("chain", "seq", "at", "actor", "kind", "object")
    list_select_related = ("chain",)
    search_fields = ("object", "kind", "actor")
    ordering = ("-id",)
    list_per_page = 50


site.register(OrderRecord, OrderAdmin)
site.register(Cancellation, CancellationAdmin)
site.register(AuditEvent, EventAdmin)

urlpatterns = [path("stock-admin/", site.urls), path("", include("config.urls"))]
