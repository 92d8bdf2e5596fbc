"""The evidence: who did what to what, one hash chain per shop and one for the system (docs/audit.md).

actions.py   what can be recorded: every name is declared, an undeclared one fails
trail.py     append, as the last statement of the caller's transaction; nothing updates or deletes
checkpoints  signed statements of a chain's end, exported where the database cannot reach (files.py)
verify.py    is one chain whole, to its first problem?
full.py      every finding in everything that must exist (required.py)
verify_audit.py: the same questions on an export, without Rescind; rows.py: rows as they stand, whoever spoilt them
restore.py   the chains go on behind a restore
export.py    chains as JSON lines for the stand-alone script

Read trail.py first. Two spellings of the hash stand here on purpose: trail.py writes by the house's canonical
JSON, verify_audit.py checks with its own, so that one wrong line cannot make both agree.
"""
