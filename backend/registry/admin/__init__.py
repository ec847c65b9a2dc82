"""The office's own pages of the registry: Django's admin, whose writes are our services."""

from backend.registry.admin import agencies, catalogue, holders, imports, licences, lists, output, places
from backend.registry.admin.words import name_tables

__all__ = ["agencies", "catalogue", "holders", "imports", "licences", "lists", "output", "places"]

name_tables()
