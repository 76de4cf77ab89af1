"""The page that people look at after an execution: from its files to one self-contained HTML document."""
