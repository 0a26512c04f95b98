"""Promises of the directory."""
