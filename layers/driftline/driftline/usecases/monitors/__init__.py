"""Sets up schedules, alarms and dashboards from monitor documents."""
