"""Migrations in order. A migration that was released is never edited; a new one follows it."""
