"""Backups of the office: taking, checking and putting back."""
