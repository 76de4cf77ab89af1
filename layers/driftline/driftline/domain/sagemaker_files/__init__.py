"""Files that SageMaker Model Monitor reads and writes, whatever the kind of monitor."""
