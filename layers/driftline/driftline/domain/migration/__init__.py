"""Moving from SageMaker Model Monitor: what its schedules say, as fields of monitor documents."""
