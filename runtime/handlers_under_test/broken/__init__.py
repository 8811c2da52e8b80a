"""Packages and modules that cannot be imported."""
