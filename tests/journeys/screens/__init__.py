"""`make screenshots`: pictures of every screen of the field app, over the demo's office and what was filed in it."""
