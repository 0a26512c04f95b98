"""Entente: secure stakeholder communications. One Django app per capability; see docs/architecture in README."""
