"""A report for what builds software: summaries of jobs, results of tests."""
