"""Agencies, units, officers, roles, devices, enrolment; the scope of every query."""
