"""A database on paper, and what changes do to it."""
