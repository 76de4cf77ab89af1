"""Files that SageMaker Model Monitor reads and writes, for any kind of monitor."""
