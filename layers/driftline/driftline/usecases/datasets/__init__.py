"""Reading baseline data sets of any size: CSV, JSON Lines and Parquet, plain or gzip, one or several files.

Each reader yields named batches (`Batch`) that fit in memory; `reader.profile_dataset` merges their profiles.
"""
