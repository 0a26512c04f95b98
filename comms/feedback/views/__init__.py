"""Pages and endpoints of feedback."""
