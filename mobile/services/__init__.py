"""Use cases of the field app: record, seal, queue, send. No Kivy, no SQL, no HTTP here."""
