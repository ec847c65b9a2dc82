"""The endpoints of reports, of their files, of bundles and of the load ledger."""
