"""Pages and endpoints of people and workspaces, split by subject."""
