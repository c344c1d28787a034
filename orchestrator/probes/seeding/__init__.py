"""Made-up rows of two made-up users, and what everybody can do with them; nothing of it ever stays."""
