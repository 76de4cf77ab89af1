"""The request, the result and the files of an execution."""
