"""What changes something because a person wants it: `preview`, `submit`, `decide`, `emergency`. Read `submit` first.

Views and the sweep call them, with keyword values. Each checks right and truth, changes in one transaction, and writes
the audit entry as its last statement; what is remote happens before. A service never sends: it makes rows that are due,
and `execution` does the rest. So neither imports the other.
"""
