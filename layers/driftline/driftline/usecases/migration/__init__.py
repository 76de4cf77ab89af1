"""Moving from SageMaker Model Monitor: what it watches becomes monitor documents, and its verdicts are compared."""
