"""Threads in the API: everything that our own pages do, for programs that hold a member's keys."""
