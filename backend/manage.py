"""Django's command line for the office."""

import os
import sys
from pathlib import Path


def main() -> None:
    # Run as a script, Python puts backend/ itself first on the path, where its apps would shadow other packages.
    here = Path(__file__).resolve().parent
    sys.path[:] = [str(here.parent), *(entry for entry in sys.path if entry and Path(entry).resolve() != here)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
