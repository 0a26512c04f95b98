"""Ways out: one module for each channel. To add one, copy `email.py` and its tests."""
