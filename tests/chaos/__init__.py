"""Real processes are killed while real work is going on. Run by ``make chaos``."""
