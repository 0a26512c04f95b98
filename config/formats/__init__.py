"""How numbers are written, where Django's own formats differ from the CLDR's (Babel)."""
