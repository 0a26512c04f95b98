"""What is true of the world and not of a workspace: countries, languages, time zones, words of a name.

Pure functions over Babel's CLDR data and phonenumbers; no database, no request.
"""
