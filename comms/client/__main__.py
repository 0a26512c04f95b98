"""`python -m comms.client`, where the entry point is not installed."""

from comms.client.main import run

run()
