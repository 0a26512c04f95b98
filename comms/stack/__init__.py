"""The embedded default: PostgreSQL, Valkey and a mail catcher under one supervisor.

Owns the data folder (``var/``), the processes that run on it, and the commands ``up``, ``status``,
``doctor``, ``backup`` and ``restore``. Promises that one command starts everything on a bare machine,
that a killed process comes back by itself, that nothing is left running after a stop, and that
whatever it can't do is said in one sentence with the mend. ``endpoints``, ``secrets`` and ``embedded``
import without Django settings, since the settings import them.
"""
