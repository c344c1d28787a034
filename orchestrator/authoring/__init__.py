"""A new migration: a description and a template in; migration, rollback and test out."""
