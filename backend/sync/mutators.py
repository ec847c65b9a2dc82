"""Rows written with few statements, for what happens at every file."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from backend.common.asking import Statement, ask_together
from backend.sync.models import Upload

_FIELDS = tuple(field.attname for field in Upload._meta.concrete_fields)
_INSERT = f"INSERT INTO {Upload._meta.db_table} ({', '.join(_FIELDS)}) VALUES "  # noqa: S608 - our own table
_ONE = f"({', '.join(['%s'] * len(_FIELDS))})"
_KEEP = " ON CONFLICT (evidence_id) DO NOTHING RETURNING evidence_id"


def uploads_insert(uploads: Sequence[Upload]) -> None:
    """Two requests may have begun the same upload: the first row stays, and the other's upload becomes it."""
    uploads_inserted(uploads, ask_together(insertion(uploads))[0])


def insertion(uploads: Sequence[Upload]) -> Statement:
    """For `ask_together`; what it answers is for `uploads_inserted`. At least one."""
    fields = Upload._meta.concrete_fields
    values = [
        field.get_db_prep_save(getattr(upload, field.attname), connection) for upload in uploads for field in fields
    ]
    return _INSERT + ", ".join([_ONE] * len(uploads)) + _KEEP, values


def uploads_inserted(uploads: Sequence[Upload], new: Sequence[tuple[Any, ...]]) -> None:
    """After the statement of `insertion`: `new` is its answer. What another request had begun becomes that one's."""
    if len(new) < len(uploads):
        known = Upload.objects.filter(evidence__in=[upload.evidence_id for upload in uploads])
        ids = dict(known.values_list("evidence_id", "id"))
        for upload in uploads:
            upload.id = ids.get(upload.evidence_id, upload.id)
        if gone := [upload for upload in uploads if upload.evidence_id not in ids]:
            uploads_insert(gone)  # the row that was in the way was removed meanwhile
    for upload in uploads:
        upload._state.adding = False
