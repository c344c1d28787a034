"""Tests that a project declares, carried out in a transaction of which nothing stays."""
