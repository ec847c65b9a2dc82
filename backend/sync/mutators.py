"""Rows written with few statements, for what happens at every file."""

from django.db import connection

from backend.sync.models import Upload

_INSERT = f"""INSERT INTO {Upload._meta.db_table} (id, evidence_id, created_at, touched_at)
    VALUES (%s, %s, %s, %s) ON CONFLICT (evidence_id) DO NOTHING"""  # noqa: S608 - the name of our own table


def upload_insert(upload: Upload) -> None:
    """Two requests may have begun the same upload: the first row stays, and the other's upload becomes it."""
    fields = ("id", "evidence_id", "created_at", "touched_at")
    values = [Upload._meta.get_field(name).get_db_prep_save(getattr(upload, name), connection) for name in fields]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        first = cursor.rowcount == 1
    if not first:
        upload.id = Upload.objects.values_list("id", flat=True).get(evidence=upload.evidence_id)
    upload._state.adding = False
