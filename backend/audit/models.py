"""Rows of the audit chain and the keys of this server."""

from django.db import models


class Event(models.Model):
    """One thing that happened. `hash` covers everything else in the row and, through `previous`, every row before."""

    index = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, db_index=True)
    data = models.TextField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)


class ChainHead(models.Model):
    """The last event; one row, locked by everyone who appends."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    index = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)


class ServerKey(models.Model):
    """A public key of this server; its private half lies in KEYS_DIR, readable by the server's user only."""

    id = models.CharField(primary_key=True, max_length=64)
    public_key = models.TextField()
    valid_from = models.DateTimeField()
    announced_by = models.CharField(max_length=64, default="", blank=True)
    announcement = models.TextField(default="", blank=True)


class Backup(models.Model):
    """A finished backup: everything up to event `index`, whose hash is `hash`, is in it.

    `manifest_sha256`: of the manifest that lies with it. The newest row is "the last backup".
    """

    name = models.CharField(max_length=40, unique=True)
    taken_at = models.DateTimeField()
    index = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    manifest_sha256 = models.CharField(max_length=64)
