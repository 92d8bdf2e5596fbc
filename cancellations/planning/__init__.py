"""Pure: order + request + quote + capabilities + settings → Plan. No Django, no database, no network.

`plan` holds the object itself (read it first: everything serves it), `quantities` and `amounts` check what was asked,
`planner` builds the plan, `comparison` sets promised beside reported and seen.
"""
