"""Quarantine as desks work on it."""
