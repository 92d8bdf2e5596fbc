"""What must exist: a chain for each shop, whatever exported files name, and the owner that a chain is named after."""

from __future__ import annotations

from collections.abc import Iterator

from stores.audit import files, trail
from stores.audit.verify_audit import Problem
from stores.models import AuditChain, AuditEvent, Checkpoint, Store


def names() -> set[str]:
    """Chains of shops, and those of which files tell; the system's, as soon as anything was signed."""
    shops = {str(uuid) for uuid in Store.objects.values_list("uuid", flat=True)}
    told = files.chains()
    signed = bool(told) or Checkpoint.objects.exists()
    return shops | told | ({trail.SYSTEM} if signed else set())


def present() -> set[str]:
    """To be asked after `names`: a shop and its chain are made at once."""
    return set(AuditChain.objects.values_list("name", flat=True))


def owner(chain: AuditChain) -> Iterator[Problem]:
    """The shop that the chain's row names must be the one after which the chain is named."""
    if chain.name == trail.SYSTEM:
        if chain.store_id is not None:
            yield Problem(chain.name, 0, "has a row whose store_id names a shop: the system has none")
        return
    shops = {str(uuid): pk for pk, uuid in Store.objects.values_list("pk", "uuid")}
    if chain.name not in shops:
        yield Problem(str(chain.name), 0, "has a row whose name is no shop's")
    elif chain.store_id != shops[chain.name]:
        yield Problem(chain.name, 0, "has a row whose store_id names another shop")


def strays() -> Iterator[str]:
    """Rows that belong to no chain, in words."""
    chains = AuditChain.objects.values("pk")
    for model, kind in ((AuditEvent, "entry"), (Checkpoint, "checkpoint")):
        for pk in model._default_manager.exclude(chain_id__in=chains).order_by("pk").values_list("pk", flat=True)[:100]:
            yield f"the {kind} with the id {pk} belongs to no chain: chain_id"
