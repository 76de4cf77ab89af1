"""Reading baseline data sets of any size: CSV, JSON Lines and Parquet, plain or gzip, one or several files.

Each reader yields batches that fit in memory: columns (`Batch`), whose profiles `reader.profile_dataset` merges, or
rows as they stand there (`RowBatch`).
"""
