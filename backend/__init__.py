"""The office: records inspections, keeps evidence, moves cases, counts months."""
