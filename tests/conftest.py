"""Tests run in a `var/` of their own, with tasks carried out at once."""

import os
import tempfile

import hypothesis
import pytest

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

os.environ["KK_VAR"] = tempfile.mkdtemp(prefix="kiem-khoang-test-")
os.environ["KK_TASKS"] = "django_tasks.backends.immediate.ImmediateBackend"
os.environ.setdefault("KK_LOG_LEVEL", "WARNING")
for rate in ("SIGN_IN", "ENROL", "DELIVERY"):  # tests of throttling set their own
    os.environ.setdefault(f"KK_RATE_{rate}", "100000/min")

# A minute each: begun last, they would keep one processor waiting for the other.
LONG = ("test_demo_runs_whole_job_and_every_check_holds", "test_nothing_is_lost_or_doubled_by_a_short_run_of_faults")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.name not in LONG)
