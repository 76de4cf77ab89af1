"""List prices in USD, us-east-1, as known in November 2026; each with the page that has the current one."""

PRICES_OF = "us-east-1, November 2026"
LAMBDA_ARM_GB_SECOND = 0.0000133334  # aws.amazon.com/lambda/pricing
LAMBDA_REQUEST = 0.20e-6
S3_GB_MONTH = 0.023  # aws.amazon.com/s3/pricing, Standard
S3_PUT_OR_LIST = 0.005e-3
S3_GET = 0.0004e-3
SQS_REQUEST = 0.40e-6  # aws.amazon.com/sqs/pricing, standard queue
SQS_FIFO_REQUEST = 0.50e-6
EVENTBRIDGE_EVENT = 1.00e-6  # aws.amazon.com/eventbridge/pricing; S3's events are counted like custom ones
SCHEDULER_INVOCATION = 1.00e-6
METRIC_MONTH = 0.30  # aws.amazon.com/cloudwatch/pricing: prorated by the hours in which it is sent
FIRST_METRICS = 10_000
FURTHER_METRIC_MONTH = 0.10
ALARM_MONTH = 0.10
LOGS_GB = 0.50
SNS_REQUEST = 0.50e-6  # aws.amazon.com/sns/pricing; deliveries to SQS are free
KMS_KEY_MONTH = 1.00  # aws.amazon.com/kms/pricing
DYNAMODB_WRITE = 0.625e-6  # aws.amazon.com/dynamodb/pricing/on-demand
DYNAMODB_READ = 0.125e-6
DASHBOARD_MONTH = 3.00  # each beyond the account's first three
FREE_DASHBOARDS = 3


HOURS = 730  # of a month, as AWS counts

QUEUES = 11
FIFO_QUEUES = 1
"""Among them: that of the page of all endpoints."""

POLLERS = 5
"""Of an event source mapping with MaximumConcurrency, whether anything comes or not."""

POLLS_AN_HOUR = POLLERS * 3 * 60
"""Of a queue: long polls of 20 seconds."""

INDEXES_AN_HOUR = 51
"""The page of all endpoints is made once in IndexDelaySeconds (70) at most."""
