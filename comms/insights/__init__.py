"""What needs this person now, and the way to everything: Today and the palette.

Owns no table and writes nothing. Everything shown comes from the other apps' selectors with the
reader as actor, so nobody finds a page, a name or a number here that they could not open there. Both
pages cost a fixed number of queries, however much there is.
"""
