"""The model of the monitor document, and its schedules."""
