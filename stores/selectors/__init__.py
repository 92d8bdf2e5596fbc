"""What is asked of the ground floor. Every question starts from what the viewer may see (`access`): read it first.

Views, pages and services ask; nothing here writes. `orders` finds orders, `matching` turns words into conditions,
`freshness` says how true a copy is.
"""
