"""The CloudWatch alarms and the dashboard of a monitor document, before anything is sent to AWS."""
