"""The API: its door (who calls, in which workspace, with which scope) and the resources of accounts."""
