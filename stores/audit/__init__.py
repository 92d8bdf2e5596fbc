"""The evidence: who did what to what, one hash chain per shop and one for the system (docs/audit.md).

actions.py   what can be recorded: every name is declared, an undeclared one fails
trail.py     append, as the last statement of the caller's transaction; nothing updates or deletes
checkpoints  signed statements of a chain's end, exported where the database cannot reach
verify.py    is it whole? on our rows; verify_audit.py: the same question on an export, without Rescind
export.py    chains as JSON lines for the stand-alone script

Read trail.py first. Two spellings of the hash stand here on purpose: trail.py writes by the house's canonical
JSON, verify_audit.py checks with its own, so that one wrong line cannot make both agree.
"""
