"""What may be started when an alarm requests a retraining: guards, ledger, audit records."""
