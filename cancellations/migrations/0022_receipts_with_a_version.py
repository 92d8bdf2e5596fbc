"""Receipts of steps say their version from here on; older ones are read as they stand, so nothing is done going there.

Going back, those that say one are written as the code before this version reads them: plain text by name.
"""

from decimal import Decimal

from django.db import migrations

BATCH = 500  # rows held in memory at once
PLAIN = ("state", "refund_state", "cancelled_at", "counted_from", "counted_to", "asked_at", "found")
MONEY = ("refunded", "outstanding")


def back(apps, schema_editor):
    steps = apps.get_model("cancellations", "Step").objects.using(schema_editor.connection.alias)
    rows = steps.filter(result__has_key="version").order_by("pk")
    while found := list(rows.only("result")[:BATCH]):
        for step in found:
            steps.filter(pk=step.pk).update(result=of_version_1(step.result))


def of_version_1(result):
    """The same receipt in text; what a person settled stays beside it."""
    told = result["reported"]
    facts = {name: told[name] for name in PLAIN if name in told}
    facts |= {name: f"{told[name]['amount']} {told[name]['currency']}" for name in MONEY if name in told}
    facts |= counted(told.get("stock", []))
    beside = {name: value for name, value in result.items() if name not in ("version", "reported")}
    return {"is": "Receipt", "look_after": None, "facts": facts} | beside


def counted(stock):
    if not stock:
        return {}
    if any(one["after"] is None for one in stock):  # still asked after
        return {
            "stock_before": ",".join(f"{place(one)}={one['before']}" for one in stock),
            "stock_wanted": ",".join(f"{place(one)}={one['asked']}" for one in stock),
        }
    facts = {"stock": ", ".join(f"{one['before']} → {one['after']}" for one in stock)}
    if any(one["asked"] is None for one in stock):
        return facts
    counts = ";".join(f"{place(one)}:{one['before']}:{one['after']}:{one['asked']}" for one in stock)
    moved = sum(Decimal(one["after"]) - Decimal(one["before"]) for one in stock)
    return facts | {"counts": counts, "restocked": f"{moved:f}", "wanted": f"{sum(Decimal(o['asked']) for o in stock):f}"}


def place(one):
    return f"{one['stock_item_id']}@{one['location_id']}"


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0021_index_previews_with_facts")]

    operations = [migrations.RunPython(migrations.RunPython.noop, back)]
