"""`python -m tests.backend.sync.set_up_office`: migrates the database of DATABASE_URL, puts the cast into it and prints
a token of Bình's, who can make enrolment codes."""

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in with these
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from backend.accounts.models import OfficerToken
    from tests.backend.conftest import make_cast

    _, token = OfficerToken.objects.create(make_cast().binh)
    sys.stdout.write(token)


if __name__ == "__main__":
    main()
