"""The composition root: the only place that knows every part. Nothing imports it."""
