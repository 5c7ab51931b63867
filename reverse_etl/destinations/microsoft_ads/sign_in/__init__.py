"""Signing in at Microsoft: the flow in the browser, the store of what it brings, and tokens that renew themselves."""
