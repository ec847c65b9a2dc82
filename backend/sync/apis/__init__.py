"""The endpoints of deliveries, of uploads, and of the office that looks after what went wrong."""
