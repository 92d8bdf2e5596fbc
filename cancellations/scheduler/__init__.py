"""What happens without anybody asking: the sweep, the nightly second looks, and the watch over the sweep itself.

Nothing here decides what an effect means: it rings for work that is due, and `execution` does it. Only `tasks` calls
it. Read `sweep` first. There is one timer, every two seconds, and two sweepers are harmless.
"""
