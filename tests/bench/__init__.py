"""Benchmarks: figures beside limits measured in the same run. `python -m tests.bench [name …]`."""
