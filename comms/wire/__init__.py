"""The wire formats of Entente in pure Python, without Django.

Owns the byte layout of everything that is sealed, signed or hashed (docs/wire.cddl) and the few
primitives under it. Promises: what a decoder accepts is canonical, within its limits and of a known
type and version; anything else raises a WireError and nothing else. Server and command-line client
both read it; the browser has the same in frontend/src/crypto and frontend/src/wire, and the vectors
in tests/vectors hold the two together.
"""
