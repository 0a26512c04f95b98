"""The commands, by subject. Each takes the app and the parsed arguments and returns nothing."""
