"""What can go wrong, told by what we *know* about it, since that decides what happens next."""

from __future__ import annotations

from typing import Any


class DeskError(Exception):
    """Base of all our errors; `user_message` is safe to show to a person."""

    default_message = "Something went wrong. Nothing was changed."

    def __init__(self, message: str = "", *, user_message: str = "") -> None:
        super().__init__(message or user_message or self.default_message)
        self.user_message = user_message or self.default_message


class InputRejected(DeskError):
    """The person can correct it; `field` names where it is shown."""

    def __init__(self, field: str, user_message: str) -> None:
        super().__init__(f"{field}: {user_message}", user_message=user_message)
        self.field = field


class BeyondOwn(InputRejected):
    """Nobody gives away more than they have."""


class NotAllowed(DeskError):
    """This person may not do this here."""

    default_message = "You may not do this in this shop."


class StalePlan(DeskError):
    """The order moved since the preview; plan again. Carries the new plan where there is one."""

    default_message = "The order changed since this preview. Look at the new preview below."

    def __init__(self, plan: Any = None, *, user_message: str = "") -> None:
        super().__init__(user_message=user_message)
        self.plan = plan


class CopyUnreadable(DeskError):
    """The stored copy of an order is empty, or is none: the order must be read from its shop."""

    default_message = "Rescind's copy of this order cannot be read. It is read again from the shop."


class PreviewUnreadable(DeskError):
    """What was kept with a preview (the wish, the order as it stood) is empty, or is none."""

    default_message = "What was kept of this preview cannot be read any more. Look at the new one below."


class PlanUnreadable(DeskError):
    """A stored plan that this version of Rescind cannot carry out: it was written by another one."""

    default_message = (
        "Another version of Rescind wrote this plan, and this one cannot read it: nothing of it is sent. "
        "Go on with the version that wrote it, or look at a new preview."
    )


class OrderBusy(DeskError):
    """Another cancellation of this order is open; `reference` names it (C-2041)."""

    default_message = "Another cancellation of this order is still open."

    def __init__(self, reference: str = "") -> None:
        super().__init__(user_message=f"{self.default_message} See {reference}." if reference else "")
        self.reference = reference


class Unsupported(DeskError):
    """This platform cannot; carries the capability. Raised before anything is sent."""

    def __init__(self, capability: str, why: str = "") -> None:
        super().__init__(capability, user_message=why)
        self.capability = capability


class ConnectionUnreadable(DeskError):
    """Settings of another shape than this version writes: nothing is sent by what is left of them."""

    default_message = "The connection cannot be opened as it is stored. Give it new credentials, or look at its row."


class UnknownConnector(DeskError, KeyError):
    """A stored key of a connector that this version does not know: nothing is sent, a person is asked."""

    default_message = "This version of Rescind does not know the system that this is connected to."

    def __init__(self, key: str) -> None:
        super().__init__(key, user_message=f"This version of Rescind does not know the system “{key[:40]}”.")
        self.key = key


class EffectsStopped(DeskError):
    """Somebody pressed the emergency stop: nothing leaves until it is lifted."""

    default_message = "An emergency stop stands."


class LeaseLost(DeskError):
    """Another worker holds the step now; what we know goes on the attempt and changes no state."""


class RemoteError(DeskError):
    """Another system failed us; never raised itself.

    code: their code, as they spell it ("" when none); status: HTTP status or None;
    request_id: their id for the exchange; answer: what they said, redacted before it is stored.
    """

    default_message = "The shop's system answered with an error."

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        status: int | None = None,
        request_id: str = "",
        user_message: str = "",
        retry_after: float | None = None,
        answer: Any = None,
    ) -> None:
        super().__init__(message, user_message=user_message)
        self.code = code
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after
        self.answer = answer


class RemoteUnavailable(RemoteError):
    """Nothing was sent, or it is documented that nothing was processed: try again by policy.

    Words of errors never say what was sent or done: a read may have failed. Only the journal knows.
    """

    default_message = "The shop's system could not be reached."


class RemoteThrottled(RemoteUnavailable):
    """Asked to wait; `retry_after` seconds. Does not count as an attempt."""

    default_message = "The shop's system asks us to slow down."


class RemoteRefused(RemoteError):
    """A final no, their code kept: tell a person, never retry."""

    default_message = "The shop's system refused this."


class JobFailed(RemoteRefused):
    """What the platform had accepted will not happen, by its own word: raised by `poll` only."""

    default_message = "The shop's system took this on and did not carry it out."


class RemoteConflict(RemoteError):
    """Version or key in use: read again first."""

    default_message = "The order is being changed by somebody else right now."


class CredentialsRejected(RemoteError):
    """Refresh once, then the shop is disconnected."""

    default_message = "The shop's system no longer accepts our credentials. Reconnect the shop."


class OutcomeUnknown(RemoteError):
    """Sent and no answer that proves anything (the default): LOOK at the order before anything else."""

    default_message = (
        "It is not known whether the shop's system carried this out. Rescind looks before it does anything else."
    )
