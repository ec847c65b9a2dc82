"""Tests of backend.backups."""
