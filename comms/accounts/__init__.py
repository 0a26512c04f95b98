"""People, workspaces, memberships and roles; sign-in, sessions, vaults and recovery.

Promises: an `Actor` exists only for a member whose membership was just loaded; the server never sees a
passphrase, only the sign-in secret derived from it in the browser.
"""
