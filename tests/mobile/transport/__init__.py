"""Tests of mobile.transport."""
