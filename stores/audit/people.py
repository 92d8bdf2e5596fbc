"""What the chains record of people: signing in and out, invitations, roles and limits. No names, no addresses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stores.audit.actions import Action, declare

SIGNED_IN = declare(Action("people.signed_in", _("{actor} signed in"), personal=("from_where",)))
SIGN_IN_FAILED = declare(
    Action(
        "people.sign_in_failed", _("Somebody failed to sign in"), personal=("address", "from_where"), is_failure=True
    )
)
LOCKED_OUT = declare(
    Action(
        "people.locked_out",
        _("Somebody failed to sign in so often that the door is closed for five minutes"),
        personal=("address", "from_where"),
        is_failure=True,
    )
)
CODE_FAILED = declare(Action("people.code_failed", _("A wrong second-factor code was given"), is_failure=True))
SIGNED_OUT = declare(Action("people.signed_out", _("{actor} signed out")))
SIGNED_OUT_EVERYWHERE = declare(Action("people.signed_out_everywhere", _("All sessions of a person were ended")))
SESSION_ENDED = declare(Action("people.session_ended", _("{actor} ended a session of theirs")))
OTHER_SESSIONS_ENDED = declare(Action("people.other_sessions_ended", _("{actor} ended their other sessions")))
PASSWORD_CHANGED = declare(Action("people.password_changed", _("{actor} set a new password")))
SECOND_FACTOR_ADDED = declare(Action("people.second_factor_added", _("{actor} set up a second factor")))
SECOND_FACTOR_REMOVED = declare(Action("people.second_factor_removed", _("{actor} took the second factor away")))
RECOVERY_CODES_MADE = declare(Action("people.recovery_codes_made", _("{actor} made new recovery codes")))
OWNER_INVITED = declare(Action("people.owner_invited", _("{actor} printed a link that makes an owner")))
OWNER_MADE = declare(Action("people.owner_made", _("{actor} became an owner of this installation")))
INVITED = declare(Action("people.invited", _("{actor} invited a person as {role}"), personal=("address",)))
INVITATION_WITHDRAWN = declare(Action("people.invitation_withdrawn", _("{actor} withdrew an invitation")))
JOINED = declare(Action("people.joined", _("{actor} joined as {role}")))
CHANGED = declare(Action("people.changed", _("{actor} changed a person's role or limits")))
REMOVED = declare(Action("people.removed", _("{actor} removed a person from the shop")))
