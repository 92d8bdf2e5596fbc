"""One package per order platform. What each must do stands in its roles (`stores.connectors.roles`: read that first);
`registry` lists them.

An adapter decides no policy, writes to no database, and speaks HTTP through `transport` only.
"""
