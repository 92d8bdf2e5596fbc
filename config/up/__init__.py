"""`manage.py up`: the whole product on one machine, with one command.

devenv    secrets of a first start, and whether this start shows the demo; runs before the settings are read
prepare   folders, migrations (config/saved_copies: the SQLite file is saved first), one start at a time, ports
children  which processes there are: web, worker, beat and, where practice shops are wanted, the sandbox
keeper    starts them, starts one again that died, ends them all
demo      the sandbox, the demo's making, the first owner's link
greeting  what is said on the console
practice  whether the folder sandbox/ is here at all, and served;  practice_shops  one for whoever wants to try the desk
Not for scale: there, each process of `children` is a service of its own (docs/operations.md).
"""
