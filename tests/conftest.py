"""Tests run in a `var/` of their own, with tasks carried out at once."""

import os
import tempfile

os.environ["KK_VAR"] = tempfile.mkdtemp(prefix="kiem-khoang-test-")
os.environ["KK_TASKS"] = "django_tasks.backends.immediate.ImmediateBackend"
os.environ.setdefault("KK_LOG_LEVEL", "WARNING")
for rate in ("SIGN_IN", "ENROL", "DELIVERY"):  # tests of throttling set their own
    os.environ.setdefault(f"KK_RATE_{rate}", "100000/min")
