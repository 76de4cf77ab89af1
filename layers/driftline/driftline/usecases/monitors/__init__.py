"""A monitor document becomes schedules, alarms and a dashboard."""
