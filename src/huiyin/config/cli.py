"""The ``huiyin`` command: thin; each sub-command calls one function of its room.

Exit status 0 done, 1 done but something is wrong (printed), 2 unusable arguments or surroundings.
"""

import sys


def main() -> int:
    import os
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.config.settings")
    from huiyin.config import env
    from huiyin.config.postgres import EmbeddedServer
    server = EmbeddedServer(env.home())
    with server.running() as url:
        os.environ.setdefault("DATABASE_URL", url)
        from django.core.management import execute_from_command_line
        args = sys.argv[1:]
        if args and args[0] == "manage":
            args = args[1:]
        execute_from_command_line(["huiyin", *args])
    return 0
