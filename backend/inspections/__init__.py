"""Field reports, their evidence, findings and reviews."""
