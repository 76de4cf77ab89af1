"""The demo: a year of flights, a small model, and a monitor that watches it, on one machine."""
