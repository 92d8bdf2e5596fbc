#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.umask(0o077)  # whatever is written, also by the children of `up`, is its owner's alone
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if os.environ["DJANGO_SETTINGS_MODULE"] == "config.settings":
        from config.up import devenv

        if sys.argv[1:2] != ["keys"]:  # they are for a file somebody names
            devenv.ensure(is_start=sys.argv[1:2] == ["up"])  # before the settings are read
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
