"""The product: ask, plan, decide, carry out, look again. docs/architecture.md draws the flow and the floors.

`states` (which move is allowed) and `actions` (what the audit log can say) stand at the bottom, below the models that
name them. Above: rules and planning (pure), models, lifecycle, services beside execution, pages, scheduler and intake,
views and tasks. A package that is new must name its floor in pyproject.toml, or the import contracts fail.

Ids and plain data go down to `stores` and `notifications`; neither ever hears of a cancellation. Read `states` first,
then `services/submit`.
"""
