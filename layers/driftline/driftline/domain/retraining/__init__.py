"""What may be started when an alarm asks for a retraining: guards, ledger, audit records."""
