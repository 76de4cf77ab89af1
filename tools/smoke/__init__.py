"""`make smoke`: deploys a throw-away stack, sends an hour of captures and labels, waits for what has to follow, says
what it cost, and deletes everything.

    with AWS credentials: into that account, with the SAM CLI
    with AWS_ENDPOINT_URL of `make cloud`: into the embedded cloud, from the source

The code is the same in both; only how the stack gets there differs (`deployment.py`).
"""
