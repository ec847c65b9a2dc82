"""Provinces and communes: what is loaded, what a change leaves behind, where a position is, what an old name means."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import StringIO
from time import perf_counter
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from backend.audit import services as audit
from backend.audit.models import Event
from backend.audit.selectors import verify
from backend.registry.importing.admin_units import AdminUnits
from backend.registry.models import Commune, CommuneBoundary, FormerCommune, Province, ReferenceRow
from backend.registry.selectors import places
from backend.registry.selectors.place_names import address_parts, place_key, split_kind
from backend.registry.selectors.places import communes_at, communes_named, provinces_of
from backend.registry.selectors.reference import bodies
from backend.registry.services.places import (
    CommuneGiven,
    FormerGiven,
    PlacesRecorded,
    ProvinceGiven,
    communes_record,
    places_record,
)
from backend.registry.services.unit_areas import unit_area_set
from shared.problems import Problem
from tests.backend.conftest import Cast

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)

pytestmark = pytest.mark.django_db


def load(*more: str) -> str:
    out = StringIO()
    call_command("load_communes", *more, stdout=out)
    return out.getvalue()


def test_speed() -> None:
    t = perf_counter()
    print(load())
    print(perf_counter() - t)
    t = perf_counter()
    print(load())
    print(perf_counter() - t)
    with CaptureQueriesContext(connection) as q:
        load()
    print(len(q))
