"""Feedback in the API."""
