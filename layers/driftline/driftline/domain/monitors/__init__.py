"""The monitor document: its model, its parser, its schedules."""
