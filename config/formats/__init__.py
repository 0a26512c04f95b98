"""How numbers and moments are written, where Django's own formats differ from the CLDR's (Babel)."""
