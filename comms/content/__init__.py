"""What is said: key messages, templates, their variants for each audience and language, and rendering.

Promises: a variant that was saved can be rendered; rendering runs nobody's code, asks nobody's server and
ends; a value that a variant needs and a recipient lacks is found before anything is sent.
"""
