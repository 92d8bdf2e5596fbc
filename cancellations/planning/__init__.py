"""Pure: order + request + quote + capabilities + settings → Plan. No Django, no database, no network.

`plan` holds the object itself (read it first: everything serves it), `quantities` and `amounts` check what was asked,
`planner` builds the plan, `comparison` sets promised beside reported and seen. Services preview with it, execution
guards and verifies with it; both ask the same functions, so that nothing is computed twice. Policy stands here, once,
and never in an adapter: who is paid first, how a remainder is split, what an estimate rounds to.
"""
