"""The CloudWatch alarms, the dashboard and the spread of the schedules of a monitor document, before anything is sent
to AWS; and the alarms that Driftline evaluates itself."""
