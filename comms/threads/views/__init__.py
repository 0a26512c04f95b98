"""Pages and endpoints of threads."""
