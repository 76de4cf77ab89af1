"""Results and signals for OpenTelemetry, over OTLP/HTTP."""
