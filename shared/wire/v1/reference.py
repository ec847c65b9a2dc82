"""What phone and office agree on about `GET reference/`; docs/sync.md tells the story."""

# Of the rows. Where a new reader would not understand what an older office or phone has stored, this changes, and
# phones fetch everything anew.
ROW_FORMAT = "3"

KINDS = ("licences", "minerals", "violation_types", "communes", "vehicles")

ALL_ELSE = "*"  # in `removed`: drop whatever this answer does not bring
