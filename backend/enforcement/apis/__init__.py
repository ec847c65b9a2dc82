"""Cases and tasks as people work on them."""
