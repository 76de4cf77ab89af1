"""The embedded cloud and the demo: the real template and the real handlers on one machine, without an account."""
