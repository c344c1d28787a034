"""A target's database: looked at, written to under its lock and fence, adopted."""
