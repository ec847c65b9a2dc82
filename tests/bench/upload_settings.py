"""The office's settings with the yardstick's address."""

from backend.config.settings import *  # noqa: F403 - all of them

ROOT_URLCONF = "tests.bench.upload_urls"
