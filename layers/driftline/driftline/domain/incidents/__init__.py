"""Incidents: from alarms that go on and off to a conversation that people can follow."""
