"""One simulator a package, each of one platform, validated against what its vendor published.

Whoever wants one asks `sandbox.registry`; no package here imports another.
"""
