"""What every app of the office uses: problems, paging, strict JSON. Knows no app."""
