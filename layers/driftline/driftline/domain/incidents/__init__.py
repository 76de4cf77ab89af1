"""Incidents: turn alarms that go on and off into a conversation that people can follow."""
