"""Pictures among the evidence: looked at in a process of their own, made small, compared with the report and with each
other. The original is never touched."""
