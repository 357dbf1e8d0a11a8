"""What a person should know about a file's metadata: a code, a severity, a sentence.

Pure: metadata and facts in, findings out. Nothing above `info` without a measurement. Start with
`findings.py`.
"""
