"""The directory in the API: stakeholders to read and write, audiences to read."""
