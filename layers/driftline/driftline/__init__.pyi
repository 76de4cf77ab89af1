from driftline.reader.comparing import compare as compare

__version__: str
