"""The campaign pages, a file for each thing that people do on them; `conftest.py` makes the editions."""
