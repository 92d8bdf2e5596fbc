"""All that acting once on a leased step needs, opened when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cancellations.execution import other_accounts
from cancellations.execution.journal import Journal
from cancellations.execution.keys import tag_of
from cancellations.models import Step
from cancellations.planning.plan import Plan, read_plan
from stores.canonical import codec, stored_receipts
from stores.canonical.commands import Command, CorrectStock, Finding, Resend
from stores.canonical.order import Order
from stores.canonical.receipts import Receipt
from stores.connectors.roles import Connector, Effects, OrderSource, in_role
from stores.kernel import clock
from stores.services import connections, credentials, platform_client
from stores.services.rate_limit import Booking


@dataclass
class StepRun:
    """All a turn needs; the adapter is made once and its effects pass through the step's journal."""

    step: Step
    next_step: Step | None = None  # claimed in the transaction that ended this one

    @cached_property
    def journal(self) -> Journal:
        return Journal(self.step)

    @cached_property
    def opened(self) -> Connector:
        """The adapter of the step's own connection: what it sends, looks for and asks after is there."""
        step = self.step
        return connections.open_connector(
            step.connection,
            store_id=step.cancellation.store_id,
            journal=self.journal,
            booking=self.booking,
            secrets=self.secrets,
        )

    @cached_property
    def secrets(self) -> Mapping[str, str]:
        return credentials.read(self.step.connection)

    @cached_property
    def platform(self) -> OrderSource:
        """Where the order is read, for guards, verify and comparison: the same, unless the step acts elsewhere."""
        store = self.step.cancellation.store
        is_ours = self.step.connection_id == store.connection_id
        return in_role(self.opened, OrderSource) if is_ours else connections.open_platform(store)

    @cached_property
    def connector(self) -> Effects:
        """Who carries the step out and is asked after it; its effects pass through the journal."""
        return in_role(self.opened, Effects)

    @cached_property
    def booking(self) -> Booking:
        """The slots of the whole turn, had before its first read."""
        return platform_client.book(self.step.connection, self._turn)

    @property
    def _turn(self) -> str:
        """Turns of one kind need about the same."""
        return f"{self.step.kind} {self.step.state}"

    def following(self, step: Step) -> StepRun:
        """For the step that was claimed with the end of this one: what was decoded stays, and so do the slots as long
        as it acts on the same account."""
        run, kept = StepRun(step), ["plan", "before"]
        if step.connection_id == self.step.connection_id:
            self.booking.go_on(run._turn)
            kept += ["booking", "secrets"]
        else:
            self.booking.close()
        run.__dict__ |= {name: self.__dict__[name] for name in kept if name in self.__dict__}
        return run

    @cached_property
    def plan(self) -> Plan:
        return read_plan(self.step.cancellation.preview.plan)

    @cached_property
    def before(self) -> Order:
        """The order as it stood when the plan was made."""
        return codec.loads(Order, self.step.cancellation.preview.facts)

    @cached_property
    def command(self) -> Command:
        """Exactly what was planned; the note for colleagues stays with us."""
        command: Command = codec.loads(Command, self.step.command)  # type: ignore[arg-type]
        return command

    @property
    def tag(self) -> str:
        return tag_of(self.step)

    @cached_property
    def is_elsewhere(self) -> bool:
        """Does it act in an account of which the order tells nothing?"""
        connection = self.step.connection
        is_own = connection.pk == self.step.cancellation.store.connection_id
        return not is_own and other_accounts.is_other(connection.connector)

    def find(self) -> Finding:
        """Look for its effect. Where no order tells what stood there before the plan (another account, a stock
        history), its time does."""
        is_untold = self.is_elsewhere or isinstance(self.command, CorrectStock)
        told = {"since": other_accounts.since(self.step.cancellation)} if is_untold else {}
        return self.connector.find(self.command, tag=self.tag, before=self.before, **told)

    @property
    def what_next(self) -> Resend:
        """What may follow an absent effect, by the platform's word; a key's age counts from its first send."""
        age = (clock.now() - (self.step.first_sent_at or clock.now())).total_seconds()
        return self.connector.may_resend(self.command, age=age)

    @property
    def is_key_protected(self) -> bool:
        """The platform itself takes the stored bytes as the request it has had already, and the guards would see what
        a colleague did meanwhile: no order tells of stock."""
        return self.what_next is Resend.SAME_KEY and not isinstance(self.command, CorrectStock)

    @property
    def receipt(self) -> Receipt:
        """The stored receipt of an accepted step."""
        return stored_receipts.load(self.step.result)
