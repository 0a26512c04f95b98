"""How a list that somebody else made is read: a file to rows, rows to stakeholders by a stated mapping.

Pure functions, no database: what is already in the directory is `services.imports`' business. Everything
that is wrong is said in a plain sentence that names the place and the mend, and nothing is dropped unsaid.
"""
