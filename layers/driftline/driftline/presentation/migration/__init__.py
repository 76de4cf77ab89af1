"""What moving from SageMaker Model Monitor did, for people."""
