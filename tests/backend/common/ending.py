"""A library that fails as it is imported."""

raise RuntimeError("no such device")
