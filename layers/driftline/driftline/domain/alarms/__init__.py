"""The CloudWatch alarms and the dashboard that a monitor document asks for, before anything is sent to AWS."""
