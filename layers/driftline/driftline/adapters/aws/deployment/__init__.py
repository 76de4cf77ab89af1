"""Reads a deployed stack in the user's account, with the user's own credentials."""
