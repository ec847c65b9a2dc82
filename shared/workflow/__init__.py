"""States, moves and clocks of reports and cases: tables, and one machine that reads them."""
